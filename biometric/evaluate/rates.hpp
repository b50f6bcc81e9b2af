// Rates: how often something went wrong, and between what the true rate lies. The names are those of
// ISO/IEC 19795-1; every interval is two-sided, 95 %. Pure functions and value types; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "biometric/pipeline/calibration.hpp"

namespace sesame::evaluation {

inline constexpr double confidence = 0.95;
// Resamplings of a bootstrap. Each has its own seed, so that the result depends on no thread.
inline constexpr unsigned replicates = 1000;
// Fewer errors say little about a rate: the rule that a calibration must keep as well.
inline constexpr std::uint64_t enough_errors = biometric::least_false_matches;

// How an interval was found.
enum class Method {
  none,               // nothing was tried
  clopper_pearson,    // exact binomial: each trial is another person's
  subject_bootstrap,  // people drawn with replacement, with all that is theirs
  as_if_independent,  // Clopper-Pearson over trials that share people: a bootstrap has nothing to draw from
};
std::string_view to_string(Method method);

struct Interval {
  double low = 0;
  double high = 1;
};

struct Rate {
  std::uint64_t errors = 0;
  std::uint64_t trials = 0;
  Interval interval;
  Method method = Method::none;

  double value() const { return trials == 0 ? 0 : static_cast<double>(errors) / static_cast<double>(trials); }
};

// What one person contributed.
struct Tally {
  std::uint64_t errors = 0;
  std::uint64_t trials = 0;
};

// The exact binomial interval (Clopper and Pearson 1934). Without trials 0 to 1.
Interval clopper_pearson(std::uint64_t errors, std::uint64_t trials);

// The rate over everybody's trials: Clopper-Pearson where each person was tried once, else a bootstrap over
// people; without an error (or without a success) as if independent.
Rate rate_of(std::span<const Tally> people);

// A comparison of two different people that was above a threshold.
struct CrossError {
  std::uint32_t one = 0;  // persons
  std::uint32_t other = 0;
};

// How many comparisons of two different people there are when person i counts weights[i] times.
using CrossTrials = std::function<double(std::span<const std::uint32_t> weights)>;
// For a comparison of everybody's pictures with everybody else's.
CrossTrials all_cross_trials(std::vector<std::uint32_t> pictures_of_person);
// For a comparison of everybody's references with everybody else's pictures.
CrossTrials reference_cross_trials(std::vector<std::uint32_t> references_of_person,
                                   std::vector<std::uint32_t> pictures_of_person);
// For a list of comparisons.
CrossTrials listed_cross_trials(std::vector<CrossError> comparisons);

// The rates at several thresholds at once: `errors` from the strictest threshold on, the first `counts[k]` of
// them at threshold k. A bootstrap over people: a comparison counts as often as both its people were drawn,
// one of a person with himself not at all.
std::vector<Rate> cross_rates(std::span<const CrossError> errors, std::span<const std::uint64_t> counts,
                              std::size_t people, const CrossTrials& trials);

}  // namespace sesame::evaluation
