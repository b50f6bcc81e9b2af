// OwnImpostors: what a calibration's thresholds are worth among the customers who are enrolled, and
// thresholds that hold among them. Each customer's template is compared with those of others, who are other
// people (non-mated comparisons, ISO/IEC 19795-1). A calibration is of the people it was made with: where
// customers are more alike than those, strangers match oftener than asked for. Value type; no OpenCV.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "biometric/pipeline/calibration.hpp"
#include "biometric/pipeline/score_grid.hpp"

namespace sesame::biometric {

// How often strangers among the customers match at one point of the calibration.
struct FoundRate {
  double asked = 0;   // the point's rate
  double cosine = 0;  // its threshold
  double rate = 0;    // found
  double low = 0;  // the true rate lies between these with 95 % confidence, customers being drawn at random
  double high = 1;
  std::uint64_t matches = 0;  // pairs of customers
};

class OwnImpostors {
 public:
  // `customers`: among whom those are drawn who are compared with all others.
  OwnImpostors(const Calibration& calibration, std::uint64_t customers);

  // Scores below this are counted alone.
  double least() const { return calibration_.points().front().cosine; }
  // From this score on two templates are taken for one person's, enrolled under two names, or twins': for
  // people to look at. They count in what is found, and raise no threshold.
  double one_person() const;

  // One customer, compared with `comparisons` templates of others; `scores` are those from least() on.
  void add(std::uint64_t comparisons, std::span<const float> scores);

  std::uint64_t drawn() const { return drawn_; }
  // Pairs of customers that were compared, each once.
  std::uint64_t pairs() const { return once(scores_.total()); }
  // Pairs beyond one_person().
  std::uint64_t like_one_person() const;
  // At each of the calibration's points.
  std::vector<FoundRate> found() const;

  // The calibration for these customers, never looser than the one given: where the pairs support a rate, the
  // threshold that so many of them reach; beyond, as much higher as was needed at most where they do. It goes
  // on to stricter rates as far as pairs support them, unless pairs that look like one person are more than a
  // third of the matches expected.
  Calibration raised() const;

 private:
  struct Seen {  // of one point, over customers
    std::uint64_t matches = 0;
    double share = 0;
    double share_squared = 0;
  };

  std::uint64_t once(std::uint64_t comparisons) const;
  // How much higher than the calibration's the threshold is that these customers reach at its loosest rate.
  double loosest_raise(const std::vector<std::uint64_t>& at_or_above) const;

  Calibration calibration_;
  std::uint64_t customers_;
  std::uint64_t drawn_ = 0;
  Distribution scores_;
  std::vector<Seen> seen_;  // by point
};

}  // namespace sesame::biometric
