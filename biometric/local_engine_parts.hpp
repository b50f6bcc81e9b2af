// What the sources of LocalEngine share. Internal to them.
#pragma once

#include "biometric/local_engine.hpp"

namespace sesame::biometric {

using Reason = EngineRefusal::Reason;

[[noreturn]] inline void refuse(Reason reason, const std::string& text) { throw EngineRefusal(reason, text); }
inline camera::FrameTime time_of(spi::TimePoint at) { return at.time_since_epoch(); }

// Somebody looks: frames are pulled as long as there is one.
class LocalEngine::Watching {
 public:
  explicit Watching(LocalEngine& engine, bool challenge = false) : engine_(engine), challenge_(challenge) {
    ++engine_.watching_;
    if (challenge_) engine_.camera_.begin_challenge();
    engine_.watching_changed_.notify_all();
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  ~Watching() {
    --engine_.watching_;
    if (challenge_) engine_.camera_.end_challenge();
  }

 private:
  LocalEngine& engine_;
  bool challenge_;
};

}  // namespace sesame::biometric
