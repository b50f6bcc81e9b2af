#include "biometric/pipeline/own_impostors.hpp"

#include <algorithm>
#include <cmath>

namespace sesame::biometric {
namespace {

// As far beyond the strictest threshold, by the way from the loosest to it: of 28.8 million pairs of pictures
// of Labelled Faces in the Wild a few reach so far, all of twins or of people who stand under two names
// (docs/decisions.md).
constexpr double far_beyond = 2.0 / 3;
constexpr double two_sided_95 = 1.96;
// Without a match the rate is at most so many in all comparisons, with 97.5 % confidence.
constexpr double most_unseen = 3.69;
// Pairs that look like one person, in pairs that are expected to match: with more of them a rate says
// nothing.
constexpr double most_unclear_share = 1.0 / 3;
constexpr double smallest_rise = 1e-5;

}  // namespace

OwnImpostors::OwnImpostors(const Calibration& calibration, std::uint64_t customers)
    : calibration_(calibration), customers_(customers), seen_(calibration.points().size()) {}

void OwnImpostors::add(std::uint64_t comparisons, std::span<const float> scores) {
  if (comparisons == 0) return;
  ++drawn_;
  std::vector<std::uint64_t> matches(seen_.size(), 0);
  for (const float score : scores) {
    scores_.add(score);
    for (std::size_t i = 0; i < seen_.size(); ++i)
      matches[i] += score >= calibration_.points()[i].cosine ? 1U : 0U;
  }
  scores_.add(-1, comparisons - scores.size());
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const double share = static_cast<double>(matches[i]) / static_cast<double>(comparisons);
    seen_[i].matches += matches[i];
    seen_[i].share += share;
    seen_[i].share_squared += share * share;
  }
}

// A pair of whom both were drawn was compared twice: of all drawn every pair, of few hardly one.
std::uint64_t OwnImpostors::once(std::uint64_t comparisons) const {
  const double drawn_share =
      customers_ == 0 ? 1 : static_cast<double>(drawn_) / static_cast<double>(customers_);
  return static_cast<std::uint64_t>(
      std::llround(static_cast<double>(comparisons) * (1 - std::min(drawn_share, 1.0) / 2)));
}

// Between people the rates differ, and each pair is two people's: the error of their mean is that of the
// drawn and that of whom they were compared with, who are the same where everybody was drawn.
std::vector<FoundRate> OwnImpostors::found() const {
  const std::uint64_t total = scores_.total();
  const auto drawn = static_cast<double>(drawn_);
  std::vector<FoundRate> found;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    const CalibrationPoint& point = calibration_.points()[i];
    FoundRate rate{point.false_match_rate, point.cosine, 0, 0, 1, once(seen_[i].matches)};
    if (total > 0) rate.rate = static_cast<double>(seen_[i].matches) / static_cast<double>(total);
    if (seen_[i].matches == 0) {
      if (total > 0) rate.high = std::min(1.0, most_unseen / static_cast<double>(pairs()));
    } else if (drawn_ > 1) {
      const double mean = seen_[i].share / drawn;
      const double variance = std::max(0.0, (seen_[i].share_squared - drawn * mean * mean) / (drawn - 1));
      const double both =
          1 / std::sqrt(drawn) + 1 / std::sqrt(static_cast<double>(std::max(customers_, drawn_)));
      const double error = std::sqrt(variance) / mean * both;
      rate.low = rate.rate * std::exp(-two_sided_95 * error);
      rate.high = std::min(1.0, rate.rate * std::exp(two_sided_95 * error));
    }
    found.push_back(rate);
  }
  return found;
}

// The loosest rate has so many matches that a few pairs of one person do not move it.
double OwnImpostors::loosest_raise(const std::vector<std::uint64_t>& at_or_above) const {
  const CalibrationPoint& loosest = calibration_.points().front();
  const std::vector<double> supported = supported_rates(pairs());
  if (supported.empty() || supported.back() > loosest.false_match_rate) return 0;
  return std::max(0.0, cosine_of(step_at_rate(at_or_above, loosest.false_match_rate)) - loosest.cosine);
}

double OwnImpostors::one_person() const {
  const std::vector<CalibrationPoint>& points = calibration_.points();
  const double way = points.back().cosine - points.front().cosine;
  return std::min(1.0, points.back().cosine + far_beyond * way + loosest_raise(scores_.at_or_above()));
}

std::uint64_t OwnImpostors::like_one_person() const {
  return once(scores_.at_or_above()[threshold_step(one_person())]);
}

Calibration OwnImpostors::raised() const {
  const std::uint64_t compared = pairs();
  const std::vector<double> supported = supported_rates(compared);
  if (supported.empty()) return calibration_;
  auto above = scores_.at_or_above();
  const std::uint64_t left_out = above[threshold_step(one_person())];
  for (std::uint64_t& count : above) count -= std::min(count, left_out);
  const auto own = [&](double rate) { return cosine_of(step_at_rate(above, rate)); };
  double raise = 0;
  for (const double rate : supported)
    if (rate >= calibration_.strictest_rate() && rate <= calibration_.loosest_rate())
      raise = std::max(raise, own(rate) - calibration_.threshold_for(rate));

  std::vector<CalibrationPoint> points;
  const auto add = [&points](double rate, double cosine) {
    if (!points.empty()) cosine = std::max(cosine, points.back().cosine + smallest_rise);
    if (cosine < 1) points.push_back({rate, cosine});
    return cosine < 1;
  };
  bool all = true;
  for (const CalibrationPoint& point : calibration_.points()) {
    const bool known = point.false_match_rate >= supported.back();
    const double needed = known ? own(point.false_match_rate) : point.cosine + raise;
    all = all && add(point.false_match_rate, std::max(point.cosine, needed));
  }
  const double unclear = static_cast<double>(once(left_out)) / static_cast<double>(compared);
  for (const double rate : supported)
    if (rate < calibration_.strictest_rate() && unclear <= most_unclear_share * rate)
      all = all && add(rate, own(rate));
  return points.size() < 2 ? calibration_ : Calibration(std::move(points));
}

}  // namespace sesame::biometric
