#include "biometric/evaluate/as_customers.hpp"

#include <gmock/gmock.h>

#include "biometric/evaluate/report.hpp"
#include "tests/unit/evaluate/samples.hpp"

namespace sesame::evaluation {
namespace {

// Of random directions in 128 dimensions, whose cosines have a deviation of 0.0884 about 0.
const biometric::Calibration calibration({{1e-2, 0.2056}, {1e-3, 0.2732}, {1e-4, 0.3288}, {1e-5, 0.3770}});

// People whom a direction that all share makes alike: two of them have a cosine of 0.1 on average.
MadeUp alike(std::size_t people, std::size_t pictures) {
  const MadeUp apart = crowd(people, pictures, 128, 0.3F);
  MadeUp made;
  for (std::uint32_t row = 0; row < apart.samples.pictures.size(); ++row) {
    const float* from = apart.samples.templates.row(row);
    std::vector<float> values(from, from + 128);
    for (float& value : values) value = value * std::sqrt(0.9F) + std::sqrt(0.1F / 128);
    add(made, apart.data.people[apart.samples.persons[row]], unit(values));
  }
  return made;
}

std::vector<bool> everybody(const MadeUp& made) { return std::vector<bool>(made.data.people.size(), true); }

TEST(AsCustomers, thresholds_that_one_half_raises_hold_for_the_other) {
  const MadeUp made = alike(400, 2);
  const auto trial = as_customers(made.data, made.samples, everybody(made), calibration, 1);
  ASSERT_TRUE(trial.has_value());
  EXPECT_EQ(trial->customers + trial->others, 400U);
  EXPECT_GT(trial->customers, 150U);
  EXPECT_NEAR(static_cast<double>(trial->pairs),
              static_cast<double>(trial->customers * (trial->customers - 1) / 2), 1);
  ASSERT_EQ(trial->calibrated.size(), 4U);
  ASSERT_EQ(trial->raised.size(), 4U);
  for (std::size_t i = 0; i < 2; ++i) {
    const OperatingPoint& before = trial->calibrated[i];
    const OperatingPoint& after = trial->raised[i];
    EXPECT_EQ(before.asked_rate, after.asked_rate);
    EXPECT_GT(before.false_match.value(), 5 * before.asked_rate);
    EXPECT_LT(after.false_match.value(), 1.6 * after.asked_rate);
    EXPECT_LT(after.false_match.interval.low, after.asked_rate);
    EXPECT_GT(after.step, before.step);
  }
  // Each of the others' pictures with those of all others but their own.
  EXPECT_EQ(trial->raised[0].false_match.trials, trial->others * (trial->others - 1) / 2 * 4);
  EXPECT_EQ(trial->raised[0].false_non_match.trials, trial->others);
}

TEST(AsCustomers, only_members_take_part) {
  const MadeUp made = alike(400, 2);
  std::vector<bool> members(400, false);
  for (std::size_t person = 0; person < 200; ++person) members[person] = true;
  const auto trial = as_customers(made.data, made.samples, members, calibration, 1);
  ASSERT_TRUE(trial.has_value());
  EXPECT_EQ(trial->customers + trial->others, 200U);
}

TEST(AsCustomers, too_few_are_no_trial) {
  const MadeUp made = alike(60, 2);
  EXPECT_FALSE(as_customers(made.data, made.samples, everybody(made), calibration, 1).has_value());
  EXPECT_FALSE(
      as_customers(made.data, made.samples, std::vector<bool>(60, false), calibration, 1).has_value());
}

TEST(AsCustomers, what_was_found_of_a_group_is_in_both_reports) {
  const MadeUp made = alike(400, 2);
  std::map<std::string, std::string> groups;
  for (std::size_t person = 0; person < 300; ++person) groups[made.data.people[person]] = "east";
  const std::optional<PairList> no_pairs;
  Evaluation evaluation;
  evaluate_samples(evaluation, {made.data, no_pairs, groups, calibration.points(), 1, 0}, made.samples);
  ASSERT_TRUE(evaluation.groups);
  ASSERT_EQ(evaluation.groups->rates.groups.at(1).name, "east");
  const auto& east = evaluation.groups->as_customers.at(1);
  ASSERT_TRUE(east);
  EXPECT_EQ(east->customers + east->others, 300U);
  EXPECT_FALSE(evaluation.groups->as_customers.at(0)) << "a hundred are too few to be halved";

  const std::string json = json_report(evaluation);
  const auto of = [](const char* name, std::uint64_t value) {
    return '"' + std::string(name) + "\":" + std::to_string(value);
  };
  EXPECT_THAT(json, testing::HasSubstr("\"asCustomers\":{" + of("customers", east->customers) + "," +
                                       of("pairs", east->pairs) + "," + of("others", east->others) +
                                       ",\"calibrated\":["));
  EXPECT_EQ(json.find("\"asCustomers\""), json.rfind("\"asCustomers\""));
  EXPECT_THAT(json, testing::HasSubstr("\"raised\":[{\"askedFalseMatchRate\":"));
  EXPECT_THAT(html_report(evaluation),
              testing::AllOf(testing::HasSubstr("<h3>As customers</h3>"),
                             testing::HasSubstr("<th rowspan=\"4\">east</th><td rowspan=\"4\">" +
                                                std::to_string(east->customers) + "</td>")));
}

}  // namespace
}  // namespace sesame::evaluation
