#include "biometric/pipeline/geometry.hpp"

#include <cmath>

namespace sesame::biometric {
namespace {

constexpr FivePoints face = {{{40, 50}, {72, 50}, {56, 69}, {43, 91}, {69, 91}}};

FivePoints moved(const FivePoints& points, float scale, float radians, Point by) {
  FivePoints out{};
  for (std::size_t i = 0; i < points.size(); ++i)
    out[i] = {scale * (std::cos(radians) * points[i].x - std::sin(radians) * points[i].y) + by.x,
              scale * (std::sin(radians) * points[i].x + std::cos(radians) * points[i].y) + by.y};
  return out;
}

TEST(Similarity, finds_scale_rotation_and_shift_exactly) {
  const Similarity s = least_squares_similarity(face, moved(face, 1.7F, 0.3F, {11, -4}));
  EXPECT_NEAR(s.a, 1.7 * std::cos(0.3), 1e-4);
  EXPECT_NEAR(s.b, 1.7 * std::sin(0.3), 1e-4);
  EXPECT_NEAR(s.tx, 11, 1e-2);
  EXPECT_NEAR(s.ty, -4, 1e-2);
}

TEST(Similarity, one_point_gone_astray_does_not_shear_the_face) {
  FivePoints to = face;
  to[2].x += 20;
  const Similarity s = least_squares_similarity(face, to);
  EXPECT_NEAR(std::hypot(s.a, s.b), 1, 0.02);
}

TEST(HeadPose, upright_is_nearly_zero) {
  const HeadPose pose = head_pose(face);
  EXPECT_NEAR(pose.yaw, 0, 1);
  EXPECT_NEAR(pose.pitch, 0, 5);
  EXPECT_NEAR(pose.roll, 0, 1);
}

TEST(HeadPose, a_nose_to_the_right_is_positive_yaw_and_a_tilt_is_roll_alone) {
  FivePoints turned = face;
  turned[2].x += 10;
  EXPECT_GT(head_pose(turned).yaw, 20);
  const HeadPose tilted = head_pose(moved(face, 1, 0.35F, {0, 0}));
  EXPECT_NEAR(tilted.roll, 20, 1);
  EXPECT_NEAR(tilted.yaw, 0, 1);
}

TEST(EnlargedBox, is_shifted_to_stay_inside_not_cut) {
  const Box box = enlarge_inside({0, 0, 100, 100}, 2, 400, 300);
  EXPECT_FLOAT_EQ(box.left, 0);
  EXPECT_FLOAT_EQ(box.right, 200);
  EXPECT_FLOAT_EQ(box.bottom, 200);
}

TEST(EnlargedBox, is_smaller_when_the_frame_is) {
  const Box box = enlarge_inside({100, 50, 300, 250}, 2.7F, 400, 300);
  EXPECT_FLOAT_EQ(box.height(), 300);
  EXPECT_FLOAT_EQ(box.top, 0);
}

}  // namespace
}  // namespace sesame::biometric
