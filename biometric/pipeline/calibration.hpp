// Calibration: what a cosine of the embedding model is worth, as an error rate. People and profiles state
// rates; only this turns them into cosines. Value type.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace sesame::biometric {

// A rate that the calibration does not cover. Nothing is extrapolated.
struct CalibrationRefusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct CalibrationPoint {
  double false_match_rate = 0;
  double cosine = 0;
};

// A rate is supported when so many false matches are expected among the impostor comparisons it was found
// with (Doddington's rule of 30: within 30 % of the true rate with 90 % confidence; ISO/IEC 19795-1).
inline constexpr std::uint64_t least_false_matches = 30;
// Throws CalibrationRefusal for the first point that so many comparisons do not support.
void require_support(const std::vector<CalibrationPoint>& points, std::uint64_t impostor_comparisons);
// The rates that so many comparisons support, from loose to strict: 1e-2 and decades below it, then the
// strictest.
inline constexpr double loosest_supported_rate = 1e-2;
std::vector<double> supported_rates(std::uint64_t impostor_comparisons);
// So many comparisons support a rate.
std::uint64_t fewest_comparisons(double rate);

class Calibration {
 public:
  // At least two points, rates falling and cosines rising. Throws CalibrationRefusal.
  explicit Calibration(std::vector<CalibrationPoint> points);

  double loosest_rate() const { return points_.front().false_match_rate; }
  double strictest_rate() const { return points_.back().false_match_rate; }
  const std::vector<CalibrationPoint>& points() const { return points_; }

  // The cosine at which impostors match at `false_match_rate`: log-linear between two points. Throws
  // CalibrationRefusal.
  double threshold_for(double false_match_rate) const;

  // The threshold for a search among `gallery_size` templates: FMR = FPIR / N. A small gallery that would
  // allow a rate looser than the calibration's loosest point gets that point, which is stricter than asked.
  // Throws CalibrationRefusal when N is too large for what is known of the model.
  double threshold_for_search(double false_positive_identification_rate, std::size_t gallery_size) const;

  // The calibration for strangers of one kind, who match `times` as often as those it is of: for each rate
  // the threshold of a rate so many times as strict, and beyond the strictest as much higher as at most
  // before. Throws CalibrationRefusal for less than 1, and for more than there is between its rates.
  Calibration among_alike(double times) const;

  // The strictest rate of the calibration's own points at which this cosine is a match, or 1 when it is none.
  double strictest_match(double cosine) const;

 private:
  std::vector<CalibrationPoint> points_;
};

}  // namespace sesame::biometric
