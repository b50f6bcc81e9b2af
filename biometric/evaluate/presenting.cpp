#include "biometric/evaluate/presenting.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <random>

#include "biometric/attack/recapture.hpp"
#include "biometric/attack/turning_customer.hpp"
#include "biometric/evaluate/parallel.hpp"
#include "biometric/evaluate/worker_pipelines.hpp"
#include "camera/replay.hpp"

namespace sesame::evaluation {
namespace {

using biometric::AttackSpecies;
using biometric::Capture;
using biometric::CaptureResult;
using biometric::Pipeline;

constexpr camera::FrameTime longest_session = std::chrono::seconds(15);

std::unique_ptr<camera::FrameSource> open_take(const std::string& path, double at_seconds) {
  camera::ReplayOptions options;
  options.begin_seconds = at_seconds;
  return camera::open_replay(path, options);
}

// The movements that each video has, found once.
using TakeMovements = std::map<std::uint32_t, std::shared_ptr<const biometric::Movements>>;

std::unique_ptr<camera::FrameSource> live(std::unique_ptr<camera::FrameSource> take, const Presentation& shown,
                                          const TakeMovements& movements) {
  std::optional<biometric::Control> control;
  if (shown.kind == Presentation::Kind::live_seen_by_camera_model) control = biometric::Control::camera;
  if (const auto found = movements.find(shown.take); found != movements.end())
    return std::make_unique<biometric::TurningCustomer>(std::move(take), found->second, control, shown.seed);
  return control ? live_take_through(*control, std::move(take), shown.seed) : std::move(take);
}

std::unique_ptr<camera::FrameSource> open(Pipeline& pipeline, const Takes& takes, const Presentation& shown,
                                          const TakeMovements& movements) {
  auto take = open_take((takes.folder / takes.takes[shown.take].file).string(), shown.at_seconds);
  switch (shown.kind) {
    case Presentation::Kind::recorded_attack: return take;
    case Presentation::Kind::live:
    case Presentation::Kind::live_seen_by_camera_model: return live(std::move(take), shown, movements);
    case Presentation::Kind::attack: break;
  }
  const AttackSpecies species = *biometric::species_of(shown.species);
  if (species == AttackSpecies::screen_video) return biometric::attack_with_video(std::move(take), shown.seed);
  const camera::FramePtr picture = take->newest(camera::FrameTime{0});
  if (!picture) throw DataError(takes.takes[shown.take].file + " has no frame there");
  const biometric::Observation& seen = pipeline.observe(picture, biometric::Depth::presence);
  std::optional<biometric::Box> face;
  if (seen.face) face = seen.face->box;
  return biometric::attack_with_picture(species, *picture, shown.seed, 25, face);
}

// Two movements in an order that the seed says.
std::vector<biometric::HeadMotion> movements_for(const Presentation& shown) {
  std::vector<biometric::HeadMotion> motions = {biometric::HeadMotion::turn_left, biometric::HeadMotion::turn_right,
                                                biometric::HeadMotion::nod};
  std::minstd_rand random(shown.seed + 1);
  random.discard(3);
  std::shuffle(motions.begin(), motions.end(), random);
  motions.resize(2);
  return motions;
}

// A session in the time of its frames.
CaptureResult run(Pipeline& pipeline, camera::FrameSource& source, const biometric::CaptureRequest& request,
                  std::vector<biometric::HeadMotion> motions) {
  pipeline.forget_surroundings();
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
  return capture.result();
}

Presented presented(const CaptureResult& result) {
  switch (result.outcome) {
    case CaptureResult::Outcome::held: return {Presented::Outcome::held, {}, result.in_view};
    case CaptureResult::Outcome::attack_suspected:
      return {Presented::Outcome::refused, result.attack_check, result.in_view};
    case CaptureResult::Outcome::no_subject:
    case CaptureResult::Outcome::poor_quality: break;
  }
  return {Presented::Outcome::not_answered, std::string(to_string(result.hint)), {}};
}

TakeMovements movements_of_videos(Pipeline& pipeline, const Takes& takes) {
  TakeMovements all;
  for (std::uint32_t take = 0; take < takes.takes.size(); ++take)
    if (takes.takes[take].is_video)
      all[take] = std::make_shared<const biometric::Movements>(
          movements_of(pipeline, (takes.folder / takes.takes[take].file).string()));
  return all;
}

}  // namespace

PresentationReport present_everything(const biometric::ModelSet& models, const Takes& takes,
                                      const std::optional<Takes>& recorded_attacks, unsigned each,
                                      const PresentingOptions& options, const Progress& progress) {
  std::vector<std::string> stills;
  for (const std::string_view word : biometric::species_words)
    if (*biometric::species_of(word) != AttackSpecies::screen_video) stills.emplace_back(word);
  std::vector<Presentation> shown =
      presentations_of(takes, each, stills, std::string(to_string(AttackSpecies::screen_video)));
  std::vector<const Takes*> of(shown.size(), &takes);
  if (recorded_attacks) {
    const auto recorded = presentations_of(*recorded_attacks, each);
    shown.insert(shown.end(), recorded.begin(), recorded.end());
    of.resize(shown.size(), &*recorded_attacks);
  }
  WorkerPipelines pipelines(models, workers_for(options.jobs));
  std::vector<Presented> results(shown.size());
  const bool turning = options.request.head_motion != biometric::HeadMotion::none;
  TakeMovements movements;
  if (turning) movements = movements_of_videos(pipelines.of(0), takes);
  std::mutex telling;
  std::uint64_t done = 0;
  in_parallel(pipelines.workers(), shown.size(), [&](unsigned worker, std::size_t i) {
    Pipeline& pipeline = pipelines.of(worker);
    const auto source = open(pipeline, *of[i], shown[i], movements);
    results[i] = presented(run(pipeline, *source, options.request,
                               turning ? movements_for(shown[i]) : std::vector<biometric::HeadMotion>{}));
    const std::lock_guard guard(telling);
    if (progress) progress(++done, shown.size());
  });
  PresentationReport report = presentation_report(of, shown, results);
  report.head_motion = turning;
  report.natural_motion = options.request.natural_motion;
  return report;
}

}  // namespace sesame::evaluation
