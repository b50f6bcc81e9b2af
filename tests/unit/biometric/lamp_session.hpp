// A face before a lamp that is switched at random, made of numbers; for tests of what is made of it.
#pragma once

#include <cmath>
#include <functional>
#include <memory>
#include <optional>
#include <random>

#include "biometric/pipeline/lamp_response.hpp"
#include "camera/lamp_challenge.hpp"

namespace sesame::biometric {

// Light: 1 is white.
struct LitScene {
  double face = 0.3;  // by the hall's light
  double beside = 0.15;
  double near = 0.3;        // what the lamp adds to the face's light, by what there was
  double far = 0.008;       // ... and to what is beside it
  double veil = 0;          // what it adds to all, in a display
  double noise = 0.01;      // of each frame and part, by its light
  double sway = 0;          // how much more or less light the face gets, by itself, within seconds
  double hall = 0;          // how much more or less light all of it gets, by itself, within seconds
  double own_exposure = 0;  // the camera's own, which answers with so much less light for as much more, late
  std::chrono::milliseconds latency{70};
  double frames_per_second = 25;
  // Whether it is lit instead, for whoever does not know what is commanded.
  std::function<bool(camera::FrameTime)> instead{};
};

class LampSession {
 public:
  LampSession(const LitScene& scene, std::uint32_t seed)
      : scene_(scene), random_(seed), challenge_(camera::Lamp{}, random_of(seed + 1000)), phase_(seed) {
    challenge_.begin(now_);
  }
  static camera::LampChallenge::Random random_of(std::uint32_t seed) {
    return
        [random = std::make_shared<std::mt19937>(seed)] { return static_cast<std::uint32_t>((*random)()); };
  }

  // The next frame. What it is commanded meanwhile is in steps().
  FaceLight next() {
    const camera::FrameTime period(static_cast<std::int64_t>(1e9 / scene_.frames_per_second));
    for (const camera::FrameTime frame = now_ + period; now_ < frame; now_ += std::chrono::milliseconds(1))
      if (const auto on = challenge_.due(now_)) steps_.push_back({now_, *on});
    const double lit = is_lit(now_ - scene_.latency) ? 1 : 0;
    exposure_ += 0.1 * (1 - scene_.own_exposure * scene_.near * lit - exposure_);
    const double seconds = std::chrono::duration<double>(now_).count();
    const double swayed =
        1 + scene_.sway * std::sin(2 * seconds + phase_) + 0.4 * scene_.sway * std::sin(9 * seconds + phase_);
    exposed_ = exposure_ * (1 + scene_.hall * std::sin(7 * seconds + 2 * phase_));
    FaceLight light;
    light.at = now_;
    light.in_face = seen(scene_.face * swayed * (1 + scene_.near * lit) + scene_.veil * lit);
    for (std::size_t i = 0; i < light.parts.size(); ++i) {
      light.beside.at(i) = i % 20 < 5 || i % 20 > 14;
      light.parts.at(i) =
          seen(scene_.beside * (1 + 0.01 * static_cast<double>(i % 30)) * (1 + scene_.far * lit) +
               scene_.veil * lit);
    }
    return light;
  }
  const std::vector<camera::LampStep>& steps() const { return steps_; }
  camera::FrameTime now() const { return now_; }

  // The first verdict but undecided and, of several, whether one within `patience` was that it answers.
  LampResponse::Verdict verdict(std::chrono::milliseconds patience = {},
                                const LampResponseRules& rules = {}) {
    LampResponse response(rules);
    std::optional<LampResponse::Verdict> first;
    camera::FrameTime until = std::chrono::seconds(8);
    while (now_ < until) {
      response.see(next());
      const auto one = response.verdict(steps_, std::chrono::milliseconds(200));
      if (one == LampResponse::Verdict::undecided) continue;
      if (!first) {
        first = one;
        until = std::min(until, now_ + patience);
      }
      if (one == LampResponse::Verdict::answered) return one;
    }
    return first.value_or(LampResponse::Verdict::undecided);
  }

 private:
  bool is_lit(camera::FrameTime at) const {
    if (scene_.instead) return scene_.instead(at);
    bool on = false;
    for (const camera::LampStep& step : steps_)
      if (step.at <= at) on = step.on;
    return on;
  }
  float seen(double light) {
    std::normal_distribution<double> spread(1, scene_.noise);
    return static_cast<float>(std::min(1.0, light * exposed_ * spread(random_)));
  }

  LitScene scene_;
  std::mt19937 random_;
  camera::LampChallenge challenge_;
  double phase_;
  double exposure_ = 1;
  double exposed_ = 1;  // light of the hall, by the exposure
  camera::FrameTime now_{};
  std::vector<camera::LampStep> steps_;
};

// Somebody who knows how a lamp is switched, and not when.
inline std::function<bool(camera::FrameTime)> guessed_lamp(std::uint32_t seed) {
  auto steps = std::make_shared<std::vector<camera::LampStep>>();
  camera::LampChallenge other(camera::Lamp{}, LampSession::random_of(seed));
  other.begin(camera::FrameTime{0});
  for (camera::FrameTime now{0}; now < std::chrono::seconds(9); now += std::chrono::milliseconds(1))
    if (const auto on = other.due(now)) steps->push_back({now, *on});
  return [steps](camera::FrameTime at) {
    bool on = false;
    for (const camera::LampStep& step : *steps)
      if (step.at <= at) on = step.on;
    return on;
  };
}

}  // namespace sesame::biometric
