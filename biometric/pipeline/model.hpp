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

enum class Colour { bgr, rgb, grey };

// How pixels become the network's input: (pixel - subtract) * multiply.
struct Feeding {
  int width = 0;
  int height = 0;
  Colour colour = Colour::bgr;
  double subtract = 0;
  double multiply = 1;
  double margin = 1;  // how much the face box is enlarged
  double fill = 0;    // grey of a letterbox
  double smooth = 0;      // liveness: grey levels of noise that are smoothed away, edges kept
  bool mirrored = false;  // embeddings: the sum of the picture's and its mirror image's
};

struct ModelDescription {
  std::string role;  // "detector", "landmarks", "liveness", "embedding", "second_embedding"
  std::string file;
  std::string sha256;
  Feeding feeding;
  std::map<std::string, double> decision;     // named numbers of this role: score, overlap, frames
  std::vector<CalibrationPoint> calibration;  // embedding only: of both embeddings' common score
  std::string calibrated_for;                 // ... and which these are, an embedding_id

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
  Model second_embedding;
};

// What templates and calibrations are of: one word that changes with either embedding, its mirroring, and its
// share of the score.
std::string embedding_id(const ModelSet& models);
// How much of the score is the second embedding's, between 0 and 1. Throws ModelError.
double second_share(const ModelSet& models);

// Whether a calibration is read. Not to is for those alone who make one.
enum class Calibrated { yes, not_yet };

// Reads one description. Throws ModelError with file, line and what was expected; a calibration that is out of
// order, or claims a rate that its impostor comparisons do not support is refused.
ModelDescription read_description(const std::filesystem::path& yaml, Calibrated calibrated = Calibrated::yes);

// Reads the network and checks it against its SHA-256. Throws ModelError: missing, or another file than
// described.
Model load_model(const ModelDescription& description, const std::filesystem::path& models);

// <descriptions>/{detector,landmarks,liveness,embedding,second_embedding}.yaml with the networks in `models`.
// Embeddings without a calibration of theirs are refused: an engine that cannot say its error rate does not
// start.
ModelSet load_models(const std::filesystem::path& descriptions, const std::filesystem::path& models,
                     Calibrated calibrated = Calibrated::yes);

// SHA-256 in lower-case hexadecimal.
std::string sha256_of(const std::vector<std::uint8_t>& bytes);

}  // namespace sesame::biometric
