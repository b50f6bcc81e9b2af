#include "biometric/attack/recapture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <random>
#include <utility>

#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

constexpr float two_pi = 2 * std::numbers::pi_v<float>;

cv::Mat sensor_noise(cv::Size size, double deviation, std::uint64_t seed) {
  cv::RNG random(seed);
  cv::Mat noise(size, CV_16SC3);
  random.fill(noise, cv::RNG::NORMAL, 0, deviation);
  return noise;
}

void add_noise(cv::Mat& picture, double deviation, std::uint64_t seed) {
  cv::Mat sum;
  cv::add(picture, sensor_noise(picture.size(), deviation, seed), sum, cv::noArray(), CV_8UC3);
  picture = sum;
}

// Ink: blacks are grey, whites are paper, and the grain stays on the paper.
cv::Mat printed(const cv::Mat& picture, std::uint32_t seed) {
  cv::Mat out;
  cv::transform(picture, out, cv::Matx34f(0.74F, 0.03F, 0, 28, 0.02F, 0.78F, 0, 30, 0, 0.03F, 0.80F, 32));
  add_noise(out, 5, seed);
  return out;
}

// A display: bluish, with a pixel grid that the camera's own grid beats against.
cv::Mat displayed(const cv::Mat& picture) {
  cv::Mat out;
  cv::transform(picture, out, cv::Matx34f(1.05F, 0, 0, 14, 0, 0.98F, 0, 8, 0, 0, 0.92F, 6));
  for (int y = 0; y < out.rows; ++y)
    for (int x = 0; x < out.cols; ++x) {
      const float grid = 1 + 0.10F * std::sin(two_pi * static_cast<float>(x) / 2.13F) +
                         0.06F * std::sin(two_pi * static_cast<float>(y) / 2.31F);
      cv::Vec3b& pixel = out.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c)
        pixel[c] = cv::saturate_cast<std::uint8_t>(static_cast<float>(pixel[c]) * grid);
    }
  return out;
}

void add_glare(cv::Mat& picture, float centre_x, float centre_y) {
  const float reach = static_cast<float>(picture.cols) * 0.35F;
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) {
      const float distance =
          std::hypot(static_cast<float>(x) - centre_x, static_cast<float>(y) - centre_y) / reach;
      if (distance >= 1) continue;
      const float light = 34 * (1 - distance) * (1 - distance);
      cv::Vec3b& pixel = picture.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c)
        pixel[c] = cv::saturate_cast<std::uint8_t>(static_cast<float>(pixel[c]) + light);
    }
}

// Where the corners of the artefact lie at this moment: slow drift and tremor of a hand.
cv::Matx33d hand_held(cv::Size size, const std::vector<float>& phases, float seconds) {
  const auto wave = [&](std::size_t i, float hertz, float reach) {
    return reach * std::sin(two_pi * hertz * seconds + phases[i]);
  };
  const auto w = static_cast<float>(size.width);
  const auto h = static_cast<float>(size.height);
  const float inset = 0.05F;
  const std::array<cv::Point2f, 4> from = {{{0, 0}, {w, 0}, {w, h}, {0, h}}};
  std::array<cv::Point2f, 4> to = {{{inset * w, inset * h},
                                    {(1 - inset) * w, inset * h},
                                    {(1 - inset) * w, (1 - inset) * h},
                                    {inset * w, (1 - inset) * h}}};
  const float tilt_x = (0.03F + wave(0, 0.4F, 0.015F)) * h;  // one side nearer than the other
  const float tilt_y = (0.02F + wave(1, 0.3F, 0.010F)) * w;
  const float move_x = wave(2, 0.5F, 0.012F * w) + wave(3, 3.1F, 0.0015F * w);
  const float move_y = wave(4, 0.6F, 0.012F * h) + wave(5, 2.7F, 0.0015F * h);
  to[0] += {tilt_y, tilt_x};
  to[1] += {-tilt_y, -tilt_x};
  to[2] += {0, tilt_x};
  to[3] += {0, -tilt_x};
  for (cv::Point2f& corner : to) corner += {move_x, move_y};
  return cv::getPerspectiveTransform(from, to);
}

camera::Frame to_frame(const cv::Mat& picture) {
  camera::Frame frame = camera::make_frame(picture.cols, picture.rows);
  for (int y = 0; y < picture.rows; ++y) std::copy_n(picture.ptr(y), frame.stride, frame.row(y));
  return frame;
}

}  // namespace

Recapture::Recapture(AttackSpecies species, std::uint32_t seed) : species_(species), seed_(seed) {
  std::minstd_rand random(seed + 1);
  for (int i = 0; i < 8; ++i) phases_.push_back(two_pi * static_cast<float>(random() % 1000) / 1000);
}

camera::Frame Recapture::operator()(const camera::Frame& shown) {
  const std::uint64_t n = shown_frames_++;
  const std::uint64_t noise_seed = (static_cast<std::uint64_t>(seed_) << 32) + n + 1;
  if (species_ == AttackSpecies::frozen) return shown;
  cv::Mat picture = pixels(shown).clone();
  if (species_ == AttackSpecies::frozen_noisy) {
    add_noise(picture, 2, noise_seed);
    return to_frame(picture);
  }
  const cv::Mat artefact = species_ == AttackSpecies::print ? printed(picture, seed_) : displayed(picture);
  const float seconds = static_cast<float>(n) / 25;
  cv::Mat seen(picture.size(), CV_8UC3, cv::Scalar(98, 104, 110));
  cv::warpPerspective(artefact, seen, hand_held(picture.size(), phases_, seconds), picture.size(),
                      cv::INTER_LINEAR, cv::BORDER_TRANSPARENT);
  cv::GaussianBlur(seen, seen, {0, 0}, species_ == AttackSpecies::print ? 0.9 : 0.7);
  if (species_ == AttackSpecies::screen)
    add_glare(seen, 0.72F * static_cast<float>(seen.cols), 0.25F * static_cast<float>(seen.rows));
  add_noise(seen, 1, noise_seed);
  return to_frame(seen);
}

std::unique_ptr<camera::FrameSource> attack_with_picture(AttackSpecies species, camera::Frame picture,
                                                         std::uint32_t seed, double frames_per_second) {
  return camera::change_frames(camera::open_still(std::move(picture), frames_per_second),
                               Recapture(species, seed));
}

std::unique_ptr<camera::FrameSource> live_take_through(AttackSpecies species,
                                                       std::unique_ptr<camera::FrameSource> take,
                                                       std::uint32_t seed) {
  return camera::change_frames(std::move(take), Recapture(species, seed));
}

}  // namespace sesame::biometric
