// The command line of sesame-face. Value type.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "biometric/own_calibration.hpp"
#include "biometric/pipeline/capture.hpp"
#include "biometric/privacy_rules.hpp"
#include "biometric/process/key_choice.hpp"
#include "camera/guarded_camera.hpp"

namespace sesame::biometric {

struct FaceArguments {
  std::string socket;            // made with mode 0600
  std::string camera = "empty";  // camera/open_source.hpp
  std::optional<camera::CameraPin> camera_pin;  // nullopt: any camera
  std::string tamper_state;      // file that keeps a tamper event of the camera; empty: in memory
  std::string sysfs = "/sys";    // where the kernel says what is plugged in
  camera::GuardedCameraOptions::Challenge light_challenge =
      camera::GuardedCameraOptions::Challenge::where_possible;
  camera::GuardedCameraOptions::Challenge lamp = camera::GuardedCameraOptions::Challenge::off;
  CheckRule site = CheckRule::off;  // the hall, where it is known, must be what is beside a face
  std::string models;            // folder of the networks; SESAME_MODELS, then the cache, when not given
  std::string descriptions;      // folder of the models' YAML; beside the program, then the source tree
  std::string store;             // identity store; empty: a gallery in memory that ends with the process
  KeyChoice key;                 // its master key
  bool change_master_key = false;  // of the store to new_key, instead of serving
  KeyChoice new_key;
  bool make_new_key = false;
  bool simulated = false;        // the host may say what the camera sees
  bool give_templates_away = false;
  bool give_pictures_away = false;
  PrivacyRules rules;  // of the store
  OwnCalibrationOptions::Use own_customers = OwnCalibrationOptions::Use::raise;
  int alike = 1;  // so many times as often as calibrated strangers of one kind may match
  int threads = 2;
  bool help = false;
};

// Throws std::invalid_argument that names the argument and what was expected.
FaceArguments read_arguments(const std::vector<std::string>& words);
std::string usage();

}  // namespace sesame::biometric
