// Scores: cosines of comparisons, on the grid that calibrations are made on. Value types.
#pragma once

#include <cstdint>

#include "biometric/pipeline/score_grid.hpp"

namespace sesame::evaluation {

using biometric::cosine_of;
using biometric::Distribution;
using biometric::last_step;
using biometric::Step;
using biometric::step_at_rate;
using biometric::step_of;
using biometric::threshold_step;

struct Score {
  std::uint32_t one = 0;  // pictures, by their place in what was compared
  std::uint32_t other = 0;
  float cosine = 0;
};

}  // namespace sesame::evaluation
