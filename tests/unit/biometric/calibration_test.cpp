#include "biometric/pipeline/calibration.hpp"

#include <cmath>

namespace sesame::biometric {
namespace {

const Calibration& shipped() {
  static const Calibration made({{1e-2, 0.244}, {1e-3, 0.335}, {1e-4, 0.412}, {1e-5, 0.478}, {1e-6, 0.573}});
  return made;
}

TEST(Calibration, a_calibrated_rate_gives_its_own_cosine) {
  EXPECT_NEAR(shipped().threshold_for(1e-2), 0.244, 1e-9);
  EXPECT_NEAR(shipped().threshold_for(1e-4), 0.412, 1e-9);
  EXPECT_NEAR(shipped().threshold_for(1e-6), 0.573, 1e-9);
}

TEST(Calibration, between_two_points_the_logarithm_of_the_rate_is_linear) {
  EXPECT_NEAR(shipped().threshold_for(std::pow(10, -4.5)), (0.412 + 0.478) / 2, 1e-9);
}

TEST(Calibration, nothing_is_extrapolated) {
  EXPECT_THROW(shipped().threshold_for(1e-7), CalibrationRefusal);
  EXPECT_THROW(shipped().threshold_for(0.05), CalibrationRefusal);
  EXPECT_THROW(shipped().threshold_for(0), CalibrationRefusal);
  EXPECT_THROW(shipped().threshold_for(std::nan("")), CalibrationRefusal);
}

TEST(Calibration, a_search_is_as_strict_as_its_gallery_is_large) {
  EXPECT_NEAR(shipped().threshold_for_search(1e-2, 100), shipped().threshold_for(1e-4), 1e-9);
  EXPECT_NEAR(shipped().threshold_for_search(0.05, 1), shipped().threshold_for(1e-2), 1e-9);
}

TEST(Calibration, a_gallery_too_large_for_what_is_known_is_refused) {
  EXPECT_THROW(shipped().threshold_for_search(1e-3, 10000), CalibrationRefusal);
}

TEST(Calibration, a_match_is_told_by_the_strictest_rate_it_meets) {
  EXPECT_EQ(shipped().strictest_match(0.5), 1e-5);
  EXPECT_EQ(shipped().strictest_match(0.9), 1e-6);
  EXPECT_EQ(shipped().strictest_match(0.1), 1);
}

TEST(Calibration, strangers_of_one_kind_get_the_thresholds_of_stricter_rates) {
  const Calibration alike = shipped().among_alike(10);
  EXPECT_NEAR(alike.threshold_for(1e-2), 0.335, 1e-9);
  EXPECT_NEAR(alike.threshold_for(1e-5), 0.573, 1e-9);
  // 1e-7 is not known; from 1e-5 to 1e-6 it is 0.095, which is most.
  EXPECT_NEAR(alike.threshold_for(1e-6), 0.573 + 0.095, 1e-9);
  EXPECT_EQ(alike.strictest_rate(), 1e-6);
  for (const CalibrationPoint& point : shipped().points())
    EXPECT_NEAR(shipped().among_alike(1).threshold_for(point.false_match_rate), point.cosine, 1e-9);
  EXPECT_THROW(shipped().among_alike(0.5), CalibrationRefusal);
  EXPECT_THROW(shipped().among_alike(std::nan("")), CalibrationRefusal);
}

TEST(Calibration, between_its_points_nobody_who_is_alike_is_forgotten) {
  const Calibration alike = shipped().among_alike(30);
  for (const double rate : {1e-2, 1e-3, 1e-4}) EXPECT_NEAR(alike.threshold_for(rate), shipped().threshold_for(rate / 30), 1e-9);
  EXPECT_GT(alike.threshold_for(1e-5), shipped().threshold_for(1e-6));
  EXPECT_GT(alike.threshold_for(1e-6), alike.threshold_for(1e-5));
  // From 3e-3 to the strictest it is more than from any other rate to one 3,000 times as strict.
  EXPECT_NEAR(shipped().among_alike(3000).threshold_for(1e-6), 0.573 + (0.573 - shipped().threshold_for(3e-3)), 1e-9);
  EXPECT_NO_THROW(shipped().among_alike(9999));
  EXPECT_THROW(shipped().among_alike(10001), CalibrationRefusal) << "from 1e-2 to 1e-6 there is no more";
}

// Doddington's rule: thirty errors, or nothing is said.
TEST(Calibration, a_rate_needs_thirty_expected_false_matches) {
  EXPECT_NO_THROW(require_support({{1e-2, 0.2}, {1e-5, 0.4}}, 3000000));
  EXPECT_THROW(require_support({{1e-2, 0.2}, {1e-5, 0.4}}, 2990000), CalibrationRefusal);
  EXPECT_THROW(require_support({{1e-2, 0.2}}, 0), CalibrationRefusal);
}

TEST(Calibration, points_in_disorder_are_refused) {
  EXPECT_THROW(Calibration({{1e-3, 0.4}, {1e-2, 0.5}}), CalibrationRefusal);
  EXPECT_THROW(Calibration({{1e-2, 0.4}, {1e-3, 0.3}}), CalibrationRefusal);
  EXPECT_THROW(Calibration({{1e-2, 0.4}}), CalibrationRefusal);
}

}  // namespace
}  // namespace sesame::biometric
