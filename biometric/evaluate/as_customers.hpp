// As customers: which thresholds people would get if half of them were a bank's customers, as the engine raises them
// (own_impostors.hpp), and what these are worth for the other half. Pure function; value types.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "biometric/evaluate/labelled_data.hpp"
#include "biometric/evaluate/verification.hpp"
#include "biometric/pipeline/calibration.hpp"

namespace sesame::evaluation {

struct AsCustomers {
  std::size_t customers = 0;  // enrolled from at most `most_enrolled` pictures each
  std::uint64_t pairs = 0;    // of them, each once
  std::size_t others = 0;     // people with whose pictures the thresholds are tried, each with every other
  std::vector<OperatingPoint> calibrated;  // of the others, at the calibration's thresholds
  std::vector<OperatingPoint> raised;      // at those that the customers raised
};

inline constexpr std::size_t most_enrolled = 5;

// Of the people for whom `members` is true; those of the calibration half are the customers. Nothing where they are
// too few to raise a threshold, or nobody is left to try it with.
std::optional<AsCustomers> as_customers(const LabelledData& data, const Samples& samples,
                                        const std::vector<bool>& members,
                                        const biometric::Calibration& calibration, unsigned workers);

}  // namespace sesame::evaluation
