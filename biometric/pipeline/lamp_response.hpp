// Whether a face answers a lamp beside the camera that is switched at random. Its light falls off with the
// square of the distance: a face at arm's length brightens, the hall behind it does not. A print answers as
// one surface, the hall in the picture as much as the face. A display shines by itself and mirrors a few
// hundredths of what falls on it, the same on whatever it shows; a recording answers nothing.
//
// In a hall so bright that the lamp is not seen on anything, a living face looks as a display does and nobody
// can tell them apart by this: the verdict is `unseen` for both. A picture that was cut out, or that ends
// beside the head, is near before a far hall and answers as a face does. One thread.
#pragma once

#include <array>
#include <deque>
#include <optional>
#include <span>

#include "biometric/pipeline/geometry.hpp"
#include "camera/frame.hpp"
#include "camera/lamp_challenge.hpp"

namespace sesame::biometric {

// Light in a frame: 1 is white, and twice as much is twice as many photons (a display gamma of 2.2 taken out,
// which is not every camera's).
struct FaceLight {
  static constexpr int columns = 20;
  static constexpr int rows = 15;
  camera::FrameTime at{};
  float in_face = 0;                          // eyes to mouth
  std::array<float, columns * rows> parts{};  // means of the frame's parts, row by row
  std::array<bool, columns * rows> beside{};  // ... those beside and above the head
};
FaceLight light_of(const camera::Frame& frame, const Box& face);

struct LampResponseRules {
  std::size_t steps = 7;  // levels that a verdict rests on
  double least_correlation = 0.9;
  double least_response = 0.08;  // the lamp adds so much to the face's light, more than to what is beside it
  double most_beside = 0.5;      // what is beside the face gets so much of the light that the face gets
};

class LampResponse {
 public:
  enum class Verdict {
    undecided,     // too little was asked so far
    answered,      // the face follows, and clearly more than what is beside it
    not_answered,  // something follows, and not as a face before a hall does
    unseen,        // nothing follows: a display, a recording, or a hall that outshines the lamp
  };

  explicit LampResponse(const LampResponseRules& rules = {}) : rules_(rules) {}

  // In the order of their time. A gap of more than 0.4 s forgets what was before: it may be somebody else.
  void see(const FaceLight& light);
  void forget() { seen_.clear(); }

  // Of the last steps that there was time to answer, all of them commanded since the face came into view.
  Verdict verdict(std::span<const camera::LampStep> steps, camera::FrameTime longest_latency) const;

 private:
  struct Window;
  std::optional<Window> window(std::span<const camera::LampStep> steps,
                               camera::FrameTime longest_latency) const;
  Verdict judge(const Window& window, std::span<const camera::LampStep> steps,
                camera::FrameTime latency) const;

  LampResponseRules rules_;
  std::deque<FaceLight> seen_;
};

}  // namespace sesame::biometric
