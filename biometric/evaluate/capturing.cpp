#include "biometric/evaluate/capturing.hpp"

#include <utility>

#include "biometric/attack/simulated_person.hpp"
#include "camera/replay.hpp"

namespace sesame::evaluation {
namespace {

using biometric::Capture;

constexpr camera::FrameTime longest_session = std::chrono::seconds(15);

}  // namespace

std::unique_ptr<camera::FrameSource> open_take(const std::string& path, double at_seconds) {
  camera::ReplayOptions options;
  options.begin_seconds = at_seconds;
  return camera::open_replay(path, options);
}

Captured capture(biometric::Pipeline& pipeline, camera::FrameSource& source, const biometric::CaptureRequest& request,
                 std::vector<biometric::HeadMotion> motions) {
  pipeline.forget_past();
  Capture capture(request, rules_for(pipeline), std::move(motions));
  auto* person = dynamic_cast<biometric::SimulatedPerson*>(&source);
  const auto going_on = [&] {
    return capture.state() == Capture::State::searching || capture.state() == Capture::State::collecting;
  };
  for (camera::FrameTime now{0}; going_on() && now < longest_session && !source.ended();
       now = source.next_due().value_or(now)) {
    const camera::FramePtr frame = source.newest(now);
    if (frame) capture.feed(pipeline.observe(frame, biometric::Depth::liveness));
    for (const biometric::CaptureProgress& news : capture.take_progress())
      if (news.kind == biometric::CaptureProgress::Kind::head_motion && person) person->asked(news.head_motion);
  }
  if (going_on()) capture.give_up();
  Captured captured{capture.result(), {}};
  if (capture.state() == Capture::State::held) captured.probes = capture.probes();
  return captured;
}

}  // namespace sesame::evaluation
