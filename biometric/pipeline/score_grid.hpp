// Scores on a grid of 1e-5, so that counts at a threshold are exact and a threshold can be written down. Value
// types; one thread writes.
#pragma once

#include <cstdint>
#include <vector>

namespace sesame::biometric {

// A place on the grid: cosine -1 is 0, cosine 1 is 200,000. A comparison is a match at threshold t when
// step_of(its cosine) >= t.
using Step = std::uint32_t;
inline constexpr Step last_step = 200000;
Step step_of(double cosine);
double cosine_of(Step step);
// The grid's place of a threshold: rounded up, to be no looser than asked.
Step threshold_step(double cosine);

// How many comparisons had which score.
class Distribution {
 public:
  Distribution() : counts_(last_step + 1, 0) {}
  void add(float cosine, std::uint64_t times = 1) { counts_[step_of(cosine)] += times; }
  void add(const Distribution& other);

  std::uint64_t total() const;
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  // For each step: how many scored this or more; one entry more than steps, the last being 0.
  std::vector<std::uint64_t> at_or_above() const;

 private:
  std::vector<std::uint64_t> counts_;
};

// The loosest step at which at most `rate` of all comparisons match; `at_or_above` as above.
Step step_at_rate(const std::vector<std::uint64_t>& at_or_above, double rate);

}  // namespace sesame::biometric
