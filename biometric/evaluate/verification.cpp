#include "biometric/evaluate/verification.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sesame::evaluation {
namespace {

constexpr int loosest_decade = 2;  // FMR 1e-2
constexpr int det_points_a_decade = 20;

std::vector<CrossError> cross_errors(const Comparisons& comparisons) {
  std::vector<CrossError> errors;
  errors.reserve(comparisons.closest_impostors.size());
  for (const Score& score : comparisons.closest_impostors)
    errors.push_back({comparisons.persons[score.one], comparisons.persons[score.other]});
  return errors;
}

// From the strictest point on, as cross_rates wants them.
std::vector<std::size_t> strict_first(const std::vector<AskedPoint>& asked) {
  std::vector<std::size_t> order(asked.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return asked[a].step > asked[b].step; });
  return order;
}

Rate plain_rate(std::uint64_t errors, std::uint64_t trials) {
  return {errors, trials, clopper_pearson(errors, trials),
          trials == 0 ? Method::none : Method::as_if_independent};
}

// The FMR at each asked point; those looser than what was kept one by one get a plain interval.
std::vector<Rate> false_match_rates(const Comparisons& comparisons, const std::vector<AskedPoint>& asked) {
  const auto above = comparisons.impostor_scores.at_or_above();
  std::vector<Rate> rates;
  for (const AskedPoint& point : asked) rates.push_back(plain_rate(above[point.step], above.front()));
  std::vector<std::optional<std::uint32_t>> everybody(comparisons.people);
  for (std::uint32_t i = 0; i < everybody.size(); ++i) everybody[i] = i;
  std::vector<std::size_t> exact;
  std::vector<std::uint64_t> counts;
  for (const std::size_t i : strict_first(asked))
    if (asked[i].step >= comparisons.closest_from) {
      exact.push_back(i);
      counts.push_back(above[asked[i].step]);
    }
  const auto drawn = cross_rates(cross_errors(comparisons), counts, comparisons.people,
                                 trials_among(comparisons, everybody, comparisons.people));
  for (std::size_t k = 0; k < exact.size(); ++k) rates[exact[k]] = drawn[k];
  return rates;
}

}  // namespace

Rate false_non_match_rate(const Comparisons& comparisons, Step step) {
  std::vector<Tally> people(comparisons.people);
  for (const Score& score : comparisons.genuine) {
    Tally& person = people[comparisons.persons[score.one]];
    ++person.trials;
    if (step_of(static_cast<double>(score.cosine)) < step) ++person.errors;
  }
  return rate_of(people);
}

std::vector<AskedPoint> points_of_data(const Distribution& impostors) {
  const auto above = impostors.at_or_above();
  std::vector<AskedPoint> points;
  for (int decade = loosest_decade;; ++decade) {
    const double rate = std::pow(10.0, -decade);
    if (rate * static_cast<double>(above.front()) < 1 - 1e-9) break;
    points.push_back({rate, step_at_rate(above, rate)});
  }
  return points;
}

std::vector<OperatingPoint> operating_points(const Comparisons& comparisons,
                                             const std::vector<AskedPoint>& asked) {
  const std::vector<Rate> false_matches = false_match_rates(comparisons, asked);
  std::vector<OperatingPoint> points;
  for (std::size_t i = 0; i < asked.size(); ++i)
    points.push_back({asked[i].asked_rate, asked[i].step, false_matches[i],
                      false_non_match_rate(comparisons, asked[i].step)});
  return points;
}

std::vector<DetPoint> det_curve(const Comparisons& comparisons) {
  const auto impostors = comparisons.impostor_scores.at_or_above();
  const auto genuine = comparisons.genuine_scores.at_or_above();
  const auto impostor_total = static_cast<double>(impostors.front());
  const auto genuine_total = static_cast<double>(genuine.front());
  std::vector<DetPoint> curve;
  if (impostor_total < 1 || genuine_total < 1) return curve;
  Step last = last_step + 2;
  for (int i = 0; i <= 10 * det_points_a_decade; ++i) {
    const double rate = std::pow(10.0, -static_cast<double>(i) / det_points_a_decade);
    if (rate * impostor_total < 1 - 1e-9) break;
    const Step step = step_at_rate(impostors, rate);
    if (step == last) continue;
    last = step;
    curve.push_back({cosine_of(step), static_cast<double>(impostors[step]) / impostor_total,
                     1 - static_cast<double>(genuine[step]) / genuine_total});
  }
  return curve;
}

double equal_error_rate(const Comparisons& comparisons) {
  const auto impostors = comparisons.impostor_scores.at_or_above();
  const auto genuine = comparisons.genuine_scores.at_or_above();
  if (impostors.front() == 0 || genuine.front() == 0) return 0;
  double best = 2;
  double rate = 0;
  for (Step step = 0; step <= last_step; ++step) {
    const double fmr = static_cast<double>(impostors[step]) / static_cast<double>(impostors.front());
    const double fnmr = 1 - static_cast<double>(genuine[step]) / static_cast<double>(genuine.front());
    if (std::abs(fmr - fnmr) < best) {
      best = std::abs(fmr - fnmr);
      rate = (fmr + fnmr) / 2;
    }
  }
  return rate;
}

}  // namespace sesame::evaluation
