#include "camera/camera_identity.hpp"

#include <algorithm>
#include <fstream>
#include <tuple>

namespace sesame::camera {
namespace {

namespace fs = std::filesystem;

std::string fact(const fs::path& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

// The target's last part: "uvcvideo" of the link `driver`.
std::string linked_name(const fs::path& link) {
  std::error_code error;
  return fs::read_symlink(link, error).filename().string();
}

CameraIdentity usb_device(const fs::path& folder) {
  CameraIdentity identity;
  identity.vendor = fact(folder / "idVendor");
  identity.product = fact(folder / "idProduct");
  identity.serial = fact(folder / "serial");
  identity.port = folder.filename().string();
  identity.number = fact(folder / "busnum") + ":" + fact(folder / "devnum");
  return identity;
}

// From a device's folder upwards to the first USB device; drivers are bound below it, to its interfaces.
CameraIdentity identity_above(const fs::path& sysfs, const fs::path& device) {
  std::error_code error;
  const fs::path top = fs::canonical(sysfs, error);
  std::string driver;
  for (fs::path at = fs::canonical(device, error); !at.empty() && at != top && at != at.root_path();
       at = at.parent_path()) {
    if (driver.empty()) driver = linked_name(at / "driver");
    if (!fs::exists(at / "idVendor", error)) continue;
    CameraIdentity identity = usb_device(at);
    identity.driver = driver;
    return identity;
  }
  CameraIdentity none;
  none.driver = driver;
  return none;
}

}  // namespace

bool same_camera(const CameraIdentity& a, const CameraIdentity& b) {
  return std::tie(a.vendor, a.product, a.serial, a.port) == std::tie(b.vendor, b.product, b.serial, b.port);
}

std::string to_text(const CameraIdentity& identity) {
  if (!identity.is_usb())
    return "no USB camera" + (identity.driver.empty() ? "" : " (driver " + identity.driver + ")");
  return identity.vendor + ":" + identity.product +
         (identity.serial.empty() ? " without serial" : " serial " + identity.serial) + " on port " +
         identity.port;
}

CameraIdentity identity_of_device(const fs::path& sysfs, unsigned major, unsigned minor) {
  return identity_above(sysfs, sysfs / "dev/char" / (std::to_string(major) + ":" + std::to_string(minor)));
}

std::vector<CameraIdentity> usb_devices(const fs::path& sysfs) {
  std::vector<CameraIdentity> devices;
  std::error_code error;
  for (fs::directory_iterator at(sysfs / "bus/usb/devices", error), end; !error && at != end;
       at.increment(error)) {
    // A device that is being unplugged has lost its facts already.
    const CameraIdentity device = usb_device(at->path());
    if (device.is_usb()) devices.push_back(device);
  }
  return devices;
}

std::vector<ConnectedCamera> connected_cameras(const fs::path& sysfs) {
  std::vector<ConnectedCamera> cameras;
  std::error_code error;
  for (fs::directory_iterator at(sysfs / "class/video4linux", error), end; !error && at != end;
       at.increment(error))
    cameras.push_back({"/dev/" + at->path().filename().string(), fact(at->path() / "name"),
                       identity_above(sysfs, at->path())});
  std::sort(cameras.begin(), cameras.end(),
            [](const ConnectedCamera& a, const ConnectedCamera& b) { return a.device < b.device; });
  return cameras;
}

}  // namespace sesame::camera
