// Models: what one YAML says of one network, and its bytes, checked. A model is exchanged by editing its
// YAML. Value types.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "biometric/pipeline/calibration.hpp"

namespace sesame::biometric {

// A model that is missing, changed or badly described. One sentence that names the file and what was
// expected.
struct ModelError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

enum class Colour { bgr, grey };

// How pixels become the network's input: (pixel - subtract) * multiply.
struct Feeding {
  int width = 0;
  int height = 0;
  Colour colour = Colour::bgr;
  double subtract = 0;
  double multiply = 1;
  double margin = 1;  // how much the face box is enlarged
  double fill = 0;    // grey of a letterbox
};

struct ModelDescription {
  std::string role;  // "detector", "landmarks", "liveness", "embedding"
  std::string file;
  std::string sha256;
  Feeding feeding;
  std::map<std::string, double> decision;     // named numbers of this role: score, overlap, frames
  std::vector<CalibrationPoint> calibration;  // embedding only

  // A number the role needs. Throws ModelError when the YAML lacks it.
  double decision_value(const std::string& name) const;
};

struct Model {
  ModelDescription description;
  std::vector<std::uint8_t> bytes;
};

// All models of one engine.
struct ModelSet {
  Model detector;
  Model landmarks;
  Model liveness;
  Model embedding;
};

// Whether a calibration is read. Not to is for those alone who make one.
enum class Calibrated { yes, not_yet };

// Reads one description. Throws ModelError with file, line and what was expected; a calibration that is of
// another model, out of order, or claims a rate that its impostor comparisons do not support is refused.
ModelDescription read_description(const std::filesystem::path& yaml, Calibrated calibrated = Calibrated::yes);

// Reads the network and checks it against its SHA-256. Throws ModelError: missing, or another file than
// described.
Model load_model(const ModelDescription& description, const std::filesystem::path& models);

// <descriptions>/{detector,landmarks,liveness,embedding}.yaml with the networks in `models`. An embedding
// without calibration is refused: an engine that cannot say its error rate does not start.
ModelSet load_models(const std::filesystem::path& descriptions, const std::filesystem::path& models,
                     Calibrated calibrated = Calibrated::yes);

// SHA-256 in lower-case hexadecimal.
std::string sha256_of(const std::vector<std::uint8_t>& bytes);

}  // namespace sesame::biometric
