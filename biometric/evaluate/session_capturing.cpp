#include "biometric/evaluate/session_capturing.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "biometric/attack/recapture.hpp"
#include "biometric/evaluate/capturing.hpp"
#include "biometric/evaluate/labelled_data.hpp"
#include "biometric/evaluate/parallel.hpp"
#include "biometric/evaluate/worker_pipelines.hpp"
#include "biometric/pipeline/fusion.hpp"

namespace sesame::evaluation {
namespace {

using biometric::Pipeline;

// Nothing unless it was held and the looks are of one face, as in the engine.
std::optional<Session> session_of(Pipeline& pipeline, const Takes& takes, const Presentation& shown, bool natural_motion) {
  auto source = open_take((takes.folder / takes.takes[shown.take].file).string(), shown.at_seconds, AtItsEnd::stops);
  if (!source) return std::nullopt;
  if (shown.kind == Presentation::Kind::live_seen_by_camera_model)
    source = biometric::live_take_through(biometric::Control::camera, std::move(source), shown.seed);
  CapturingOptions options;
  options.request.natural_motion = natural_motion;
  const Captured captured = capture(pipeline, *source, options);
  if (captured.probes.empty()) return std::nullopt;
  Session session{takes.takes[shown.take].person, shown.take, {}, {}};
  for (const biometric::Observation& look : captured.probes) session.looks.push_back(pipeline.embed(look));
  biometric::OneFace one = biometric::fuse_one_face(session.looks, pipeline.calibration());
  if (!begins_and_ends_with_it(one)) return std::nullopt;
  session.probe = std::move(one.face);
  return session;
}

std::optional<SessionReference> picture_reference(Pipeline& pipeline, const Takes& takes, std::uint32_t take) {
  const auto source = open_take((takes.folder / takes.takes[take].file).string(), 0, AtItsEnd::stops);
  const camera::FramePtr picture = source->newest(camera::FrameTime{0});
  if (!picture) throw DataError(takes.takes[take].file + " has no frame");
  const biometric::Observation& seen = pipeline.observe(picture, biometric::Depth::quality);
  if (seen.hint != biometric::QualityHint::none) return std::nullopt;
  return SessionReference{takes.takes[take].person, take, pipeline.embed(seen)};
}

}  // namespace

CapturedSessions capture_sessions(const biometric::ModelSet& models, const Takes& takes, unsigned each,
                                  bool natural_motion, unsigned jobs, const Progress& progress) {
  const std::vector<Presentation> shown = live_presentations(takes, each, true);
  WorkerPipelines pipelines(models, workers_for(jobs));
  std::vector<std::optional<Session>> held(shown.size());
  std::mutex telling;
  std::uint64_t done = 0;
  in_parallel(pipelines.workers(), shown.size(), [&](unsigned worker, std::size_t i) {
    held[i] = session_of(pipelines.of(worker), takes, shown[i], natural_motion);
    const std::lock_guard guard(telling);
    if (progress) progress(++done, shown.size());
  });
  CapturedSessions captured;
  captured.captures = shown.size();
  std::map<std::uint32_t, SessionReference> of_videos;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    if (!held[i]) continue;
    if (shown[i].kind == Presentation::Kind::live)
      of_videos.try_emplace(shown[i].take, SessionReference{held[i]->person, shown[i].take, held[i]->probe});
    captured.sessions.push_back(std::move(*held[i]));
  }
  for (std::uint32_t take = 0; take < takes.takes.size(); ++take) {
    if (const auto video = of_videos.find(take); video != of_videos.end()) {
      captured.references.push_back(std::move(video->second));
    } else if (!takes.takes[take].is_video) {
      if (auto picture = picture_reference(pipelines.of(0), takes, take)) captured.references.push_back(std::move(*picture));
    }
  }
  return captured;
}

}  // namespace sesame::evaluation
