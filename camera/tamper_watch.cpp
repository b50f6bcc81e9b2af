#include "camera/tamper_watch.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <utility>

namespace sesame::camera {
namespace {

namespace fs = std::filesystem;

bool same_model(const CameraIdentity& a, const CameraIdentity& b) {
  return a.vendor == b.vendor && a.product == b.product;
}

std::string kept_event(const fs::path& file) {
  std::error_code error;
  if (file.empty() || !fs::exists(file, error)) return {};
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line.empty() ? "an earlier event, whose record cannot be read" : line;
}

}  // namespace

TamperWatch::TamperWatch(CameraPin pin, fs::path sysfs, fs::path state)
    : pin_(std::move(pin)),
      sysfs_(std::move(sysfs)),
      state_(std::move(state)),
      tamper_(pin_.until_cleared ? kept_event(state_) : std::string()) {}

bool TamperWatch::opened(const CameraIdentity& found) {
  if (!same_camera(found, pin_.camera)) {
    opened_as_ = "expected the camera " + to_text(pin_.camera) + ", found " + to_text(found);
    tell(opened_as_);
    return false;
  }
  opened_as_.clear();
  const std::string before = std::exchange(number_, found.number);
  if (pin_.replug_is_tamper && !before.empty() && before != number_)
    tell("the camera was unplugged and plugged in again");
  return true;
}

bool TamperWatch::look() { return tell(wrong_now()); }

std::string TamperWatch::wrong_now() const {
  if (!opened_as_.empty()) return opened_as_;
  for (const CameraIdentity& device : usb_devices(sysfs_)) {
    if (device.port == pin_.camera.port) {
      if (!same_camera(device, pin_.camera))
        return "on port " + device.port + " is " + to_text(device) + " (expected " + to_text(pin_.camera) +
               ")";
      continue;
    }
    if (!same_model(device, pin_.camera)) continue;
    if (!device.serial.empty() && device.serial == pin_.camera.serial)
      return "a camera with the pinned serial is on another port: " + to_text(device);
    if (std::find(pin_.known_ports.begin(), pin_.known_ports.end(), device.port) == pin_.known_ports.end())
      return "a twin of the pinned camera was plugged in: " + to_text(device);
  }
  return {};
}

// The first event stays what it is: what comes after it may be its repair.
bool TamperWatch::tell(const std::string& what) {
  if (what.empty() ? pin_.until_cleared || tamper_.empty() : !tamper_.empty()) return false;
  tamper_ = what;
  keep();
  return true;
}

void TamperWatch::clear() {
  tamper_.clear();
  opened_as_.clear();
  keep();
}

void TamperWatch::keep() const {
  if (state_.empty()) return;
  std::error_code error;
  if (tamper_.empty()) {
    fs::remove(state_, error);
    return;
  }
  std::ofstream(state_, std::ios::trunc) << tamper_ << '\n';
}

}  // namespace sesame::camera
