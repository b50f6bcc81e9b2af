// TamperWatch: whether the camera is the pinned one, alone of its kind and where it belongs. It looks at the
// facts of the kernel when asked, and keeps what it found until an operator clears it, over restarts as well.
// One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "camera/camera_identity.hpp"

namespace sesame::camera {

// Which camera may be used, as configured.
struct CameraPin {
  CameraIdentity camera;                 // vendor, product, serial ("": it has none) and port
  std::vector<std::string> known_ports;  // where other cameras of the same model belong
  bool until_cleared = true;             // false: a tamper event is over when its cause is
  bool replug_is_tamper = false;         // the pinned camera itself was unplugged and plugged in again
};

class TamperWatch {
 public:
  // `state`: where a tamper event is kept; empty keeps it in memory alone. An event in a file that cannot be
  // read is an event.
  TamperWatch(CameraPin pin, std::filesystem::path sysfs, std::filesystem::path state = {});

  const CameraPin& pin() const { return pin_; }

  // A camera was opened. False when it is not the pinned one; that is a tamper event if another camera is
  // there in its place.
  bool opened(const CameraIdentity& found);
  // Looks at what is plugged in. True when that made or ended a tamper event.
  bool look();

  // What happened, or empty.
  const std::string& tamper() const { return tamper_; }
  // An operator has looked at the machine. What is still wrong is found again by the next look.
  void clear();

 private:
  std::string wrong_now() const;
  bool tell(const std::string& what);
  void keep() const;

  CameraPin pin_;
  std::filesystem::path sysfs_;
  std::filesystem::path state_;
  std::string tamper_;
  std::string opened_as_;  // another camera than the pinned one
  std::string number_;     // of the pinned camera when it was opened last
};

}  // namespace sesame::camera
