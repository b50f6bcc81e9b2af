// Whether a face moves within itself: lids, gaze, lips, and the nose before the cheeks when a head turns. A
// picture of a face moves as a plane does, however it is held, and what a plane can do is taken out first.
// Fed with good frames in the order of their time; remembers those of the last moments. One thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "biometric/pipeline/geometry.hpp"
#include "camera/frame.hpp"

namespace sesame::biometric {

class InnerMotion {
 public:
  InnerMotion();
  ~InnerMotion();
  // How far at most the face differs from itself within the last two seconds, beyond the best map of a plane:
  // the root mean square over eyes, mouth or the rest of the face, whichever says most, in pictures whose
  // contrast is one everywhere. Simulated pictures stay under 0.26, a real cut-out under 0.32, a blink is about 1.
  // Empty: there is nothing to compare with, or the face is turned too far from where it was, or it is another one.
  std::optional<float> look(const camera::Frame& frame, const Landmarks& landmarks);
  // Another camera or take.
  void forget();

 private:
  struct Seen;
  std::unique_ptr<Seen> first_;  // what the others are brought in line with
  camera::FrameTime last_fit_{};
  std::deque<Seen> seen_;
};

}  // namespace sesame::biometric
