// A source of frames with somebody before the camera who hears what is asked for: a customer who turns the head,
// or an attacker who turns what is held. One thread.
#pragma once

#include <memory>

#include "biometric/engine.hpp"
#include "camera/frame_source.hpp"

namespace sesame::biometric {

class SimulatedPerson : public camera::FrameSource {
 public:
  SimulatedPerson() = default;
  SimulatedPerson(const SimulatedPerson&) = delete;
  SimulatedPerson& operator=(const SimulatedPerson&) = delete;
  virtual void asked(HeadMotion motion) = 0;
  // What the camera sees without them, where that can be said. Before the first frame.
  virtual camera::FramePtr when_gone() { return nullptr; }
  // For whoever passes on what is asked for. It ends with the source, which whoever owns it drops when it likes.
  std::weak_ptr<SimulatedPerson> handle() const { return self_; }

 private:
  std::shared_ptr<SimulatedPerson> self_{this, [](SimulatedPerson*) {}};
};

}  // namespace sesame::biometric
