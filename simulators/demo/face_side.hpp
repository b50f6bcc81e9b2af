// The demo's own line to the face process: what stands before the camera, enrolment, and trials in a capture context apart
// from the session's. Borrows the stage; executor thread only.
#pragma once

#include <memory>
#include <string>

#include "biometric/remote_engine.hpp"
#include "simulators/demo/report.hpp"
#include "simulators/demo/stage.hpp"

namespace sesame::simulators {

/// The videos: two takes of one person, and another person.
struct Takes {
  std::string enrol, login, impostor;
};
/// Those given, and for those not given what script/setup fetched. Throws std::runtime_error that names the one missing.
Takes find_takes(const std::string& enrol, const std::string& login, const std::string& impostor);

/// Why faces cannot be shown here, in a sentence; "" if they can.
std::string why_no_faces(const std::string& programs);

class FaceSide {
 public:
  /// The claims that the customer is enrolled with.
  struct Claims {
    std::string telephone, passcode, code;
  };
  FaceSide(Stage& stage, Takes takes, Claims claims);

  /// Waits until the face process answers.
  spi::Task<Finding> ready();
  /// Enrolment without consent must be refused, then with consent done.
  spi::Task<Finding> enrol();
  /// Puts a scene before the camera (biometric/process/simulated_camera.hpp).
  spi::Task<void> show(std::string scene);
  spi::Task<void> show_take(std::string path, double from_seconds = 0);

  const Takes& takes() const { return takes_; }
  const Claims& claims() const { return claims_; }
  biometric::RemoteEngine& engine() { return *engine_; }
  Stage& stage() { return stage_; }
  int face_process() const;

 private:
  spi::Task<biometric::EngineInfo> first_info();

  Stage& stage_;
  Takes takes_;
  Claims claims_;
  std::unique_ptr<biometric::RemoteEngine> engine_;
};

}  // namespace sesame::simulators
