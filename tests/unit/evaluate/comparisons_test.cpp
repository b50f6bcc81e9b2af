#include "biometric/evaluate/comparisons.hpp"

#include <mutex>
#include <set>

#include "tests/unit/evaluate/samples.hpp"

namespace sesame::evaluation {
namespace {

TEST(ScoreGrid, a_written_threshold_means_its_own_place) {
  EXPECT_EQ(step_of(-1), 0U);
  EXPECT_EQ(step_of(1), last_step);
  EXPECT_EQ(step_of(2), last_step);
  EXPECT_EQ(threshold_step(0.244), 124400U);
  EXPECT_EQ(threshold_step(0.2440001), 124401U) << "a threshold is never made looser";
  EXPECT_NEAR(cosine_of(124400), 0.244, 1e-12);
  for (Step step = 0; step <= last_step; ++step) ASSERT_EQ(threshold_step(cosine_of(step)), step);
}

TEST(ScoreGrid, the_threshold_of_a_rate_lets_no_more_through) {
  Distribution scores;
  for (int i = 0; i < 10; ++i) scores.add(0.1F * static_cast<float>(i) + 0.05F);
  const auto above = scores.at_or_above();
  EXPECT_EQ(above.front(), 10U);
  EXPECT_EQ(above[step_at_rate(above, 0.3)], 3U);
  EXPECT_EQ(above[step_at_rate(above, 0.39)], 3U);
  EXPECT_EQ(above[step_at_rate(above, 0)], 0U);
  EXPECT_EQ(step_at_rate(above, 1), 0U);
  EXPECT_EQ(above[step_at_rate(above, 0.3) - 1], 4U) << "the loosest such threshold";
}

// Every size around a block's and a vector's edge.
TEST(ComparePairs, gives_every_pair_once_and_right) {
  for (const std::size_t people : {1U, 2U, 3U, 5U, 95U, 96U, 97U, 200U}) {
    const MadeUp made = crowd(people, 1, 19, 0);
    std::mutex guard;
    std::set<std::pair<std::size_t, std::size_t>> seen;
    compare_pairs(made.samples.templates, 2,
                  [&](unsigned, std::size_t one, std::size_t first, std::span<const float> cosines) {
                    const std::lock_guard lock(guard);
                    for (std::size_t i = 0; i < cosines.size(); ++i) {
                      EXPECT_TRUE(seen.emplace(one, first + i).second);
                      double expected = 0;
                      for (std::size_t k = 0; k < 19; ++k)
                        expected += static_cast<double>(made.samples.templates.row(one)[k]) *
                                    static_cast<double>(made.samples.templates.row(first + i)[k]);
                      EXPECT_NEAR(static_cast<double>(cosines[i]), expected, 1e-6);
                    }
                  });
    EXPECT_EQ(seen.size(), people * (people - 1) / 2);
    for (const auto& [one, other] : seen) EXPECT_LT(one, other);
  }
}

TEST(ComparePairs, says_how_far_it_is) {
  const MadeUp made = crowd(300, 1, 16, 0);
  std::uint64_t last = 0;
  compare_pairs(
      made.samples.templates, 2, [](unsigned, std::size_t, std::size_t, std::span<const float>) {},
      [&](std::uint64_t done, std::uint64_t wanted) {
        EXPECT_GT(done, last);
        EXPECT_LE(done, wanted);
        last = done;
      });
  EXPECT_EQ(last, 10U);
}

TEST(CompareWith, gives_every_probe_the_whole_gallery) {
  const MadeUp probes = crowd(101, 1, 16, 0);
  const MadeUp gallery = crowd(99, 1, 16, 0, 2);
  std::vector<std::size_t> seen(101, 0);
  compare_with(probes.samples.templates, gallery.samples.templates, 2,
               [&](unsigned, std::size_t one, std::size_t, std::span<const float> cosines) {
                 seen[one] += cosines.size();
               });
  EXPECT_EQ(seen, std::vector<std::size_t>(101, 99));
}

MadeUp three_people() {
  MadeUp made;
  add(made, "anna", at_angle(0));
  add(made, "anna", at_angle(60));  // cosine 0.5 with the first
  add(made, "bert", at_angle(90));
  add(made, "carl", at_angle(180));
  return made;
}

TEST(CompareEverybody, tells_genuine_from_impostor_comparisons) {
  const MadeUp made = three_people();
  const Comparisons all = compare_everybody(made.samples, 0, 2);
  ASSERT_EQ(all.genuine.size(), 1U);
  EXPECT_NEAR(all.genuine[0].cosine, 0.5, 1e-6);
  EXPECT_EQ(all.impostor_scores.total(), 5U);
  ASSERT_EQ(all.closest_impostors.size(), 5U) << "few comparisons are all kept";
  EXPECT_NEAR(all.closest_impostors.front().cosine, std::sqrt(3) / 2, 1e-6);
  EXPECT_NEAR(all.closest_impostors.back().cosine, -1, 1e-6);
}

TEST(CompareEverybody, keeps_the_closest_impostors_and_counts_the_rest) {
  const MadeUp made = crowd(200, 2, 32, 0.5F);
  const Comparisons all = compare_everybody(made.samples, last_step, 2);
  EXPECT_EQ(all.genuine.size(), 200U);
  EXPECT_EQ(all.impostor_scores.total(), 400U * 399 / 2 - 200);
  EXPECT_EQ(all.closest_impostors.size(), all.impostor_scores.at_or_above()[all.closest_from]);
  EXPECT_GE(all.closest_impostors.size(), 796U) << "one in a hundred";
  EXPECT_LT(all.closest_impostors.size(), 4000U);
}

TEST(CompareListed, compares_what_is_listed_and_was_acquired) {
  MadeUp made = three_people();
  PairList pairs;
  pairs.pairs = {{0, 1, true, 0}, {0, 2, false, 0}, {1, 3, false, 0}, {2, 4, false, 0}};
  made.data.pictures.push_back({2, "carl/none.jpg"});  // not acquired: no row
  const Comparisons listed = compare_listed(made.samples, pairs);
  EXPECT_EQ(listed.genuine.size(), 1U);
  EXPECT_EQ(listed.impostor_scores.total(), 2U);
  ASSERT_EQ(listed.listed->size(), 2U);
  EXPECT_EQ((*listed.listed)[1].other, 2U);
}

}  // namespace
}  // namespace sesame::evaluation
