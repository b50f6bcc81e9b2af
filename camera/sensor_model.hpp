// A sensor made of software before any other source: its own rate with jitter, lost frames and noise, an
// identity, and an exposure that can be commanded and answers late. For tests and simulations of cameras and
// of what is put in their place. Deterministic for a seed; one thread.
#pragma once

#include <functional>
#include <memory>

#include "camera/frame_source.hpp"

namespace sesame::camera {

struct SensorOptions {
  double frames_per_second = 30;
  std::chrono::microseconds jitter{1500};  // standard deviation of a frame's time
  double lost = 0.02;                      // share of frames that never arrive
  std::chrono::milliseconds latency{70};   // command to the first frame that shows it, at the earliest
  double noise = 1.5;                      // standard deviation of a pixel
  CameraIdentity identity{};
  std::uint32_t seed = 1;
  // Takes commands and shows this light instead, in stops: a recording (0), or somebody who guesses.
  std::function<double(FrameTime)> instead_of_asked{};
};

// Looks at `scene`, whose own rate does not matter.
std::unique_ptr<FrameSource> open_sensor(std::unique_ptr<FrameSource> scene,
                                         const SensorOptions& options = {});

}  // namespace sesame::camera
