#include "biometric/evaluate/capturing.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "biometric/attack/simulated_person.hpp"
#include "camera/lamp_challenge.hpp"
#include "camera/replay.hpp"

namespace sesame::evaluation {
namespace {

using biometric::Capture;

constexpr camera::FrameTime longest_session = std::chrono::seconds(15);

// Switches the lamp at random while somebody is looked at, as an engine does.
class SwitchedLamp {
 public:
  SwitchedLamp(camera::FrameSource& source, std::uint32_t seed)
      : source_(source),
        challenge_(source.lamp().value_or(camera::Lamp{}),
                   [random = std::mt19937(seed)]() mutable { return static_cast<std::uint32_t>(random()); }) {}
  void look(camera::FrameTime now, bool somebody) {
    if (!somebody) {
      if (challenge_.running()) source_.switch_lamp(false);
      return challenge_.end();
    }
    challenge_.begin(now);
    if (const auto on = challenge_.due(now)) source_.switch_lamp(*on);
  }
  camera::FrameTime before(camera::FrameTime due) const {
    return challenge_.running() ? std::min(due, challenge_.next_due()) : due;
  }
  std::vector<camera::LampStep> steps() const { return {challenge_.steps().begin(), challenge_.steps().end()}; }

 private:
  camera::FrameSource& source_;
  camera::LampChallenge challenge_;
};

biometric::CaptureRules rules_for(const biometric::Pipeline& pipeline, const CapturingOptions& options) {
  biometric::CaptureRules rules = biometric::rules_for(pipeline);
  if (options.lamp_seed) rules.lamp = biometric::CheckRule::required;
  if (!options.site.empty()) rules.site = biometric::CheckRule::where_possible;
  return rules;
}

}  // namespace

std::unique_ptr<camera::FrameSource> open_take(const std::string& path, double at_seconds, AtItsEnd end) {
  camera::ReplayOptions options;
  options.loop = end == AtItsEnd::begins_again;
  options.begin_seconds = at_seconds;
  try {
    return camera::open_replay(path, options);
  } catch (const camera::RecordingEnds&) {
    return nullptr;
  }
}

Captured capture(biometric::Pipeline& pipeline, camera::FrameSource& source, const CapturingOptions& options) {
  pipeline.forget_past();
  teach(pipeline, options.site);
  pipeline.expect_lamp(options.lamp_seed.has_value());
  Capture capture(options.request, rules_for(pipeline, options), options.motions);
  SwitchedLamp lamp(source, options.lamp_seed.value_or(0));
  auto* person = dynamic_cast<biometric::SimulatedPerson*>(&source);
  const auto going_on = [&] {
    return capture.state() == Capture::State::searching || capture.state() == Capture::State::collecting;
  };
  for (camera::FrameTime now{0}; going_on() && now < longest_session && !source.ended();
       now = lamp.before(source.next_due().value_or(now))) {
    const camera::FramePtr frame = source.newest(now);
    if (frame) capture.feed(pipeline.observe(frame, biometric::Depth::liveness), lamp.steps());
    if (options.lamp_seed) lamp.look(now, capture.looks_at_somebody());
    for (const biometric::CaptureProgress& news : capture.take_progress())
      if (news.kind == biometric::CaptureProgress::Kind::head_motion && person) person->asked(news.head_motion);
  }
  const bool too_short = going_on() && source.ended();
  if (going_on()) capture.give_up();
  Captured captured{capture.result(), {}, too_short};
  if (capture.state() == Capture::State::held) captured.probes = capture.probes();
  return captured;
}

}  // namespace sesame::evaluation
