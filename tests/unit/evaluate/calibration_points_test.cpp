#include "biometric/evaluate/calibration_points.hpp"

namespace sesame::evaluation {
namespace {

// `count` impostor scores evenly between -0.5 and 0.5.
Distribution even_scores(int count) {
  Distribution scores;
  for (int i = 0; i < count; ++i) scores.add(static_cast<float>(i) / static_cast<float>(count) - 0.5F);
  return scores;
}

std::string fault(const std::function<void()>& work) {
  try {
    work();
  } catch (const DataError& error) {
    return error.what();
  }
  return "none";
}

TEST(CalibrationPoints, go_as_far_as_thirty_false_matches_are_expected) {
  const auto points = calibration_points(even_scores(700000), 1000);
  ASSERT_EQ(points.size(), 4U);
  EXPECT_DOUBLE_EQ(points[0].asked_rate, 1e-2);
  EXPECT_DOUBLE_EQ(points[2].asked_rate, 1e-4);
  EXPECT_NEAR(points[3].asked_rate, 4.3e-5, 1e-12) << "30 of 700,000 are 4.29e-5, rounded up";
  EXPECT_NEAR(cosine_of(points[0].step), 0.49, 2e-5);
  for (std::size_t i = 1; i < points.size(); ++i) EXPECT_GT(points[i].step, points[i - 1].step);
}

TEST(CalibrationPoints, a_last_rate_that_says_nothing_new_is_left_out) {
  EXPECT_EQ(calibration_points(even_scores(310000), 1000).size(), 3U) << "9.7e-5 is too near to 1e-4";
}

TEST(CalibrationPoints, too_few_comparisons_are_refused) {
  EXPECT_THAT(fault([] { calibration_points(even_scores(5000), calibration_comparisons); }),
              testing::HasSubstr("has 5000 impostor comparisons (expected at least 5000000"));
  EXPECT_THAT(fault([] { calibration_points(even_scores(3000), 0); }),
              testing::HasSubstr("fewer than two rates"));
  EXPECT_THAT(fault([] { calibration_points(even_scores(0), 0); }),
              testing::HasSubstr("fewer than two rates"));
}

TEST(CalibrationFile, replaces_the_calibration_and_nothing_else) {
  MadeCalibration made;
  made.from = "faces of \"our\" staff";
  made.stage = "whole pictures";
  made.models = "abc";
  made.impostor_comparisons = 7000000;
  OperatingPoint point;
  point.asked_rate = 1e-5;
  point.step = threshold_step(0.478);
  point.false_match = {70, 7000000, {8e-6, 1.3e-5}, Method::subject_bootstrap};
  made.points = {point};
  const std::string text = with_calibration(
      "role: embedding\n# why\ncalibration:\n  old: 1\n  # older\n\n  more: 2\nlast: 3\n", made);
  EXPECT_TRUE(
      text.starts_with("role: embedding\n# why\ncalibration:\n  from: \"faces of \\\"our\\\" staff\"\n"))
      << text;
  EXPECT_TRUE(
      text.ends_with("  false_match_rate:\n    - {rate: 1e-05, cosine: 0.47800, false_matches: 70, interval: "
                     "[8e-06, 1.3e-05]}\nlast: 3\n"))
      << text;
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("old")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("labels:"))) << "nothing was corrected";
  made.corrections = "2 pictures given to other people";
  EXPECT_THAT(with_calibration("role: embedding\n", made),
              testing::HasSubstr("  labels: \"2 pictures given to other people\"\n"));
  EXPECT_THAT(with_calibration("role: embedding\n", made),
              testing::StartsWith("role: embedding\ncalibration:\n"));
}

}  // namespace
}  // namespace sesame::evaluation
