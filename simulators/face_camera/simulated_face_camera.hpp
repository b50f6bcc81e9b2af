// SimulatedFaceCamera: text verbs that say what the face process' camera sees ("face show take cap13.mp4").
// The process must run with `simulated: true`. Owned by its extension; executor thread only.
#pragma once

#include <memory>

#include "biometric/remote_engine.hpp"
#include "simulators/control/simulated_device.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::simulators {

class SimulatedFaceCamera final : public SimulatedDevice {
 public:
  SimulatedFaceCamera(spi::Executor& executor, std::shared_ptr<biometric::RemoteEngine> engine);

 private:
  std::string show(VerbArguments& arguments);
  spi::Task<void> change(std::string scene);

  std::shared_ptr<biometric::RemoteEngine> engine_;
  std::string last_ = "nothing yet";
  bool showing_ = true;  // false while a change is on its way
  bool failed_ = false;
  spi::TaskScope tasks_;
};

}  // namespace sesame::simulators
