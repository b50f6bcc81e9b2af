#include "biometric/evaluate/rates.hpp"

#include "biometric/evaluate/parallel.hpp"

namespace sesame::evaluation {
namespace {

// The expected numbers are printed by reference_intervals.py.
TEST(ClopperPearson, is_the_exact_binomial_interval) {
  EXPECT_NEAR(clopper_pearson(5, 100).low, 0.016431879, 1e-8);
  EXPECT_NEAR(clopper_pearson(5, 100).high, 0.11283491, 1e-8);
  EXPECT_NEAR(clopper_pearson(1, 3000).low, 8.4392337e-06, 1e-12);
  EXPECT_NEAR(clopper_pearson(1, 3000).high, 0.0018558, 1e-8);
  EXPECT_NEAR(clopper_pearson(74, 200000).low, 0.0002905404, 1e-9);
  EXPECT_NEAR(clopper_pearson(74, 200000).high, 0.00046447917, 1e-9);
}

TEST(ClopperPearson, is_one_sided_where_nothing_or_everything_went_wrong) {
  EXPECT_EQ(clopper_pearson(0, 100).low, 0);
  EXPECT_NEAR(clopper_pearson(0, 100).high, 0.036216693, 1e-8);
  EXPECT_EQ(clopper_pearson(100, 100).high, 1);
  EXPECT_NEAR(clopper_pearson(99, 100).low, 0.94554061, 1e-8);
}

TEST(ClopperPearson, knows_nothing_without_trials) {
  EXPECT_EQ(clopper_pearson(0, 0).low, 0);
  EXPECT_EQ(clopper_pearson(0, 0).high, 1);
}

TEST(RateOf, people_tried_once_is_exact) {
  std::vector<Tally> people(100, Tally{0, 1});
  for (int i = 0; i < 5; ++i) people[static_cast<std::size_t>(i)].errors = 1;
  const Rate rate = rate_of(people);
  EXPECT_EQ(rate.method, Method::clopper_pearson);
  EXPECT_DOUBLE_EQ(rate.value(), 0.05);
  EXPECT_NEAR(rate.interval.high, 0.11283491, 1e-8);
}

TEST(RateOf, people_tried_often_is_a_bootstrap_over_people) {
  std::vector<Tally> people;
  for (std::uint64_t i = 0; i < 60; ++i) people.push_back({i % 4, 6});
  const Rate rate = rate_of(people);
  EXPECT_EQ(rate.method, Method::subject_bootstrap);
  EXPECT_NEAR(rate.interval.low, 0.2028, 0.006);
  EXPECT_NEAR(rate.interval.high, 0.2972, 0.006);
}

// Ten errors of one person say less than ten errors of ten people.
TEST(RateOf, errors_of_few_people_widen_the_interval) {
  std::vector<Tally> spread(100, Tally{0, 10});
  std::vector<Tally> heaped = spread;
  for (std::size_t i = 0; i < 10; ++i) spread[i].errors = 1;
  heaped[0].errors = 10;
  const auto width = [](const Rate& rate) { return rate.interval.high - rate.interval.low; };
  EXPECT_GT(width(rate_of(heaped)), 1.5 * width(rate_of(spread)));
}

TEST(RateOf, nothing_wrong_has_an_upper_limit_all_the_same) {
  const Rate rate = rate_of(std::vector<Tally>(50, Tally{0, 2}));
  EXPECT_EQ(rate.method, Method::as_if_independent);
  EXPECT_NEAR(rate.interval.high, 0.036216693, 1e-8);
}

TEST(RateOf, who_was_not_tried_does_not_count) {
  const Rate rate = rate_of(std::vector<Tally>{{1, 1}, {0, 0}, {0, 1}});
  EXPECT_EQ(rate.trials, 2U);
  EXPECT_EQ(rate_of({}).method, Method::none);
}

TEST(CrossRates, everybodys_pictures_are_compared_with_everybody_elses) {
  // 2, 3 and 4 pictures: 6 + 8 + 12 pairs of different people.
  EXPECT_EQ(all_cross_trials({2, 3, 4})(std::vector<std::uint32_t>{1, 1, 1}), 26);
  // The first drawn twice, the second not: two copies of the first are one person.
  EXPECT_EQ(all_cross_trials({2, 3, 4})(std::vector<std::uint32_t>{2, 0, 1}), 16);
  EXPECT_EQ(listed_cross_trials({{0, 1}, {0, 2}})(std::vector<std::uint32_t>{2, 1, 3}), 8);
}

TEST(CrossRates, have_an_interval_over_people_at_each_threshold) {
  std::vector<std::uint32_t> pictures;
  for (std::uint32_t i = 0; i < 40; ++i) pictures.push_back(1 + i % 3);
  std::vector<CrossError> errors;
  for (std::uint32_t i = 0; i < 40; ++i)
    for (std::uint32_t j = 0; j < i; ++j)
      if ((i + j) % 7 == 0) errors.push_back({i, j});
  const std::vector<std::uint64_t> counts = {0, errors.size()};
  const auto rates = cross_rates(errors, counts, 40, all_cross_trials(pictures));
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].errors, 0U);
  EXPECT_EQ(rates[0].method, Method::as_if_independent);
  EXPECT_EQ(rates[1].errors, errors.size());
  EXPECT_EQ(rates[1].method, Method::subject_bootstrap);
  EXPECT_NEAR(rates[1].interval.low, 0.0267, 0.0015);
  EXPECT_NEAR(rates[1].interval.high, 0.0507, 0.0015);
}

TEST(CrossRates, are_the_same_every_time) {
  const std::vector<CrossError> errors = {{0, 1}, {2, 3}, {4, 5}};
  const std::vector<std::uint64_t> counts = {3};
  const auto once = cross_rates(errors, counts, 10, all_cross_trials(std::vector<std::uint32_t>(10, 2)));
  const auto again = cross_rates(errors, counts, 10, all_cross_trials(std::vector<std::uint32_t>(10, 2)));
  EXPECT_EQ(once[0].interval.low, again[0].interval.low);
  EXPECT_EQ(once[0].interval.high, again[0].interval.high);
}

TEST(InParallel, does_every_item_once) {
  std::vector<int> done(1000, 0);
  in_parallel(4, done.size(), [&](unsigned worker, std::size_t item) {
    EXPECT_LT(worker, 4U);
    ++done[item];
  });
  EXPECT_EQ(done, std::vector<int>(1000, 1));
}

TEST(InParallel, a_failure_ends_the_work_and_is_told) {
  EXPECT_THROW(in_parallel(3, 100,
                           [](unsigned, std::size_t item) {
                             if (item == 7) throw std::runtime_error("seven");
                           }),
               std::runtime_error);
}

}  // namespace
}  // namespace sesame::evaluation
