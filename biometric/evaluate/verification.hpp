// Verification: error rates of 1:1 comparisons at thresholds, in the terms of ISO/IEC 19795-1. Pure
// functions; value types.
#pragma once

#include <string>
#include <vector>

#include "biometric/evaluate/comparisons.hpp"

namespace sesame::evaluation {

// A threshold and why it is of interest: the false match rate that was asked of it.
struct AskedPoint {
  double asked_rate = 0;
  Step step = 0;
};

struct OperatingPoint {
  double asked_rate = 0;
  Step step = 0;
  Rate false_match;      // FMR
  Rate false_non_match;  // FNMR; the true accept rate (TAR) is 1 - FNMR
};

// Thresholds of this data's own impostors: 1e-2, 1e-3, ... as far as one false match is expected.
std::vector<AskedPoint> points_of_data(const Distribution& impostors);

Rate false_non_match_rate(const Comparisons& comparisons, Step step);

// FMR and FNMR with intervals at each point, from any order of points.
std::vector<OperatingPoint> operating_points(const Comparisons& comparisons,
                                             const std::vector<AskedPoint>& asked);

struct DetPoint {
  double threshold = 0;
  double false_match_rate = 0;
  double false_non_match_rate = 0;
};
// Detection error trade-off: about twenty points a decade of FMR, from loose to strict.
std::vector<DetPoint> det_curve(const Comparisons& comparisons);
// Where FMR and FNMR are equal, or closest to it: their mean.
double equal_error_rate(const Comparisons& comparisons);

// The error rates within one group of people, and between groups.
struct GroupRates {
  std::string name;
  std::size_t people = 0;
  std::size_t pictures = 0;  // acquired
  std::vector<OperatingPoint> points;
};
struct GroupPair {
  std::uint32_t one = 0;  // places in the list of groups
  std::uint32_t other = 0;
  std::uint64_t false_matches = 0;
  std::uint64_t trials = 0;
};
struct Groups {
  std::vector<GroupRates> groups;
  Step matrix_step = 0;           // the threshold of `matrix`
  std::vector<GroupPair> matrix;  // each pair of groups once, one <= other
};
// `group_of_person`: place in `names`. The matrix is of the loosest point whose impostors were kept one by
// one.
Groups group_rates(const Comparisons& comparisons, const std::vector<std::string>& names,
                   const std::vector<std::uint32_t>& group_of_person, const std::vector<AskedPoint>& asked);

// Accuracy over folds, LFW's "unrestricted" protocol: each fold at the threshold that is best on the others.
struct FoldAccuracy {
  std::vector<double> accuracy;
  double mean = 0;
  double standard_deviation = 0;  // of the folds
  double standard_error = 0;      // of the mean: what LFW's results table gives
};
struct FoldScore {
  std::uint32_t fold = 0;
  bool genuine = false;
  double cosine = -1;  // a pair that was not acquired does not match
};
FoldAccuracy fold_accuracy(const std::vector<FoldScore>& scores, std::uint32_t folds);

}  // namespace sesame::evaluation
