// Presentations: recorded people before the camera, live and as every attack species, each a session of its own
// that goes through the whole capture; and the rates of ISO/IEC 30107-3 from what became of them. Value types;
// no OpenCV.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "biometric/evaluate/rates.hpp"

namespace sesame::evaluation {

// A video is a live take and what an attack is made of; a picture is only that.
struct Take {
  std::uint32_t person = 0;
  std::string file;  // within the folder
  bool is_video = false;
};

struct Takes {
  std::filesystem::path folder;
  std::vector<std::string> people;  // or attack species, in the order of their names
  std::vector<Take> takes;
};

// FOLDER/<person>/<video or picture>; and FOLDER/<species>/<video> for attacks that were recorded. Throws DataError.
Takes read_takes(const std::filesystem::path& folder);
Takes read_recorded_attacks(const std::filesystem::path& folder);

// What is put before the camera.
struct Presentation {
  enum class Kind { live, live_seen_by_camera_model, attack, recorded_attack };
  Kind kind = Kind::live;
  std::string species;  // of attacks
  std::uint32_t take = 0;
  double at_seconds = 0;
  std::uint32_t seed = 0;
};

// What the capture said of it.
struct Presented {
  enum class Outcome { held, refused, not_answered };
  Outcome outcome = Outcome::not_answered;
  std::string check;                     // that refused, or the hint at the end of what was not answered
  std::chrono::microseconds in_view{0};  // of frames: subject in view to decision
};

// `each` moments of every picture and video as every species; five times as many of every video live, with and
// without the camera model.
std::vector<Presentation> presentations_of(const Takes& takes, unsigned each,
                                           const std::vector<std::string>& picture_species,
                                           const std::vector<std::string>& video_species);
std::vector<Presentation> presentations_of(const Takes& recorded_attacks, unsigned each);
// `each` moments of every video live, as recorded, or with and without the camera model.
std::vector<Presentation> live_presentations(const Takes& takes, unsigned each, bool with_camera_model);

struct PresentationRates {
  std::string name;
  std::uint64_t presented = 0;
  std::uint64_t people = 0;  // 0: not known
  std::uint64_t takes = 0;
  Rate error;         // APCER: held; BPCER: refused
  Rate not_answered;  // APNRR, BPNRR
  std::map<std::string, std::uint64_t> refused_by;
  double median_milliseconds = 0;  // of frames until it was held
  double p95_milliseconds = 0;
};

// One of them, for whoever wants to look into it.
struct PresentationLine {
  std::string name;
  std::string take;
  double at_seconds = 0;
  std::uint32_t seed = 0;
  Presented result;
};

struct PresentationReport {
  std::vector<PresentationRates> attacks;    // by species, recorded ones after the others
  std::vector<PresentationRates> bona_fide;  // as recorded, and seen by the camera model
  std::vector<PresentationLine> lines;
  bool natural_motion = false;
  bool head_motion = false;
  bool lamp = false;                       // the face had to answer it
  bool site = false;                       // it had to be what is beside the face, where it was known
  std::vector<std::string> cannot_follow;  // live takes left out: see PosedTake::movements
  // The species with the highest APCER, which ISO/IEC 30107-3 reports for the whole.
  const PresentationRates* worst() const;
};

// `takes[i]` has the takes of presentation i.
PresentationReport presentation_report(const std::vector<const Takes*>& takes, const std::vector<Presentation>& shown,
                                       const std::vector<Presented>& results);

}  // namespace sesame::evaluation
