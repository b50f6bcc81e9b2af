#include "biometric/attack/medium.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>

namespace sesame::biometric {
namespace {

constexpr double two_pi = 2 * std::numbers::pi;
constexpr double margin = 0.03;  // of paper and of a display's frame, by the picture's width

double unit(std::uint32_t seed, std::uint32_t salt) {
  return static_cast<double>(((seed + 1) * 2654435761U ^ salt * 40503U) % 10007U) / 10007;
}

cv::Mat framed(const cv::Mat& surface, const cv::Scalar& colour) {
  const int width = static_cast<int>(margin * surface.cols);
  cv::Mat out;
  cv::copyMakeBorder(surface, out, width, width, width, width, cv::BORDER_CONSTANT, colour);
  return out;
}

// Where in the cell of a dot screen each texel is: 0 in a dot's middle, 1 between dots.
double dot_level(int x, int y, double pitch, double angle) {
  const double u = (x * std::cos(angle) + y * std::sin(angle)) / pitch;
  const double v = (y * std::cos(angle) - x * std::sin(angle)) / pitch;
  return 0.5 - 0.25 * (std::cos(two_pi * u) + std::cos(two_pi * v));
}

void lay_dots(cv::Mat& picture, double pitch) {
  constexpr std::array<double, 3> angles = {0, 75 * two_pi / 360, 15 * two_pi / 360};  // yellow, magenta, cyan
  constexpr double softness = 0.35;  // dot gain
  for (int y = 0; y < picture.rows; ++y) {
    auto* row = picture.ptr<cv::Vec3b>(y);
    for (int x = 0; x < picture.cols; ++x)
      for (int c = 0; c < 3; ++c) {
        const double ink = 1 - row[x][c] / 255.0;
        const double covered =
            std::clamp((ink - dot_level(x, y, pitch, angles.at(static_cast<std::size_t>(c)))) / softness + 0.5, 0.0, 1.0);
        row[x][c] = cv::saturate_cast<std::uint8_t>(255 * (1 - covered));
      }
  }
}

void lay_grain(cv::Mat& picture, std::uint32_t seed) {
  cv::RNG random(seed + 1);
  cv::Mat grain(picture.size(), CV_16SC3);
  random.fill(grain, cv::RNG::NORMAL, 0, 14);
  cv::add(picture, grain, picture, cv::noArray(), CV_8UC3);
}

}  // namespace

cv::Mat Print::operator()(const cv::Mat& picture) const {
  cv::Mat out;
  cv::resize(picture, out, {}, texels, texels, cv::INTER_CUBIC);
  if (seed_ % 2 == 0)
    lay_dots(out, texels * (0.9 + 0.9 * unit(seed_, 1)));
  else
    lay_grain(out, seed_);
  // Blacks are grey, whites are paper, and colours lean on each other.
  cv::transform(out, out, cv::Matx34f(0.72F, 0.05F, 0.01F, 27, 0.03F, 0.74F, 0.03F, 29, 0.01F, 0.05F, 0.74F, 31));
  return framed(out, {222, 226, 228});
}

Display::Display(std::uint32_t seed) : pitch_(0.8 + 1.2 * unit(seed, 2)), depth_(unit(seed, 4) < 0.5 ? 0 : 0.25 + 0.35 * unit(seed, 3)) {}

cv::Mat Display::operator()(const cv::Mat& picture) {
  cv::Mat out;
  cv::resize(picture, out, {}, texels, texels, cv::INTER_LINEAR);
  if (grid_.size() != out.size()) {
    const double pitch = pitch_ * texels;
    grid_.create(out.size(), CV_32FC3);
    for (int y = 0; y < out.rows; ++y) {
      auto* row = grid_.ptr<cv::Vec3f>(y);
      const double line = 1 + 0.6 * depth_ * std::cos(two_pi * y / pitch);
      for (int x = 0; x < out.cols; ++x)
        for (int c = 0; c < 3; ++c)
          row[x][c] = static_cast<float>(line * (1 + depth_ * std::cos(two_pi * (x / pitch + c / 3.0))));
    }
  }
  cv::multiply(out, grid_, out, 1, CV_8UC3);
  cv::transform(out, out, cv::Matx34f(1.03F, 0, 0, 14, 0, 0.97F, 0, 9, 0, 0, 0.92F, 7));
  return framed(out, {16, 14, 13});
}

}  // namespace sesame::biometric
