// CameraIdentity: which piece of hardware a camera is, from the kernel's or libusb's own facts about its USB
// device, never from what the picture says. Value types and pure functions; one folder stands for /sys, so
// that tests make one up.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sesame::camera {

struct CameraIdentity {
  std::string vendor;   // idVendor, four hexadecimal digits: "046d". Empty: no USB device (loop-back, replay)
  std::string product;  // idProduct: "0825"
  std::string serial;   // empty: the camera has none
  std::string port;     // bus and ports down to it, as the kernel writes them: "1-1.2"
  // For people, and not compared:
  std::string driver;  // "uvcvideo"
  std::string bus;     // V4L2's bus info: "usb-0000:00:14.0-1.2"
  std::string number;  // bus and device number: another one after each plugging in

  bool is_usb() const { return !vendor.empty(); }
};
// Vendor, product, serial and port alike.
bool same_camera(const CameraIdentity& a, const CameraIdentity& b);
// "046d:0825 serial A1B2 on port 1-1.2", "no USB camera (driver v4l2 loopback)".
std::string to_text(const CameraIdentity& identity);

// The USB device above a character device, by its numbers and not by its name: a link to another device
// changes nothing. Vendor is empty where none is above it.
CameraIdentity identity_of_device(const std::filesystem::path& sysfs, unsigned major, unsigned minor);

// Every USB device that is plugged in, cameras or not.
std::vector<CameraIdentity> usb_devices(const std::filesystem::path& sysfs);

struct ConnectedCamera {
  std::string device;  // "/dev/video0"
  std::string name;    // as its driver calls it
  CameraIdentity identity;
};
// What V4L2 knows, in the order of their names.
std::vector<ConnectedCamera> connected_cameras(const std::filesystem::path& sysfs);

}  // namespace sesame::camera
