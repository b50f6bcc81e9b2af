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

// The lamp is switched as long as there is one.
class LocalEngine::LampAsked {
 public:
  explicit LampAsked(LocalEngine& engine) : engine_(engine) { engine_.camera_.begin_lamp(); }
  LampAsked(const LampAsked&) = delete;
  LampAsked& operator=(const LampAsked&) = delete;
  ~LampAsked() { engine_.camera_.end_lamp(); }

 private:
  LocalEngine& engine_;
};

// Whoever else asks for the lamp waits as long as there is one.
class LocalEngine::ExposureFirst {
 public:
  explicit ExposureFirst(LocalEngine& engine) : engine_(engine) { engine_.camera_.begin_exposure_first(); }
  ExposureFirst(const ExposureFirst&) = delete;
  ExposureFirst& operator=(const ExposureFirst&) = delete;
  ~ExposureFirst() { engine_.camera_.end_exposure_first(); }

 private:
  LocalEngine& engine_;
};

}  // namespace sesame::biometric
