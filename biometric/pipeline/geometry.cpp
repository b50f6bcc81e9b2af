#include "biometric/pipeline/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numbers>

namespace sesame::biometric {
namespace {

constexpr float degrees = 180.0F / std::numbers::pi_v<float>;
// An average head: the nose tip stands this far before the plane of eyes and mouth, in inter-eye distances,
// and this far down from the eyes to the mouth when the head is upright.
constexpr float nose_depth = 0.60F;
constexpr float nose_height = 0.46F;
constexpr float mouth_distance = 1.15F;

Point mean_of(const Landmarks& landmarks, std::initializer_list<std::size_t> indices) {
  Point sum;
  for (const std::size_t i : indices) {
    sum.x += landmarks[i].x;
    sum.y += landmarks[i].y;
  }
  const auto count = static_cast<float>(indices.size());
  return {sum.x / count, sum.y / count};
}

float distance(const Point& a, const Point& b) { return std::hypot(a.x - b.x, a.y - b.y); }

float lid_ratio(const Landmarks& l, std::size_t first) {
  const float width = distance(l[first], l[first + 3]);
  if (width <= 0) return 0;
  return (distance(l[first + 1], l[first + 5]) + distance(l[first + 2], l[first + 4])) / (2 * width);
}

}  // namespace

FivePoints five_points(const Landmarks& l) {
  return {mean_of(l, {37, 38, 40, 41}), mean_of(l, {43, 44, 46, 47}), l[30], mean_of(l, {48, 60}),
          mean_of(l, {54, 64})};
}

HeadPose head_pose(const FivePoints& p) {
  const float ex = p[1].x - p[0].x;
  const float ey = p[1].y - p[0].y;
  const float eyes = std::hypot(ex, ey);
  if (eyes < 1) return {90, 90, 0};
  const Point eye_centre{(p[0].x + p[1].x) / 2, (p[0].y + p[1].y) / 2};
  const Point mouth_centre{(p[3].x + p[4].x) / 2, (p[3].y + p[4].y) / 2};
  const auto along = [&](const Point& q) {
    return ((q.x - eye_centre.x) * ex + (q.y - eye_centre.y) * ey) / eyes;
  };
  const auto down = [&](const Point& q) {
    return ((q.y - eye_centre.y) * ex - (q.x - eye_centre.x) * ey) / eyes;
  };
  const float mouth_down = std::max(down(mouth_centre), 1.0F);
  // The nose leaves the line between eye centre and mouth centre as the head turns.
  const float sideways = along(p[2]) - along(mouth_centre) * down(p[2]) / mouth_down;
  HeadPose pose;
  pose.yaw = std::atan(sideways / eyes / nose_depth) * degrees;
  pose.pitch = std::atan((down(p[2]) / mouth_down - nose_height) * mouth_distance / nose_depth) * degrees;
  pose.roll = std::atan2(ey, ex) * degrees;
  return pose;
}

float inter_eye_distance(const FivePoints& points) { return distance(points[0], points[1]); }

float eye_openness(const Landmarks& landmarks) {
  return (lid_ratio(landmarks, 36) + lid_ratio(landmarks, 42)) / 2;
}

Box head_of(const Box& face) {
  const float w = face.width(), h = face.height();
  const float left = face.centre().x - 0.85F * w, top = face.top - 0.45F * h;
  return {left, top, left + 1.7F * w, top + 3 * h};
}
Box surroundings_of(const Box& face) {
  const float w = face.width(), h = face.height();
  const float left = face.centre().x - 1.6F * w, top = face.top - 0.9F * h;
  return {left, top, left + 3.2F * w, top + 1.8F * h};
}

Box enlarge_inside(const Box& box, float margin, int frame_width, int frame_height) {
  const auto limit_x = static_cast<float>(frame_width);
  const auto limit_y = static_cast<float>(frame_height);
  // The scale that fits: a face near the whole frame gets less than the margin asked for.
  const float scale = std::min({margin, limit_x / box.width(), limit_y / box.height()});
  const float width = box.width() * scale;
  const float height = box.height() * scale;
  const Point centre = box.centre();
  const float left = std::clamp(centre.x - width / 2, 0.0F, limit_x - width);
  const float top = std::clamp(centre.y - height / 2, 0.0F, limit_y - height);
  return {left, top, left + width, top + height};
}

Similarity least_squares_similarity(const FivePoints& from, const FivePoints& to) {
  Point from_mean;
  Point to_mean;
  for (std::size_t i = 0; i < from.size(); ++i) {
    from_mean.x += from[i].x / 5;
    from_mean.y += from[i].y / 5;
    to_mean.x += to[i].x / 5;
    to_mean.y += to[i].y / 5;
  }
  float dot = 0;
  float cross = 0;
  float variance = 0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    const float fx = from[i].x - from_mean.x;
    const float fy = from[i].y - from_mean.y;
    const float gx = to[i].x - to_mean.x;
    const float gy = to[i].y - to_mean.y;
    dot += fx * gx + fy * gy;
    cross += fx * gy - fy * gx;
    variance += fx * fx + fy * fy;
  }
  Similarity s;
  // In two dimensions without reflection, Umeyama's solution is the complex regression coefficient.
  s.a = variance > 0 ? dot / variance : 1;
  s.b = variance > 0 ? cross / variance : 0;
  s.tx = to_mean.x - s.a * from_mean.x + s.b * from_mean.y;
  s.ty = to_mean.y - s.b * from_mean.x - s.a * from_mean.y;
  return s;
}

}  // namespace sesame::biometric
