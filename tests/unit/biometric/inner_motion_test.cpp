#include "biometric/pipeline/inner_motion.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace sesame::biometric {
namespace {

using std::chrono::milliseconds;

// Where a plane is seen: a point (x, y) of it, in inter-eye distances from its middle.
struct Plane {
  float x = 160, y = 120, scale = 50;
  float turned = 0;  // in the picture's plane, radians
  float tilted = 0;  // how much nearer the right side is, a share of an inter-eye distance
  float light = 1;
  Point seen(float u, float v) const {
    const float depth = 1 - tilted * u;
    const float across = (u * std::cos(turned) - v * std::sin(turned)) / depth;
    const float down = (u * std::sin(turned) + v * std::cos(turned)) / depth;
    return {x + scale * across, y + scale * down};
  }
};

// What a drawn face looks like at a point of its plane: cheeks of its own, brows, eyes and a mouth.
struct Face {
  float lids = 1;  // 0: shut
  float person = 0;
  double grey(float u, float v) const {
    double value = 160 - 30 * u * u - 10 * v + 25 * std::sin(7 * u + person) * std::sin(6 * v + 2 * person);
    const float to_eye = std::abs(u) - 0.5F;
    if (std::abs(to_eye) < 0.28F && std::abs(v + 0.32F) < 0.05F) value -= 70;
    if (std::abs(u) < 0.1F && std::abs(v - 0.4F) < 0.05F) value -= 50;
    const float eye = to_eye * to_eye / 0.04F + v * v / (0.01F * lids * lids + 0.0001F);
    if (eye < 1) value = to_eye * to_eye + v * v < 0.006F ? 40 : 215;
    if (u * u / 0.14F + (v - 1.1F) * (v - 1.1F) / 0.008F < 1) value -= 60;
    return value;
  }
};

// The landmarks that the five points are made of, where the plane is seen.
Landmarks landmarks(const Plane& plane) {
  Landmarks found{};
  for (Point& point : found) point = plane.seen(0, 0.6F);
  for (const std::size_t i : {36, 37, 38, 39, 40, 41}) found[i] = plane.seen(-0.5F, 0);
  for (const std::size_t i : {42, 43, 44, 45, 46, 47}) found[i] = plane.seen(0.5F, 0);
  found[30] = plane.seen(0, 0.57F);
  found[48] = found[60] = plane.seen(-0.41F, 1.15F);
  found[54] = found[64] = plane.seen(0.41F, 1.15F);
  return found;
}

class Camera {
 public:
  camera::Frame see(const Plane& plane, const Face& face) {
    camera::Frame frame = camera::make_frame(320, 260);
    for (int y = 0; y < frame.height; ++y)
      for (int x = 0; x < frame.width; ++x) {
        const auto [u, v] = on(plane, static_cast<float>(x), static_cast<float>(y));
        const double grey = plane.light * face.grey(u, v) + noise_(random_);
        std::fill_n(frame.row(y) + 3 * x, 3, static_cast<std::uint8_t>(std::clamp(grey, 0.0, 255.0)));
      }
    frame.captured_at = at;
    at += milliseconds(40);
    return frame;
  }
  camera::FrameTime at{};

 private:
  // Plane::seen the other way round.
  static std::pair<float, float> on(const Plane& plane, float x, float y) {
    const float across = (x - plane.x) / plane.scale, down = (y - plane.y) / plane.scale;
    const float a = across * std::cos(plane.turned) + down * std::sin(plane.turned);
    const float b = down * std::cos(plane.turned) - across * std::sin(plane.turned);
    const float u = a / (1 + plane.tilted * a);
    return {u, b * (1 - plane.tilted * u)};
  }
  std::minstd_rand random_{1};
  std::normal_distribution<double> noise_{0, 1};
};

class InnerMotionOf : public testing::Test {
 protected:
  std::optional<float> look(const Plane& plane, const Face& face = {}) {
    return motion.look(camera.see(plane, face), landmarks(plane));
  }
  Camera camera;
  InnerMotion motion;
};

TEST_F(InnerMotionOf, a_plane_shows_little_however_it_is_held) {
  float most = 0;
  int judged = 0;
  for (int i = 0; i < 20; ++i) {
    const float way = static_cast<float>(i);
    const Plane held{160 + 6 * std::sin(way),   120 + 4 * std::cos(way),   50 + 3 * std::sin(way / 2),
                     0.08F * std::sin(way / 3), 0.06F * std::sin(way / 4), 1 - 0.01F * way};
    if (const auto moved = look(held)) {
      most = std::max(most, *moved);
      ++judged;
    }
  }
  EXPECT_GE(judged, 18);
  EXPECT_LT(most, 0.26F);
}

TEST_F(InnerMotionOf, lids_that_shut_show) {
  for (int i = 0; i < 5; ++i) look({});
  const auto moved = look({}, {.lids = 0});
  ASSERT_TRUE(moved.has_value());
  EXPECT_GT(*moved, 0.5F);
}

TEST_F(InnerMotionOf, what_was_longer_ago_than_two_seconds_is_not_compared_with) {
  for (int i = 0; i < 5; ++i) look({}, {.lids = 0});
  std::optional<float> moved;
  for (int i = 0; i < 60; ++i) moved = look({});
  ASSERT_TRUE(moved.has_value());
  EXPECT_LT(*moved, 0.2F);
}

// Two pictures of one person, one with the eyes shut, do not blink when the one is put down and the other
// shown.
TEST_F(InnerMotionOf, whoever_was_out_of_sight_is_not_compared_with_what_was_before) {
  for (int i = 0; i < 5; ++i) look({});
  camera.at += milliseconds(450);
  EXPECT_FALSE(look({}, {.lids = 0}).has_value());
  const auto moved = look({}, {.lids = 0});
  ASSERT_TRUE(moved.has_value());
  EXPECT_LT(*moved, 0.2F);
}

TEST_F(InnerMotionOf, another_face_is_no_movement_of_the_first) {
  for (int i = 0; i < 5; ++i) look({});
  for (int i = 0; i < 8; ++i) EXPECT_FALSE(look({}, {.person = 1.5F}).has_value());
}

TEST_F(InnerMotionOf, another_camera_is_not_compared_with_the_one_before) {
  for (int i = 0; i < 5; ++i) look({});
  motion.forget();
  EXPECT_FALSE(look({}, {.lids = 0}).has_value());
}

}  // namespace
}  // namespace sesame::biometric
