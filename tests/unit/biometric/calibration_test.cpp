#include "biometric/pipeline/calibration.hpp"

#include <cmath>

namespace sesame::biometric {
namespace {

Calibration shipped() {
  return Calibration({{1e-2, 0.244}, {1e-3, 0.335}, {1e-4, 0.412}, {1e-5, 0.478}, {1e-6, 0.573}});
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
