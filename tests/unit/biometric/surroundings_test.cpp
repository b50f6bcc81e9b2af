#include "biometric/pipeline/surroundings.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace sesame::biometric {
namespace {

using std::chrono::milliseconds;

constexpr Box face{160, 110, 240, 210};

int shift_at(int number, double pixels_a_frame) { return static_cast<int>(pixels_a_frame * number); }

// A wall of squares, shifted by whole pixels, 25 a second; or a plain one. The face is a piece of it that goes where it likes.
camera::Frame wall(int number, int shift, bool plain = false, std::optional<int> face_goes = {}) {
  camera::Frame frame = camera::make_frame(400, 300);
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x) {
      const bool in_face = x >= face.left && x < face.right && y >= face.top && y < face.bottom;
      const int at = x + (in_face ? face_goes.value_or(shift) : shift);
      std::minstd_rand square(static_cast<unsigned>(at / 16 * 37 + y / 16 * 101 + 7));
      square.discard(3);
      const auto grey = static_cast<std::uint8_t>(plain ? 128 : 60 + square() % 120);
      std::fill_n(frame.row(y) + 3 * x, 3, grey);
    }
  frame.captured_at = milliseconds(40) * number;
  return frame;
}

std::optional<SurroundingsMotion> after(int frames, double pixels_a_frame, bool plain = false) {
  Surroundings surroundings;
  std::optional<SurroundingsMotion> last;
  for (int i = 0; i < frames; ++i)
    last = surroundings.look(wall(i, shift_at(i, pixels_a_frame), plain), face);
  return last;
}

TEST(Surroundings, a_wall_that_stands_still_does_not_move) {
  const auto motion = after(12, 0);
  ASSERT_TRUE(motion.has_value());
  EXPECT_LT(motion->shift, 0.1F);
}

TEST(Surroundings, a_wall_that_sways_with_a_hand_moves_as_far_as_it_does) {
  const auto motion = after(12, 0.25);
  ASSERT_TRUE(motion.has_value());
  EXPECT_NEAR(motion->shift, 2, 0.3);
}

TEST(Surroundings, a_face_that_goes_with_them_does_not_move_against_them) {
  for (const double pixels_a_frame : {0.0, 0.25}) {
    const auto motion = after(12, pixels_a_frame);
    ASSERT_TRUE(motion.has_value());
    EXPECT_LT(motion->face_shift, 0.1F) << pixels_a_frame;
  }
}

TEST(Surroundings, a_face_that_goes_by_itself_moves_as_far_as_it_does) {
  Surroundings surroundings;
  std::optional<SurroundingsMotion> last;
  for (int i = 0; i < 12; ++i) last = surroundings.look(wall(i, 0, false, shift_at(i, 0.25)), face);
  ASSERT_TRUE(last.has_value());
  EXPECT_LT(last->shift, 0.1F);
  EXPECT_NEAR(last->face_shift, 2, 0.3);
}

// A light challenge commands steps of half a stop and more. Soft shapes on a bright wall: there is little to hold on to.
TEST(Surroundings, another_exposure_is_no_movement) {
  Surroundings surroundings;
  std::mt19937 random(1);
  std::normal_distribution<double> noise(0, 0.5);
  float farthest = 0;
  int judged = 0;
  for (int i = 0; i < 60; ++i) {
    camera::Frame frame = camera::make_frame(400, 300);
    frame.captured_at = milliseconds(40) * i;
    const double light = i / 5 % 2 == 0 ? 1 : 0.6;
    for (int y = 0; y < frame.height; ++y)
      for (int x = 0; x < frame.width; ++x) {
        const double wall = 170 + 25 * std::sin(x / 9.0) * std::sin(y / 11.0) - 0.2 * x;
        std::fill_n(frame.row(y) + 3 * x, 3, static_cast<std::uint8_t>(std::clamp(light * wall + noise(random), 0.0, 255.0)));
      }
    if (const auto motion = surroundings.look(frame, face)) {
      farthest = std::max(farthest, motion->shift);
      ++judged;
    }
  }
  EXPECT_GE(judged, 50);
  EXPECT_LT(farthest, 0.3F);
}

// A lamp lights the face, which takes much of the picture, and little of the wall.
struct Lit {
  int judged = 0;
  float farthest = 0;
  float face_farthest = 0;
};
Lit under_a_switched_lamp(bool expected) {
  Surroundings surroundings;
  surroundings.expect_lamp(expected);
  std::mt19937 random(1);
  std::normal_distribution<double> noise(0, 0.5);
  constexpr Box near_face{130, 70, 270, 250};
  Lit found;
  for (int i = 0; i < 100; ++i) {
    camera::Frame frame = camera::make_frame(400, 300);
    frame.captured_at = milliseconds(40) * i;
    const double lamp = (i % 22 < 12) == (i % 9 < 5) ? 1.3 : 1;
    for (int y = 0; y < frame.height; ++y)
      for (int x = 0; x < frame.width; ++x) {
        const bool near = std::abs(x - 200) < 80 && y > 50;
        const double surface = (near ? 110 : 150) + 25 * std::sin(x / 9.0) * std::sin(y / 11.0);
        std::fill_n(frame.row(y) + 3 * x, 3, static_cast<std::uint8_t>((near ? lamp : 1) * surface + noise(random)));
      }
    if (const auto motion = surroundings.look(frame, near_face)) {
      found.farthest = std::max(found.farthest, motion->shift);
      found.face_farthest = std::max(found.face_farthest, motion->face_shift);
      ++found.judged;
    }
  }
  return found;
}

TEST(Surroundings, a_lamp_that_is_switched_is_no_movement) {
  const Lit found = under_a_switched_lamp(true);
  EXPECT_GE(found.judged, 60);
  EXPECT_LT(found.farthest, 0.2F);
  EXPECT_LT(found.face_farthest, 0.2F);
}

// Who holds a picture can change the light on it.
TEST(Surroundings, where_no_lamp_is_expected_changed_light_keeps_nothing_from_being_compared) {
  EXPECT_GE(under_a_switched_lamp(false).judged, 88);
}

TEST(Surroundings, a_plain_wall_and_the_first_moments_say_nothing) {
  EXPECT_FALSE(after(12, 0.25, true).has_value());
  EXPECT_FALSE(after(8, 0.25).has_value());
}

TEST(Surroundings, another_camera_is_not_compared_with_the_one_before) {
  Surroundings surroundings;
  for (int i = 0; i < 12; ++i) surroundings.look(wall(i, 0), face);
  surroundings.forget();
  EXPECT_FALSE(surroundings.look(wall(12, 8), face).has_value());
}

}  // namespace
}  // namespace sesame::biometric
