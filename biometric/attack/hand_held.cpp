#include "biometric/attack/hand_held.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

namespace sesame::biometric {
namespace {

constexpr double two_pi = 2 * std::numbers::pi;
constexpr double degree = std::numbers::pi / 180;

// A held thing that is not moved on purpose: reach of the drift, and of the tremor.
struct Reach {
  double drift, tremor;
};
constexpr std::array<Reach, 7> reaches = {{{1.6 * degree, 0.06 * degree},    // pitch
                                           {2.2 * degree, 0.06 * degree},    // yaw
                                           {1.2 * degree, 0.05 * degree},    // roll
                                           {0.015, 0.0006},                  // x
                                           {0.015, 0.0006},                  // y
                                           {0.02, 0.0008},                   // distance
                                           {0.05, 0.002}}};                  // curvature, by itself
constexpr std::array<double, 3> vigours = {0.25, 1, 2.5};

cv::Matx33d rotation(const HeldPose& pose) {
  const double cx = std::cos(pose.pitch), sx = std::sin(pose.pitch);
  const double cy = std::cos(pose.yaw), sy = std::sin(pose.yaw);
  const double cz = std::cos(pose.roll), sz = std::sin(pose.roll);
  const cv::Matx33d about_x(1, 0, 0, 0, cx, -sx, 0, sx, cx);
  const cv::Matx33d about_y(cy, 0, sy, 0, 1, 0, -sy, 0, cy);
  const cv::Matx33d about_z(cz, -sz, 0, sz, cz, 0, 0, 0, 1);
  return about_z * about_y * about_x;
}

// How far along the ray the sheet is: a plane, or the side of a cylinder that is nearest to it.
double meeting(const cv::Vec3d& from, const cv::Vec3d& ray, double curvature) {
  const double flat = -from[2] / ray[2];
  if (std::abs(curvature) < 1e-3) return flat;
  const double radius = 1 / curvature;
  const double a = ray[0] * ray[0] + ray[2] * ray[2];
  const double b = from[0] * ray[0] + (from[2] - radius) * ray[2];
  const double c = from[0] * from[0] + from[2] * (from[2] - 2 * radius);
  const double root = std::sqrt(std::max(0.0, b * b - a * c));
  const double near = (-b - root) / a;
  const double far = (-b + root) / a;
  return std::abs(near - flat) < std::abs(far - flat) ? near : far;
}

}  // namespace

HandMotion::HandMotion(std::uint32_t seed) : vigour_(vigours.at(seed % vigours.size())) {
  std::mt19937 random(seed * 2654435761U + 17);
  const auto between = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
  };
  for (Wave& wave : waves_)
    wave = {between(0.15, 0.7), between(0, two_pi), between(8, 12), between(0, two_pi)};
}

HeldPose HandMotion::at(double seconds, const HeldPose& rest) const {
  const auto moved = [&](std::size_t i) {
    const Wave& w = waves_.at(i);
    return vigour_ * reaches.at(i).drift * std::sin(two_pi * w.drift_hertz * seconds + w.drift_phase) +
           std::min(vigour_, 1.0) * reaches.at(i).tremor *
               std::sin(two_pi * w.tremor_hertz * seconds + w.tremor_phase);
  };
  return {rest.pitch + moved(0),
          rest.yaw + moved(1),
          rest.roll + moved(2),
          rest.x + moved(3),
          rest.y + moved(4),
          rest.distance * (1 + moved(5)),
          rest.curvature * (1 + moved(6))};
}

SurfaceMap surface_map(cv::Size view, double focal, const HeldPose& pose, cv::Size texture) {
  const cv::Matx33d turn = rotation(pose).t();  // camera to thing
  const cv::Vec3d from = turn * cv::Vec3d(-pose.x, -pose.y, -pose.distance);
  SurfaceMap map{cv::Mat(view, CV_32F), cv::Mat(view, CV_32F)};
  const double width = texture.width;
  for (int y = 0; y < view.height; ++y) {
    auto* xs = map.x.ptr<float>(y);
    auto* ys = map.y.ptr<float>(y);
    for (int x = 0; x < view.width; ++x) {
      const cv::Vec3d ray = turn * cv::Vec3d((x + 0.5 - view.width / 2.0) / focal,
                                             (y + 0.5 - view.height / 2.0) / focal, 1);
      const double far = meeting(from, ray, pose.curvature);
      const double across = from[0] + far * ray[0];
      const double down = from[1] + far * ray[1];
      // Along the sheet, not across the view.
      const double along = std::abs(pose.curvature) < 1e-3
                               ? across
                               : std::asin(std::clamp(across * pose.curvature, -1.0, 1.0)) / pose.curvature;
      xs[x] = static_cast<float>(along * width + width / 2.0 - 0.5);
      ys[x] = static_cast<float>(down * width + texture.height / 2.0 - 0.5);
    }
  }
  return map;
}

}  // namespace sesame::biometric
