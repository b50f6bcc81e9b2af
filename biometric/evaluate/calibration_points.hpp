// Calibration points: what a cosine is worth, from the impostor comparisons of one half of the people, and
// the file that the engine reads. Pure functions; value types.
#pragma once

#include <string>
#include <vector>

#include "biometric/evaluate/verification.hpp"

namespace sesame::evaluation {

// Fewer make a calibration that ends before the rates that a terminal needs.
inline constexpr std::uint64_t calibration_comparisons = 5'000'000;

struct MadeCalibration {
  std::string from;   // what the data is, in the operator's words
  std::string corrections;  // of its labels, in words; empty: none
  std::string stage;  // at which the data entered
  std::string models;  // which embeddings: embedding_id
  std::size_t people = 0;    // of the half
  std::size_t pictures = 0;  // acquired
  std::uint64_t impostor_comparisons = 0;
  std::uint64_t genuine_comparisons = 0;
  std::vector<OperatingPoint> points;
};

// The rates that so many impostor comparisons support: decades from 1e-2 on at which 30 false matches are
// expected, and the rate at which just 30 are, rounded up to two digits. Throws DataError: fewer comparisons
// than `least`, or too few for two points.
std::vector<AskedPoint> calibration_points(const Distribution& impostors, std::uint64_t least);

// The model's description with its calibration replaced.
std::string with_calibration(const std::string& description, const MadeCalibration& calibration);

}  // namespace sesame::evaluation
