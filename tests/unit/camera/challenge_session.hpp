// One session of the light challenge, with a camera or with whoever stands for one; for its tests and its bench.
#pragma once

#include <memory>
#include <random>

#include "camera/light_challenge.hpp"

namespace sesame::camera {

inline LightChallenge::Random random_of(std::uint32_t seed) {
  return [random = std::make_shared<std::mt19937>(seed)] { return static_cast<std::uint32_t>((*random)()); };
}

// The first verdict of a session with `source`; `took`: until then.
inline LightChallenge::Verdict verdict_of(FrameSource& source, std::uint32_t seed, FrameTime* took = nullptr) {
  using namespace std::chrono_literals;
  LightChallenge challenge(*source.light_control(), random_of(seed));
  const FrameTime begin = 1s;
  challenge.begin(begin);
  for (FrameTime now = begin; now < begin + 5s; now += 5ms) {
    if (const FramePtr frame = source.newest(now)) challenge.see(*frame);
    if (const auto level = challenge.due(now)) challenge.set_applied(source.ask_light(*level));
    const LightChallenge::Verdict verdict = challenge.verdict(begin, now);
    if (verdict == LightChallenge::Verdict::undecided) continue;
    if (took != nullptr) *took = now - begin;
    return verdict;
  }
  return LightChallenge::Verdict::undecided;
}

// Somebody who knows how challenges are made, and not this one: another challenge's levels at its times.
inline std::function<double(FrameTime)> guess(std::uint32_t seed) {
  auto other = std::make_shared<LightChallenge>(LightControl{-4}, random_of(seed));
  auto level = std::make_shared<double>(0);
  return [other, level](FrameTime now) {
    other->begin(now);
    if (const auto next = other->due(now)) *level = *next;
    return *level;
  };
}

}  // namespace sesame::camera
