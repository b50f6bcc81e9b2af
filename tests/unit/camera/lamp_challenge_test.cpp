// When a lamp is switched: nobody can know it before, and nobody is dazzled by it.
#include "camera/lamp_challenge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/camera/challenge_session.hpp"

namespace sesame::camera {
namespace {

using namespace std::chrono_literals;

std::vector<LampStep> minute(std::uint32_t seed) {
  LampChallenge challenge(Lamp{}, random_of(seed));
  challenge.begin(0s);
  std::vector<LampStep> steps;
  for (FrameTime now = 0s; now < 60s; now += 1ms)
    if (const auto on = challenge.due(now)) steps.push_back({now, *on});
  return steps;
}

TEST(LampChallenge, switches_on_and_off_for_times_that_differ) {
  const std::vector<LampStep> steps = minute(3);
  std::array<int, 4> by_length{};
  for (std::size_t i = 1; i < steps.size(); ++i) {
    EXPECT_NE(steps[i].on, steps[i - 1].on);
    const FrameTime length = steps[i].at - steps[i - 1].at;
    EXPECT_GE(length, 170ms);
    EXPECT_LE(length, 571ms);
    ++by_length.at(static_cast<std::size_t>(length / 170ms));
  }
  EXPECT_GT(by_length[1], by_length[2]);
  EXPECT_GT(by_length[2], 20);
  EXPECT_GT(by_length[3], 20);
}

// WCAG 2.2, 2.3.1: a flash is a pair of changes.
TEST(LampChallenge, flashes_three_times_in_any_second_at_most) {
  for (std::uint32_t seed = 1; seed <= 20; ++seed) {
    const std::vector<LampStep> steps = minute(seed);
    for (std::size_t i = 0; i + 6 < steps.size(); ++i) EXPECT_GT(steps[i + 6].at - steps[i].at, 1s) << seed;
  }
}

TEST(LampChallenge, is_another_one_every_time) {
  const auto times = [](const std::vector<LampStep>& steps) {
    std::vector<FrameTime> out;
    for (const LampStep& step : steps) out.push_back(step.at);
    return out;
  };
  EXPECT_NE(times(minute(1)), times(minute(2)));
}

TEST(LampChallenge, remembers_what_it_commanded_while_it_runs_and_no_longer) {
  LampChallenge challenge(Lamp{}, random_of(1));
  EXPECT_FALSE(challenge.due(1s));
  challenge.begin(1s);
  for (FrameTime now = 1s; now < 11s; now += 1ms) challenge.due(now);
  EXPECT_GT(challenge.steps().size(), 8U);
  EXPECT_GT(challenge.steps().front().at, 5s);
  challenge.end();
  EXPECT_TRUE(challenge.steps().empty());
  EXPECT_FALSE(challenge.due(12s));
}

}  // namespace
}  // namespace sesame::camera
