// CameraOversight: what an operator may know and do about the camera behind the faces. LocalEngine has it,
// the command line reaches it through RemoteEngine. Executor thread only; throws as Engine does.
#pragma once

#include <string>

#include "camera/camera_status.hpp"
#include "spi/service/task.hpp"

namespace sesame::biometric {

class CameraOversight {
 public:
  virtual ~CameraOversight() = default;

  virtual spi::Task<camera::CameraStatus> camera_status() = 0;
  // False when there is no tamper event. `by`: whoever looked at the machine, for the journal.
  virtual spi::Task<bool> clear_tamper(std::string by) = 0;
};

}  // namespace sesame::biometric
