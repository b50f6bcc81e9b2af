// LightChallenge: asks the camera for another exposure at random times, by random amounts, and looks whether
// the brightness of its frames follows. Who plays a recording does not know what is asked. It commands
// nothing itself: its owner passes levels on. One thread; the random numbers must be unpredictable.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>

#include "camera/frame_source.hpp"

namespace sesame::camera {

struct ChallengeRules {
  std::size_t steps = 6;  // levels that a verdict rests on
  std::chrono::milliseconds shortest_step{80};
  std::chrono::milliseconds longest_step{160};
  double deepest = 1;          // stops
  double least_change = 0.15;  // of the depth, from one level to the next
  double least_correlation = 0.95;
  // Logarithm of the values for a stop: 0.32 for a display gamma of 2.2, and cameras differ.
  double least_response = 0.15;
  double largest_response = 0.6;
};

class LightChallenge {
 public:
  enum class Verdict { undecided, answered, not_answered };
  using Random = std::function<std::uint32_t()>;

  LightChallenge(const LightControl& control, Random random, const ChallengeRules& rules = {});

  void begin(FrameTime now);
  void end() { running_ = false; }
  bool running() const { return running_; }

  // The level to command now, in stops, when it is time for another.
  std::optional<double> due(FrameTime now);
  // What the camera made of the last level.
  void set_applied(double level) { steps_.back().level = level; }
  // When the next one is due.
  FrameTime next_due() const { return next_; }
  void see(const Frame& frame);

  // Of the last steps that the camera had time to answer, all of them commanded after `since`.
  Verdict verdict(FrameTime since, FrameTime now) const;

 private:
  struct Step {
    FrameTime at;
    double level;
  };
  struct Seen {
    FrameTime at;
    double brightness;  // logarithm, from where the challenge began
  };
  // Logarithms of the means of parts of a picture.
  using Parts = std::array<double, 48>;
  static Parts parts_of(const Frame& frame);
  double another_level();
  double share() { return static_cast<double>(random_()) / 4294967296.0; }
  std::size_t frames_between(FrameTime from, FrameTime until) const;
  bool follows(FrameTime from, FrameTime until, FrameTime latency) const;
  double level_at(FrameTime at) const;

  LightControl control_;
  Random random_;
  ChallengeRules rules_;
  bool running_ = false;
  FrameTime next_{};
  std::deque<Step> steps_;
  std::deque<Seen> seen_;
  Parts last_parts_{};
};

}  // namespace sesame::camera
