// What a calibration is worth among other people than it was made of, on scores of made-up people: normally
// distributed, with a mean of their own for each.
#include "biometric/pipeline/own_impostors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace sesame::biometric {
namespace {

// Scores of two strangers in a crowd; whoever is like many others is so in all his comparisons.
class Crowd {
 public:
  Crowd(std::size_t people, double mean, std::uint32_t seed = 1, double differing = 0.02) {
    std::mt19937 random(seed);
    std::normal_distribution<double> likeness(0, differing);
    std::normal_distribution<double> rest(mean, 0.1);
    std::vector<double> like(people);
    for (double& one : like) one = likeness(random);
    scores.assign(people, std::vector<float>(people));
    for (std::size_t i = 0; i < people; ++i)
      for (std::size_t j = 0; j < i; ++j)
        scores[i][j] = scores[j][i] = static_cast<float>(rest(random) + like[i] + like[j]);
  }
  std::size_t people() const { return scores.size(); }

  OwnImpostors compare(const Calibration& calibration, std::size_t drawn = SIZE_MAX) const {
    OwnImpostors impostors(calibration, people());
    for (std::size_t i = 0; i < std::min(drawn, people()); ++i) {
      std::vector<float> from;
      for (std::size_t j = 0; j < people(); ++j)
        if (j != i && scores[i][j] >= impostors.least()) from.push_back(scores[i][j]);
      impostors.add(people() - 1, from);
    }
    return impostors;
  }
  double share_from(double cosine) const {
    double matches = 0;
    for (std::size_t i = 0; i < people(); ++i)
      for (std::size_t j = 0; j < i; ++j) matches += scores[i][j] >= static_cast<float>(cosine) ? 1 : 0;
    return matches * 2 / static_cast<double>(people() * (people() - 1));
  }

  std::vector<std::vector<float>> scores;
};

// Of a normal distribution with a deviation of 0.1039, which the crowd above has, about 0.
const Calibration& calibration() {
  static const Calibration made({{1e-2, 0.2417}, {1e-3, 0.3211}, {1e-4, 0.3864}, {1e-5, 0.4431}, {1e-6, 0.4939}});
  return made;
}

double at(const Calibration& of, double rate) { return of.threshold_for(rate); }

TEST(OwnImpostors, people_like_those_of_the_calibration_leave_it_as_it_is) {
  const OwnImpostors impostors = Crowd(600, 0).compare(calibration());
  for (const FoundRate& found : impostors.found()) {
    EXPECT_LE(found.low, found.asked) << found.asked;
    EXPECT_GE(found.high, found.asked) << found.asked;
  }
  const Calibration raised = impostors.raised();
  for (const CalibrationPoint& point : calibration().points()) {
    EXPECT_GE(at(raised, point.false_match_rate), point.cosine);
    EXPECT_LT(at(raised, point.false_match_rate), point.cosine + 0.02);
  }
}

TEST(OwnImpostors, people_who_are_more_alike_get_thresholds_that_hold_for_others_of_their_kind) {
  const OwnImpostors impostors = Crowd(400, 0.1).compare(calibration());
  EXPECT_GT(impostors.found()[0].low, 0.05);
  EXPECT_GT(impostors.found()[1].low, 0.01);
  const Calibration raised = impostors.raised();
  const Crowd others(1500, 0.1, 2);
  for (const double rate : {1e-2, 1e-3, 1e-4}) {
    EXPECT_GT(others.share_from(at(calibration(), rate)), 6 * rate);
    EXPECT_LT(others.share_from(at(raised, rate)), 1.5 * rate);
    EXPECT_GT(others.share_from(at(raised, rate)), rate / 2);
  }
}

// 400 people are 79,800 pairs and support 3.8e-4; the calibration goes on to 1e-6.
TEST(OwnImpostors, beyond_what_the_pairs_support_thresholds_rise_by_as_much) {
  const Calibration raised = Crowd(400, 0.1).compare(calibration()).raised();
  EXPECT_EQ(raised.strictest_rate(), 1e-6);
  for (const double rate : {1e-4, 1e-5, 1e-6}) EXPECT_NEAR(at(raised, rate), at(calibration(), rate) + 0.1, 0.02);
}

TEST(OwnImpostors, thresholds_never_fall) {
  const Calibration raised = Crowd(400, -0.2).compare(calibration()).raised();
  for (const CalibrationPoint& point : calibration().points())
    EXPECT_NEAR(at(raised, point.false_match_rate), point.cosine, 1e-9);
}

// 78 people are 3,003 pairs, of which 30 match at 1e-2.
TEST(OwnImpostors, fewer_than_78_people_say_nothing) {
  const Calibration few = Crowd(77, 0.2).compare(calibration()).raised();
  EXPECT_NEAR(at(few, 1e-2), at(calibration(), 1e-2), 1e-9);
  const Calibration enough = Crowd(78, 0.2).compare(calibration()).raised();
  EXPECT_GT(at(enough, 1e-2), at(calibration(), 1e-2) + 0.1);
  EXPECT_GT(at(enough, 1e-6), at(calibration(), 1e-6) + 0.1);
}

TEST(OwnImpostors, many_customers_support_rates_that_the_calibration_does_not_know) {
  const Calibration narrow({{1e-2, 0.2417}, {1e-3, 0.3211}, {1e-4, 0.3864}});
  const Calibration wide = Crowd(1200, 0.1).compare(narrow).raised();  // 719,400 pairs
  EXPECT_NEAR(wide.strictest_rate(), 4.2e-5, 1e-9);
  const Crowd others(1500, 0.1, 3);
  EXPECT_LT(others.share_from(at(wide, 1e-4)), 1.5e-4);
  // As far as it is known of the few, it is not stretched.
  EXPECT_EQ(Crowd(100, 0.1).compare(narrow).raised().strictest_rate(), 1e-4);
}

TEST(OwnImpostors, somebody_enrolled_twice_moves_no_threshold_and_ends_what_is_known_of_strict_rates) {
  const Calibration narrow({{1e-2, 0.2417}, {1e-3, 0.3211}, {1e-4, 0.3864}});
  Crowd crowd(1200, 0.1);
  const Calibration before = crowd.compare(narrow).raised();
  for (std::size_t i = 0; i + 1 < 40; i += 2) crowd.scores[i][i + 1] = crowd.scores[i + 1][i] = 0.9F;
  const OwnImpostors impostors = crowd.compare(narrow);
  EXPECT_GE(impostors.like_one_person(), 20U);
  EXPECT_LE(impostors.like_one_person(), 22U) << "strangers are that much alike by chance";
  const Calibration raised = impostors.raised();
  EXPECT_NEAR(at(raised, 1e-2), at(before, 1e-2), 1e-3);
  EXPECT_NEAR(at(raised, 1e-3), at(before, 1e-3), 1e-3);
  EXPECT_NEAR(at(raised, 1e-4), at(before, 1e-4), 2e-3);
  // 20 in 719,400 pairs are 2.8e-5, more than a third of 4.2e-5.
  EXPECT_NEAR(before.strictest_rate(), 4.2e-5, 1e-9);
  EXPECT_EQ(raised.strictest_rate(), 1e-4);
}

TEST(OwnImpostors, a_pair_counts_once_whoever_was_drawn) {
  const Crowd crowd(400, 0.1);
  const OwnImpostors everybody = crowd.compare(calibration());
  EXPECT_EQ(everybody.drawn(), 400U);
  EXPECT_EQ(everybody.pairs(), 400U * 399 / 2);
  EXPECT_NEAR(static_cast<double>(everybody.found()[0].matches), everybody.found()[0].rate * 79'800, 1);
  const OwnImpostors few = crowd.compare(calibration(), 4);
  EXPECT_NEAR(static_cast<double>(few.pairs()), 4 * 399 - 6, 3);
}

// The interval is of people, not of pairs: of the same people other ones are drawn.
TEST(OwnImpostors, nineteen_of_twenty_intervals_hold_what_is_true) {
  const double truth = 0.5 * std::erfc((0.2417 - 0.1) / std::sqrt(2 * (0.01 + 2 * 0.05 * 0.05)));
  for (const std::size_t drawn : {std::size_t{120}, std::size_t{30}}) {
    int held = 0;
    constexpr int galleries = 200;
    for (int gallery = 0; gallery < galleries; ++gallery) {
      const Crowd crowd(120, 0.1, static_cast<std::uint32_t>(100 + gallery), 0.05);
      const FoundRate found = crowd.compare(calibration(), drawn).found()[0];
      held += found.low <= truth && truth <= found.high ? 1 : 0;
    }
    EXPECT_GE(held, 180) << drawn;
    EXPECT_LE(held, 199) << drawn;
  }
}

TEST(OwnImpostors, of_nobody_nothing_is_said) {
  const OwnImpostors nobody(calibration(), 0);
  EXPECT_EQ(nobody.pairs(), 0U);
  EXPECT_EQ(nobody.found()[0].high, 1);
  EXPECT_EQ(at(nobody.raised(), 1e-5), at(calibration(), 1e-5));
  OwnImpostors alone(calibration(), 1);
  alone.add(0, {});
  EXPECT_EQ(alone.drawn(), 0U);
}

TEST(OwnImpostors, everybody_alike_beyond_all_measure_ends_what_is_offered) {
  const Calibration high({{1e-2, 0.7}, {1e-3, 0.8}, {1e-4, 0.9}});
  OwnImpostors impostors(high, 100);
  for (int i = 0; i < 100; ++i) impostors.add(99, std::vector<float>(99, 0.85F));
  const Calibration raised = impostors.raised();
  EXPECT_GT(raised.threshold_for(1e-2), 0.85);
  EXPECT_EQ(raised.strictest_rate(), 1e-3) << "0.9 and 0.15 more is no cosine";
}

}  // namespace
}  // namespace sesame::biometric
