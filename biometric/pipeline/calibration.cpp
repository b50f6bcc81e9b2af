#include "biometric/pipeline/calibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sesame::biometric {
namespace {

// A last rate this near to the one before says nothing new.
constexpr double distinct = 0.8;
constexpr double rounding = 1e-9;

double rounded_up(double rate) {
  const double unit = std::pow(10.0, std::floor(std::log10(rate)) - 1);
  return std::ceil(rate / unit - rounding) * unit;
}

}  // namespace

void require_support(const std::vector<CalibrationPoint>& points, std::uint64_t impostor_comparisons) {
  for (const CalibrationPoint& point : points) {
    const double expected = point.false_match_rate * static_cast<double>(impostor_comparisons);
    if (expected * (1 + rounding) < static_cast<double>(least_false_matches))
      throw CalibrationRefusal(
          fmt::format("a false match rate of {:g} is more than {} impostor comparisons can support: {:.3g} "
                      "false matches are expected "
                      "(at least {})",
                      point.false_match_rate, impostor_comparisons, expected, least_false_matches));
  }
}

std::vector<double> supported_rates(std::uint64_t impostor_comparisons) {
  const auto needed = static_cast<double>(least_false_matches);
  const auto count = static_cast<double>(impostor_comparisons);
  std::vector<double> rates;
  const auto loosest_decade = static_cast<int>(std::lround(-std::log10(loosest_supported_rate)));
  for (int decade = loosest_decade; std::pow(10.0, -decade) * count >= needed * (1 - rounding); ++decade)
    rates.push_back(std::pow(10.0, -decade));
  if (rates.empty()) return rates;
  const double strictest = rounded_up(needed / count);
  if (strictest < distinct * rates.back()) rates.push_back(strictest);
  return rates;
}

std::uint64_t fewest_comparisons(double rate) {
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(least_false_matches) / rate * (1 - rounding)));
}

Calibration::Calibration(std::vector<CalibrationPoint> points) : points_(std::move(points)) {
  if (points_.size() < 2) throw CalibrationRefusal("a calibration needs at least two points (rate, cosine)");
  for (const CalibrationPoint& point : points_)
    if (!(point.false_match_rate > 0 && point.false_match_rate < 1 && std::abs(point.cosine) <= 1))
      throw CalibrationRefusal("a calibration point has a rate outside (0, 1) or a cosine outside [-1, 1]");
  for (std::size_t i = 1; i < points_.size(); ++i)
    if (points_[i].false_match_rate >= points_[i - 1].false_match_rate ||
        points_[i].cosine <= points_[i - 1].cosine)
      throw CalibrationRefusal(
          "calibration points must go from loose to strict: rates falling, cosines rising");
}

double Calibration::threshold_for(double false_match_rate) const {
  if (!(false_match_rate >= strictest_rate() && false_match_rate <= loosest_rate()))
    throw CalibrationRefusal(
        fmt::format("a false match rate of {:g} is not calibrated for this model (known: {:g} to {:g})",
                    false_match_rate, loosest_rate(), strictest_rate()));
  const auto above = std::find_if(points_.begin() + 1, points_.end(), [&](const CalibrationPoint& point) {
    return point.false_match_rate <= false_match_rate;
  });
  const CalibrationPoint& strict = *above;
  const CalibrationPoint& loose = *(above - 1);
  const double share = (std::log(loose.false_match_rate) - std::log(false_match_rate)) /
                       (std::log(loose.false_match_rate) - std::log(strict.false_match_rate));
  return loose.cosine + share * (strict.cosine - loose.cosine);
}

double Calibration::threshold_for_search(double false_positive_identification_rate,
                                         std::size_t gallery_size) const {
  if (!(false_positive_identification_rate > 0 && false_positive_identification_rate < 1))
    throw CalibrationRefusal("a false positive identification rate must lie between 0 and 1");
  const double size = static_cast<double>(std::max<std::size_t>(gallery_size, 1));
  const double rate = false_positive_identification_rate / size;
  if (rate < strictest_rate())
    throw CalibrationRefusal(
        fmt::format("a false positive identification rate of {:g} among {} customers needs a false match "
                    "rate of {:.3g}; the "
                    "calibration ends at {:g}",
                    false_positive_identification_rate, gallery_size, rate, strictest_rate()));
  return threshold_for(std::min(rate, loosest_rate()));
}

Calibration Calibration::among_alike(double times) const {
  const double most = loosest_rate() / strictest_rate();
  if (!(times >= 1 && times <= most))
    throw CalibrationRefusal(
        fmt::format("strangers of one kind match {:g} times as often (expected 1 to the calibration's {:.3g})",
                    times, most));
  double raise = 0;
  for (const CalibrationPoint& point : points_) {
    const double stricter = point.false_match_rate / times;
    const double looser = point.false_match_rate * times;
    if (stricter >= strictest_rate()) raise = std::max(raise, threshold_for(stricter) - point.cosine);
    if (looser <= loosest_rate()) raise = std::max(raise, point.cosine - threshold_for(looser));
  }
  std::vector<CalibrationPoint> raised;
  for (const CalibrationPoint& point : points_) {
    const double rate = point.false_match_rate / times;
    const double cosine = rate >= strictest_rate() ? threshold_for(rate) : point.cosine + raise;
    if (cosine <= 1 && (raised.empty() || cosine > raised.back().cosine))
      raised.push_back({point.false_match_rate, cosine});
  }
  return Calibration(std::move(raised));
}

double Calibration::strictest_match(double cosine) const {
  double rate = 1;
  for (const CalibrationPoint& point : points_)
    if (cosine >= point.cosine) rate = point.false_match_rate;
  return rate;
}

}  // namespace sesame::biometric
