// How a thing lies in a hand before a camera: where it is at each moment, and where each pixel of the camera
// meets it. Value types; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>

namespace sesame::biometric {

// Six degrees of freedom: radians about the camera's axes, and the centre in units of the thing's width.
struct HeldPose {
  double pitch = 0;
  double yaw = 0;
  double roll = 0;
  double x = 0;
  double y = 0;
  double distance = 1;
  double curvature = 0;  // about the upright axis; 0 is flat, 1 a radius of the thing's own width
};

// A hand drifts (under 1 Hz) and trembles (8 to 12 Hz); how much depends on the seed: propped up, held, or
// moved about so as to seem alive.
class HandMotion {
 public:
  explicit HandMotion(std::uint32_t seed);
  // `rest` is where the hand means to hold it.
  HeldPose at(double seconds, const HeldPose& rest) const;

 private:
  struct Wave {
    double drift_hertz, drift_phase, tremor_hertz, tremor_phase;
  };
  std::array<Wave, 7> waves_{};
  double vigour_ = 1;
};

// For each pixel of a camera of `view` with a focal length of `focal` pixels the place on the thing, in pixels
// of its texture; outside of the texture where the ray misses it.
struct SurfaceMap {
  cv::Mat x;
  cv::Mat y;
};
SurfaceMap surface_map(cv::Size view, double focal, const HeldPose& pose, cv::Size texture);

}  // namespace sesame::biometric
