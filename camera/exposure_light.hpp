// ExposureLight: stops of light by a camera's exposure time, whichever way its controls are reached (V4L2,
// UVC). From its making on the camera chooses its exposure by itself, until one is asked for. One thread.
#pragma once

#include <functional>
#include <optional>

#include "camera/frame_source.hpp"

namespace sesame::camera {

// The controls of one camera. Functions throw SourceError.
struct ExposureControls {
  int automatic = 0;  // values of the mode
  int manual = 0;
  int shortest = 1;  // times, in the camera's own unit
  int longest = 1;
  std::function<void(int)> set_mode;
  std::function<int()> time;
  std::function<void(int)> set_time;
};

class ExposureLight {
 public:
  explicit ExposureLight(ExposureControls controls);

  LightControl control() const;
  // As FrameSource::ask_light().
  double ask(std::optional<double> stops);

 private:
  ExposureControls controls_;
  std::optional<int> own_time_;  // the camera's own choice, while another is asked for
};

}  // namespace sesame::camera
