#include "biometric/evaluate/known_site.hpp"

#include <memory>
#include <utility>

namespace sesame::evaluation {
namespace {

constexpr camera::FrameTime between_sights = std::chrono::milliseconds(500);
constexpr camera::FrameTime longest_look = std::chrono::minutes(1);
constexpr std::size_t most_sights = 40;

camera::FrameTime time_of(double seconds) {
  return std::chrono::duration_cast<camera::FrameTime>(std::chrono::duration<double>(seconds));
}

}  // namespace

KnownSite site_of_take(biometric::Pipeline& pipeline, const std::string& path, double at_seconds, double seconds,
                       const camera::FrameChange& change) {
  camera::ReplayOptions options;
  options.loop = false;
  auto take = camera::open_replay(path, options);
  if (change) take = camera::change_frames(std::move(take), change);
  KnownSite site;
  camera::FrameTime next{};
  for (camera::FrameTime now{}; !take->ended() && now < longest_look && site.size() < most_sights; now = take->next_due().value_or(now)) {
    const camera::FramePtr frame = take->newest(now);
    const bool wanted = now < time_of(at_seconds) || now > time_of(at_seconds + seconds);
    if (!frame || !wanted || now < next) continue;
    const biometric::Observation& seen = pipeline.observe(frame, biometric::Depth::presence);
    if (!seen.face) continue;  // they may have turned away
    site.push_back({frame, seen.face->box});
    next = now + between_sights;
  }
  return site;
}

void teach(biometric::Pipeline& pipeline, const KnownSite& site) {
  pipeline.site().forget();
  for (const Sight& sight : site) pipeline.site().learn(*sight.frame, sight.face);
}

}  // namespace sesame::evaluation
