// A lamp beside the simulated camera: when it is lit, and what its light adds to what is before the camera,
// by the square of the distance. Value types; one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "biometric/attack/simulated_person.hpp"
#include "biometric/pipeline/geometry.hpp"
#include "camera/frame_source.hpp"
#include "camera/replay.hpp"

namespace sesame::biometric {

// Shares of the hall's own light on the same thing.
struct LampLight {
  double near = 0;      // on a face, a print, a display
  double far = 0;       // on what is behind
  double mirrored = 0;  // by a display, of the white that it shows
};
// Halls and distances differ: 0.12 to 0.8 of the hall's light on a face at 0.4 to 0.7 m, and a wall at 2.5 to
// 6 m.
LampLight lamp_light(std::uint32_t seed);

class SimulatedLamp {
 public:
  // Its latency is 20 to 130 ms, by the seed.
  explicit SimulatedLamp(std::uint32_t seed);
  SimulatedLamp(const LampLight& light, camera::FrameTime latency) : light_(light), latency_(latency) {}

  const LampLight& light() const { return light_; }
  // Of the source's newest(): commands have no time of their own.
  void pass_time(camera::FrameTime now) { now_ = now; }
  void switch_to(bool on) { asked_.emplace_back(now_, on); }
  // For how much of the exposure of a frame that was taken then it was lit: 0 to 1.
  double lit(camera::FrameTime at) const;

 private:
  LampLight light_;
  camera::FrameTime latency_;
  camera::FrameTime now_{};
  std::deque<std::pair<camera::FrameTime, bool>> asked_;
};

// A live take, or a customer who turns, before a lamp. `find` says where the face is; `change`, if any, is
// what all of it is seen through (see seen_through).
using FindFace = std::function<std::optional<Box>(const camera::FramePtr&)>;
std::unique_ptr<SimulatedPerson> before_lamp(std::unique_ptr<camera::FrameSource> take, SimulatedLamp lamp,
                                             FindFace find, camera::FrameChange change = {});
// Whatever it is, it takes the lamp's commands and goes on as before: a recording in the camera's place.
std::unique_ptr<camera::FrameSource> ignoring_lamp(std::unique_ptr<camera::FrameSource> source);

}  // namespace sesame::biometric
