#include "biometric/evaluate/identification.hpp"

#include "tests/unit/evaluate/samples.hpp"

namespace sesame::evaluation {
namespace {

// anna and bert are enrolled at 0 and 90 degrees; their second pictures and three strangers search.
MadeUp branch() {
  MadeUp made;
  add(made, "anna", at_angle(0));
  add(made, "anna", at_angle(10));  // 0.985 with anna: rank 1
  add(made, "anna", at_angle(60));  // 0.5 with anna, 0.866 with bert: rank 2
  add(made, "bert", at_angle(90));
  add(made, "bert", at_angle(90 + 30));  // 0.866: rank 1
  add(made, "carl", at_angle(180));      // best 0 with bert
  add(made, "dora", at_angle(-20));      // best 0.94 with anna
  add(made, "emil", at_angle(225));      // best -0.707
  return made;
}

Searches searches() {
  const MadeUp made = branch();
  return *search_everybody(made.samples, made.data.people, 2);
}

TEST(SearchEverybody, enrols_with_the_first_picture_and_takes_people_of_one_picture_as_strangers) {
  const Searches all = searches();
  EXPECT_EQ(all.enrolled, 2U);
  ASSERT_EQ(all.mated.size(), 3U);
  EXPECT_EQ(all.mated[0].rank, 1U);
  EXPECT_EQ(all.mated[1].rank, 2U);
  EXPECT_NEAR(*all.mated[1].mate, 0.5, 1e-6);
  EXPECT_NEAR(all.mated[1].best_other, 0.866, 1e-3);
  ASSERT_EQ(all.non_mated.size(), 3U);
  EXPECT_NEAR(all.non_mated[0].best_other, 0, 1e-6);
}

TEST(Identification, counts_mates_by_rank) {
  EXPECT_EQ(identification_rate(searches(), 1).errors, 2U);
  EXPECT_EQ(identification_rate(searches(), 2).errors, 3U);
  EXPECT_EQ(identification_rate(searches(), 1).trials, 3U);
}

TEST(Identification, false_positives_are_strangers_and_false_negatives_mates_not_found) {
  EXPECT_EQ(false_positive_identification_rate(searches(), 0.9).errors, 1U);
  EXPECT_EQ(false_positive_identification_rate(searches(), 0.95).errors, 0U);
  EXPECT_EQ(false_negative_identification_rate(searches(), 0.8).errors, 1U);
  EXPECT_EQ(false_negative_identification_rate(searches(), 0.9).errors, 2U);
  EXPECT_EQ(false_positive_identification_rate(searches(), 0.9).method, Method::clopper_pearson);
}

TEST(Identification, a_threshold_for_a_rate_wants_a_stranger_to_be_counted) {
  EXPECT_FALSE(threshold_at_fpir(searches(), 0.1).has_value());
  const auto third = threshold_at_fpir(searches(), 0.34);
  ASSERT_TRUE(third.has_value());
  EXPECT_EQ(false_positive_identification_rate(searches(), *third).errors, 1U);
}

TEST(Identification, the_curve_goes_from_loose_to_strict) {
  const auto curve = identification_curve(searches());
  ASSERT_EQ(curve.size(), 3U);
  EXPECT_DOUBLE_EQ(curve[0].false_positive_rate, 1);
  EXPECT_NEAR(curve[2].false_positive_rate, 1.0 / 3, 1e-9);
  EXPECT_NEAR(curve[2].false_negative_rate, 2.0 / 3, 1e-9);
}

TEST(SearchEverybody, where_nobody_has_one_picture_half_of_the_people_are_strangers) {
  const MadeUp made = crowd(40, 3, 16, 0.2F);
  const auto all = search_everybody(made.samples, made.data.people, 1);
  ASSERT_TRUE(all.has_value());
  std::size_t strangers = 0;
  for (const auto& person : made.data.people) strangers += half_of(person) == Half::report ? 1U : 0U;
  EXPECT_EQ(all->enrolled, 40 - strangers);
  EXPECT_EQ(all->non_mated.size(), 3 * strangers);
  EXPECT_EQ(all->mated.size(), 2 * (40 - strangers));
}

}  // namespace
}  // namespace sesame::evaluation
