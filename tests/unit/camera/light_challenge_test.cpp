// Whether frames follow the exposure that is asked for: sensors do, recordings and guesses do not.
#include "camera/light_challenge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "camera/exposure_light.hpp"
#include "camera/replay.hpp"
#include "camera/sensor_model.hpp"
#include "tests/unit/camera/challenge_session.hpp"

namespace sesame::camera {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Verdict = LightChallenge::Verdict;

// A sensor before a grey wall; `light` in place of what is asked.
std::unique_ptr<FrameSource> sensor(std::uint32_t seed, std::function<double(FrameTime)> light = {}) {
  SensorOptions options;
  options.seed = seed;
  options.latency = milliseconds(20 + 7 * (seed % 15));
  options.frames_per_second = seed % 2 == 0 ? 30 : 25;
  options.instead_of_asked = std::move(light);
  return open_sensor(open_empty_scene(64, 48, 25, seed), options);
}

TEST(LightChallenge, a_sensor_answers_whatever_its_latency_and_losses) {
  FrameTime longest{};
  for (std::uint32_t seed = 1; seed <= 100; ++seed) {
    FrameTime took{};
    EXPECT_EQ(verdict_of(*sensor(seed), seed, &took), Verdict::answered) << "seed " << seed;
    longest = std::max(longest, took);
  }
  EXPECT_LT(longest, 1300ms);
}

TEST(LightChallenge, a_recording_does_not_answer) {
  for (std::uint32_t seed = 1; seed <= 100; ++seed)
    EXPECT_EQ(verdict_of(*sensor(seed, [](FrameTime) { return 0.0; }), seed), Verdict::not_answered) << seed;
}

TEST(LightChallenge, a_recording_of_an_earlier_answer_does_not_answer) {
  std::size_t passed = 0;
  for (std::uint32_t seed = 1; seed <= 300; ++seed)
    if (verdict_of(*sensor(seed, guess(seed + 5000)), seed) == Verdict::answered) ++passed;
  EXPECT_LE(passed, 6U);  // sesame-challenge-bench has the rate, of thousands
}

// A machine that is busy looks at every third frame only.
TEST(LightChallenge, few_frames_are_made_up_for_by_more_steps) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    SensorOptions options;
    options.seed = seed;
    options.frames_per_second = 10;
    FrameTime took{};
    EXPECT_EQ(verdict_of(*open_sensor(open_empty_scene(64, 48), options), seed, &took), Verdict::answered)
        << seed;
    EXPECT_GT(took, 1400ms);
  }
}

TEST(LightChallenge, an_answer_that_comes_too_late_is_none) {
  SensorOptions slow;
  slow.latency = 450ms;
  EXPECT_EQ(verdict_of(*open_sensor(open_empty_scene(64, 48), slow), 1), Verdict::not_answered);
}

TEST(LightChallenge, nothing_is_decided_before_enough_was_asked) {
  LightChallenge challenge(LightControl{-4}, random_of(1));
  challenge.begin(1s);
  EXPECT_EQ(challenge.verdict(1s, 1s), Verdict::undecided);
  const auto source = sensor(1);
  for (FrameTime now = 1s; now < 3s; now += 5ms) {
    if (const FramePtr frame = source->newest(now)) challenge.see(*frame);
    if (const auto level = challenge.due(now)) source->ask_light(*level);
  }
  EXPECT_EQ(challenge.verdict(1s, 3s), Verdict::answered);
  EXPECT_EQ(challenge.verdict(2900ms, 3s), Verdict::undecided) << "what was asked before counts";
}

TEST(LightChallenge, steps_are_of_random_length_and_plainly_differ) {
  LightChallenge challenge(LightControl{-4}, random_of(3));
  challenge.begin(0s);
  std::vector<double> levels;
  std::vector<FrameTime> times;
  for (FrameTime now = 0s; now < 60s; now += 1ms)
    if (const auto level = challenge.due(now)) levels.push_back(*level), times.push_back(now);
  FrameTime shortest = 1s, longest = 0s;
  for (std::size_t i = 1; i < levels.size(); ++i) {
    EXPECT_GE(std::abs(levels[i] - levels[i - 1]), 0.149);
    EXPECT_THAT(levels[i], testing::AllOf(testing::Ge(-1), testing::Le(0)));
    shortest = std::min(shortest, times[i] - times[i - 1]);
    longest = std::max(longest, times[i] - times[i - 1]);
  }
  EXPECT_GE(shortest, 80ms);
  EXPECT_LE(longest, 162ms);
  EXPECT_GT(longest - shortest, 70ms);
}

// The controls of a camera, as V4L2 and UVC show them.
struct FakeCamera {
  int mode = 1;
  int time = 200;
  ExposureControls controls() {
    ExposureControls controls;
    controls.automatic = 3;
    controls.manual = 1;
    controls.shortest = 3;
    controls.longest = 2047;
    controls.set_mode = [this](int value) { mode = value; };
    controls.time = [this] { return time; };
    controls.set_time = [this](int value) {
      if (mode != 1) throw SourceError("the exposure is the camera's own");
      time = value;
    };
    return controls;
  }
};

TEST(ExposureLight, a_stop_is_half_the_time_of_the_cameras_own_choice_which_it_gets_back) {
  FakeCamera camera;
  ExposureLight light(camera.controls());
  EXPECT_EQ(camera.mode, 3) << "whoever used it before may have left it to itself";
  EXPECT_NEAR(light.control().darkest, std::log2(3.0 / 200), 1e-9);
  EXPECT_NEAR(light.ask(-1), -1, 1e-9);
  EXPECT_EQ(camera.mode, 1);
  EXPECT_EQ(camera.time, 100);
  light.ask(-2);
  EXPECT_EQ(camera.time, 50) << "not of the time that was asked for before";
  light.ask(std::nullopt);
  EXPECT_EQ(camera.mode, 3);
}

TEST(ExposureLight, says_what_the_steps_and_limits_of_the_camera_made_of_it) {
  FakeCamera camera;
  camera.time = 5;
  ExposureLight light(camera.controls());
  EXPECT_NEAR(light.ask(-1), std::log2(3.0 / 5), 1e-9);
  EXPECT_EQ(camera.time, 3);
}

}  // namespace
}  // namespace sesame::camera
