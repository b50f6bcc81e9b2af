// The machine's camera as a model: pixels of finite size, a lens that is never quite sharp, exposure, noise
// that grows with light, and the compression of its stream. What a photograph and what a living face go
// through is the same. Deterministic for a seed; one thread.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

#include "camera/frame.hpp"

namespace sesame::biometric {

class CameraModel {
 public:
  explicit CameraModel(std::uint32_t seed);

  // `scene` has `texels` pixels for each of the camera's in both directions (medium.hpp).
  camera::Frame see(const cv::Mat& scene);
  // A recorded living face, seen again by this camera: the control.
  camera::Frame operator()(const camera::Frame& live);

 private:
  std::uint64_t seed_;
  std::uint64_t frames_ = 0;
  double blur_;      // standard deviation, pixels
  double exposure_;  // factor
  double noise_;     // standard deviation at middle grey, levels
  int quality_;      // JPEG
};

}  // namespace sesame::biometric
