#include "biometric/evaluate/verification.hpp"

#include "tests/unit/evaluate/samples.hpp"

namespace sesame::evaluation {
namespace {

// Angles on a circle; cosines: anna's own 0.5, bert's own 0.985; impostors cos 90, 100, 30, 40 degrees.
MadeUp two_people() {
  MadeUp made;
  add(made, "anna", at_angle(0));
  add(made, "anna", at_angle(60));
  add(made, "bert", at_angle(90));
  add(made, "bert", at_angle(100));
  return made;
}

TEST(OperatingPoints, count_what_is_on_the_wrong_side_of_the_threshold) {
  const Comparisons comparisons = compare_everybody(two_people().samples, 0, 1);
  const auto points = operating_points(
      comparisons, {{0.1, threshold_step(0.8)}, {0.1, threshold_step(0.4)}, {0.1, threshold_step(0.999)}});
  ASSERT_EQ(points.size(), 3U);
  EXPECT_EQ(points[0].false_match.errors, 1U);  // cos 30 = 0.866
  EXPECT_EQ(points[0].false_match.trials, 4U);
  EXPECT_EQ(points[0].false_non_match.errors, 1U);  // 0.5
  EXPECT_EQ(points[0].false_non_match.trials, 2U);
  EXPECT_EQ(points[1].false_match.errors, 2U);  // cos 40 = 0.766 as well
  EXPECT_EQ(points[1].false_non_match.errors, 0U);
  EXPECT_EQ(points[2].false_match.errors, 0U);
  EXPECT_EQ(points[2].false_non_match.errors, 2U);
}

TEST(OperatingPoints, of_the_data_go_as_far_as_one_false_match) {
  Distribution impostors;
  for (int i = 0; i < 20000; ++i) impostors.add(static_cast<float>(i) / 20001.0F);
  const auto points = points_of_data(impostors);
  ASSERT_EQ(points.size(), 3U);
  EXPECT_DOUBLE_EQ(points[2].asked_rate, 1e-4);
  const auto above = impostors.at_or_above();
  EXPECT_EQ(above[points[0].step], 200U);
  EXPECT_EQ(above[points[2].step], 2U);
}

TEST(OperatingPoints, have_intervals_over_people_where_errors_are_known_one_by_one) {
  const MadeUp made = crowd(150, 3, 24, 0.9F);
  const Comparisons comparisons = compare_everybody(made.samples, last_step, 2);
  for (const OperatingPoint& point :
       operating_points(comparisons, points_of_data(comparisons.impostor_scores))) {
    EXPECT_LE(point.false_match.value(), point.asked_rate);
    EXPECT_EQ(point.false_match.method, Method::subject_bootstrap);
    EXPECT_LE(point.false_match.interval.low, point.false_match.value());
    EXPECT_GE(point.false_match.interval.high, point.false_match.value());
  }
  const auto loose = operating_points(comparisons, {{0.5, threshold_step(0)}});
  EXPECT_EQ(loose[0].false_match.method, Method::as_if_independent);
}

TEST(DetCurve, goes_from_loose_to_strict) {
  const MadeUp made = crowd(100, 3, 24, 0.9F);
  const auto curve = det_curve(compare_everybody(made.samples, last_step, 2));
  ASSERT_GT(curve.size(), 20U);
  EXPECT_EQ(curve.front().false_match_rate, 1);
  EXPECT_EQ(curve.front().false_non_match_rate, 0);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_LE(curve[i].false_match_rate, curve[i - 1].false_match_rate);
    EXPECT_GE(curve[i].false_non_match_rate, curve[i - 1].false_non_match_rate);
  }
}

TEST(EqualErrorRate, is_where_both_errors_are_equal) {
  // Genuine 0.5 and 0.985, impostors 0.866, 0.766, 0, -0.17: between them half of the genuine and a quarter
  // of the impostors, or two.
  EXPECT_NEAR(equal_error_rate(compare_everybody(two_people().samples, 0, 1)), 0.5, 1e-9);
}

TEST(FoldAccuracy, takes_each_fold_at_the_threshold_of_the_others) {
  // Fold 0 alone would want 0.5, fold 1 alone 0.3.
  const std::vector<FoldScore> scores = {{0, true, 0.9}, {0, true, 0.5}, {0, false, 0.4}, {0, false, 0.1},
                                         {1, true, 0.8}, {1, true, 0.3}, {1, false, 0.2}, {1, false, 0.2}};
  const FoldAccuracy result = fold_accuracy(scores, 2);
  ASSERT_EQ(result.accuracy.size(), 2U);
  EXPECT_DOUBLE_EQ(result.accuracy[0], 0.75);  // at 0.3 the impostor of 0.4 matches
  EXPECT_DOUBLE_EQ(result.accuracy[1], 0.75);  // at 0.5 the genuine pair of 0.3 does not
  EXPECT_DOUBLE_EQ(result.mean, 0.75);
  EXPECT_DOUBLE_EQ(result.standard_error, 0);
}

TEST(FoldAccuracy, spread_is_of_the_folds_and_of_their_mean) {
  std::vector<FoldScore> scores;
  for (std::uint32_t fold = 0; fold < 4; ++fold) {
    scores.push_back({fold, true, 0.9});
    scores.push_back({fold, false, fold == 0 ? 0.95 : 0.1});
  }
  const FoldAccuracy result = fold_accuracy(scores, 4);  // 0.5, 1, 1, 1
  EXPECT_DOUBLE_EQ(result.mean, 0.875);
  EXPECT_DOUBLE_EQ(result.standard_deviation, 0.25);
  EXPECT_DOUBLE_EQ(result.standard_error, 0.125);
}

TEST(GroupRates, are_within_each_group_and_between_them) {
  MadeUp made;
  add(made, "anna", at_angle(0));
  add(made, "anna", at_angle(10));
  add(made, "bert", at_angle(20));
  add(made, "carl", at_angle(150));
  add(made, "dora", at_angle(160));
  const Comparisons comparisons = compare_everybody(made.samples, 0, 1);
  const Groups groups =
      group_rates(comparisons, {"east", "west"}, {0, 0, 1, 1}, {{1e-2, threshold_step(0.95)}});
  ASSERT_EQ(groups.groups.size(), 2U);
  EXPECT_EQ(groups.groups[0].people, 2U);
  EXPECT_EQ(groups.groups[0].pictures, 3U);
  EXPECT_EQ(groups.groups[0].points[0].false_match.trials, 2U);
  EXPECT_EQ(groups.groups[0].points[0].false_match.errors, 1U);  // 10 and 20 degrees
  EXPECT_EQ(groups.groups[0].points[0].false_non_match.trials, 1U);
  EXPECT_EQ(groups.groups[1].points[0].false_match.errors, 1U);
  EXPECT_EQ(groups.groups[1].points[0].false_non_match.trials, 0U);
  ASSERT_EQ(groups.matrix.size(), 3U);
  EXPECT_EQ(groups.matrix[1].trials, 6U);
  EXPECT_EQ(groups.matrix[1].false_matches, 0U);
  EXPECT_EQ(groups.matrix[0].trials, 2U);
  EXPECT_EQ(groups.matrix[0].false_matches, 1U);
}

}  // namespace
}  // namespace sesame::evaluation
