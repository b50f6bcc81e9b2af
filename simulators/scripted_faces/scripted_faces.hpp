// ScriptedFaces: the host's face engine by text verbs ("face show anna", "face stuck"), without camera and models. Owned by its
// extension; executor thread only.
#pragma once

#include <memory>

#include "biometric/scripted_engine.hpp"
#include "simulators/control/simulated_device.hpp"

namespace sesame::simulators {

class ScriptedFaces final : public SimulatedDevice {
 public:
  explicit ScriptedFaces(std::shared_ptr<biometric::ScriptedEngine> engine);

 private:
  std::string show(VerbArguments& arguments);
  std::string enrol(VerbArguments& arguments);
  std::string describe() const;

  std::shared_ptr<biometric::ScriptedEngine> engine_;
  std::string before_ = "nobody", health_ = "well";
};

}  // namespace sesame::simulators
