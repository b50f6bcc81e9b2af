// A /sys made up on the disk: USB devices that come and go, cameras below them, a loop-back camera below
// nothing.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "camera/camera_identity.hpp"
#include "tests/unit/vault/temporary_folder.hpp"

namespace sesame::camera {

class MadeUpSysfs {
 public:
  MadeUpSysfs() { std::filesystem::create_directories(root() / "bus/usb/devices"); }

  std::filesystem::path root() const { return folder_.path(); }

  // As the kernel does it: the device below its bus, a link to it in bus/usb/devices.
  void plug_in(const CameraIdentity& device, int number = 5) {
    const auto usb = place_of(device.port);
    std::filesystem::create_directories(usb);
    write(usb / "idVendor", device.vendor);
    write(usb / "idProduct", device.product);
    if (!device.serial.empty()) write(usb / "serial", device.serial);
    write(usb / "busnum", "1");
    write(usb / "devnum", std::to_string(number));
    link(usb, root() / "bus/usb/devices" / device.port);
  }
  void unplug(const std::string& port) {
    std::filesystem::remove(root() / "bus/usb/devices" / port);
    std::filesystem::remove_all(place_of(port));
  }
  // /dev/videoN of the camera on `port`; of no hardware where that is empty.
  void add_video_device(int n, const std::string& port, const std::string& name) {
    const auto interface = place_of(port) / (port + ":1.0");
    const auto above = port.empty() ? root() / "devices/virtual" : interface;
    const auto device = above / "video4linux" / ("video" + std::to_string(n));
    std::filesystem::create_directories(device);
    write(device / "name", name);
    if (!port.empty()) {
      std::filesystem::create_directories(root() / "bus/usb/drivers/uvcvideo");
      link(root() / "bus/usb/drivers/uvcvideo", interface / "driver");
      link(interface, device / "device");
    }
    link(device, root() / "class/video4linux" / ("video" + std::to_string(n)));
    link(device, root() / "dev/char" / ("81:" + std::to_string(n)));
  }

 private:
  std::filesystem::path place_of(const std::string& port) const {
    return root() / "devices/pci0000:00/0000:00:14.0/usb1" / port;
  }
  static void write(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text << '\n';
  }
  static void link(const std::filesystem::path& target, const std::filesystem::path& at) {
    std::filesystem::create_directories(at.parent_path());
    std::filesystem::remove(at);
    std::filesystem::create_symlink(target, at);
  }

  TemporaryFolder folder_;
};

inline CameraIdentity made_up_camera() {
  CameraIdentity camera;
  camera.vendor = "046d";
  camera.product = "0825";
  camera.serial = "A1B2C3";
  camera.port = "1-1.2";
  return camera;
}

}  // namespace sesame::camera
