#include "biometric/pipeline/score_grid.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sesame::biometric {
namespace {
constexpr double steps_per_unit = 1e5;
}

Step step_of(double cosine) {
  const double place = std::floor((cosine + 1) * steps_per_unit);
  return static_cast<Step>(std::clamp(place, 0.0, static_cast<double>(last_step)));
}

Step threshold_step(double cosine) {
  constexpr double rounding = 1e-6;  // 0.244 is not exactly on the grid in binary, and still means its place
  const double place = std::ceil((cosine + 1) * steps_per_unit - rounding);
  return static_cast<Step>(std::clamp(place, 0.0, static_cast<double>(last_step)));
}

double cosine_of(Step step) { return (static_cast<double>(step) - steps_per_unit) / steps_per_unit; }

void Distribution::add(const Distribution& other) {
  std::transform(counts_.begin(), counts_.end(), other.counts_.begin(), counts_.begin(), std::plus<>());
}

std::uint64_t Distribution::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::vector<std::uint64_t> Distribution::at_or_above() const {
  std::vector<std::uint64_t> sums(counts_.size() + 1, 0);
  for (std::size_t step = counts_.size(); step-- > 0;) sums[step] = sums[step + 1] + counts_[step];
  return sums;
}

Step step_at_rate(const std::vector<std::uint64_t>& at_or_above, double rate) {
  const double most = rate * static_cast<double>(at_or_above.front());
  const auto found = std::partition_point(at_or_above.begin(), at_or_above.end(), [&](std::uint64_t count) {
    return static_cast<double>(count) > most;
  });
  return static_cast<Step>(found - at_or_above.begin());
}

}  // namespace sesame::biometric
