// LampChallenge: when the lamp beside the camera is to be switched while a face is looked at, so that nobody
// can know it before. It commands nothing itself, and judges nothing: its owner passes commands on, and what
// is seen of them is judged where faces are (biometric/pipeline/lamp_response.hpp). One thread; the random
// numbers must be unpredictable.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "camera/frame_source.hpp"

namespace sesame::camera {

struct LampStep {
  FrameTime at{};
  bool on = false;  // from then on
};

struct LampRules {
  // Between two changes at least. The sixth after a change comes more than a second after it: there are three
  // flashes in any second at most, which are no danger to anybody (WCAG 2.2, 2.3.1).
  std::chrono::milliseconds shortest_step{170};
  unsigned longest_steps = 3;          // of the shortest; each more is half as likely
  std::chrono::milliseconds more{60};  // up to so much is added to each
};

class LampChallenge {
 public:
  using Random = std::function<std::uint32_t()>;

  LampChallenge(const Lamp& lamp, Random random, const LampRules& rules = {});

  const Lamp& lamp() const { return lamp_; }
  void begin(FrameTime now);
  void end();
  bool running() const { return running_; }

  // Whether to switch it on or off now, when it is time to.
  std::optional<bool> due(FrameTime now);
  FrameTime next_due() const { return next_; }
  // What was commanded in the last seconds, the oldest first. It is off before, and when the challenge has
  // ended.
  const std::deque<LampStep>& steps() const { return steps_; }

 private:
  FrameTime another_length();

  Lamp lamp_;
  Random random_;
  LampRules rules_;
  bool running_ = false;
  FrameTime next_{};
  std::deque<LampStep> steps_;
};

}  // namespace sesame::camera
