// Sessions: what recognition gains from all that a session sees. Every look of a session alone, and the probe that
// they are fused into, are compared with the same references. Value types; pure functions; no OpenCV.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "biometric/evaluate/comparisons.hpp"
#include "biometric/evaluate/rates.hpp"
#include "biometric/gallery.hpp"
#include "biometric/pipeline/calibration.hpp"

namespace sesame::evaluation {

// A capture that was held.
struct Session {
  std::uint32_t person = 0;
  std::uint32_t take = 0;                  // whose moment it is
  std::vector<biometric::Template> looks;  // each of unit length
  biometric::Template probe;               // as the engine fuses them
};

// Whom sessions are compared with: a person as another take of theirs shows them.
struct SessionReference {
  std::uint32_t person = 0;
  std::uint32_t take = 0;
  biometric::Template face;
};

// Cosines with a session's own person, or the highest with others.
struct SessionScores {
  double lowest_genuine = 0;
  double median_genuine = 0;
  double highest_impostor = 0;
};

struct SessionPoint {
  double asked_rate = 0;
  double threshold = 0;  // cosine
  Rate look_false_non_match;
  Rate probe_false_non_match;
  // Intervals are over the people whom sessions were compared with; those who came are too few for one.
  Rate look_false_match;
  Rate probe_false_match;
};

struct SessionReport {
  std::uint64_t captures = 0;
  std::uint64_t sessions = 0;  // of them held, with a probe
  std::uint64_t looks = 0;
  std::size_t people = 0;         // who came
  std::size_t known_people = 0;   // of them, with a reference from another take
  std::size_t references = 0;
  std::size_t strangers = 0;         // pictures
  std::size_t stranger_people = 0;
  std::string stranger_folder;
  std::vector<SessionPoint> points;  // at the calibration's thresholds
  SessionScores look_scores;
  SessionScores probe_scores;
};

// Each session with all references: genuine those of its person from other takes, impostors those of everybody else,
// and all of `strangers`, who are none of the people.
SessionReport session_report(const std::vector<Session>& sessions, const std::vector<SessionReference>& references,
                             const Samples& strangers, const std::vector<biometric::CalibrationPoint>& calibration);

}  // namespace sesame::evaluation
