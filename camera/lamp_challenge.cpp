#include "camera/lamp_challenge.hpp"

#include <utility>

namespace sesame::camera {
namespace {

constexpr FrameTime memory = std::chrono::seconds(5);

}  // namespace

LampChallenge::LampChallenge(const Lamp& lamp, Random random, const LampRules& rules)
    : lamp_(lamp), random_(std::move(random)), rules_(rules) {}

void LampChallenge::begin(FrameTime now) {
  if (running_) return;
  running_ = true;
  next_ = now;
}

void LampChallenge::end() {
  running_ = false;
  steps_.clear();
}

std::optional<bool> LampChallenge::due(FrameTime now) {
  if (!running_ || now < next_) return std::nullopt;
  next_ = now + another_length();
  steps_.push_back({now, steps_.empty() || !steps_.back().on});
  while (now - steps_.front().at > memory) steps_.pop_front();
  return steps_.back().on;
}

// Lengths that differ much leave a guess behind soon; ones that are nearly alike only alternate.
FrameTime LampChallenge::another_length() {
  FrameTime length = rules_.shortest_step;
  for (unsigned steps = 1; steps < rules_.longest_steps && random_() >= 0x80000000U; ++steps)
    length += rules_.shortest_step;
  const double share = static_cast<double>(random_()) / 4294967296.0;
  return length +
         FrameTime(static_cast<std::int64_t>(share * static_cast<double>(FrameTime(rules_.more).count())));
}

}  // namespace sesame::camera
