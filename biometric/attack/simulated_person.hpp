// A source of frames with somebody before the camera who hears what is asked for: a customer who turns the head,
// or an attacker who turns what is held. One thread.
#pragma once

#include "biometric/engine.hpp"
#include "camera/frame_source.hpp"

namespace sesame::biometric {

class SimulatedPerson : public camera::FrameSource {
 public:
  virtual void asked(HeadMotion motion) = 0;
};

}  // namespace sesame::biometric
