#include "biometric/evaluate/presenting.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <random>

#include "biometric/attack/recapture.hpp"
#include "biometric/attack/simulated_lamp.hpp"
#include "biometric/attack/turning_customer.hpp"
#include "biometric/evaluate/capturing.hpp"
#include "biometric/evaluate/parallel.hpp"
#include "biometric/evaluate/worker_pipelines.hpp"

namespace sesame::evaluation {
namespace {

using biometric::AttackSpecies;
using biometric::CaptureResult;
using biometric::Pipeline;

// Each video's frames by pose, found once.
using PosedTakes = std::map<std::uint32_t, std::shared_ptr<const biometric::PosedTake>>;

constexpr std::size_t movements_asked = 2;

biometric::FindFace find_by(Pipeline& pipeline) {
  return [&pipeline](const camera::FramePtr& frame) -> std::optional<biometric::Box> {
    const biometric::Observation& seen = pipeline.observe(frame, biometric::Depth::presence);
    return seen.face ? std::optional(seen.face->box) : std::nullopt;
  };
}

std::unique_ptr<camera::FrameSource> live(std::unique_ptr<camera::FrameSource> take, const Presentation& shown,
                                          const PosedTakes& posed) {
  std::optional<biometric::Control> control;
  if (shown.kind == Presentation::Kind::live_seen_by_camera_model) control = biometric::Control::camera;
  if (const auto found = posed.find(shown.take); found != posed.end()) {
    const auto begin = std::chrono::duration_cast<camera::FrameTime>(std::chrono::duration<double>(shown.at_seconds));
    return std::make_unique<biometric::TurningCustomer>(std::move(take), found->second, begin, control, shown.seed);
  }
  return control ? live_take_through(*control, std::move(take), shown.seed) : std::move(take);
}

// The lamp first, then the camera.
std::unique_ptr<camera::FrameSource> live_before_lamp(std::unique_ptr<camera::FrameSource> take,
                                                      Presentation shown, const PosedTakes& posed,
                                                      Pipeline& pipeline) {
  camera::FrameChange change;
  if (shown.kind == Presentation::Kind::live_seen_by_camera_model)
    change = biometric::seen_through(biometric::Control::camera, shown.seed);
  shown.kind = Presentation::Kind::live;
  return biometric::before_lamp(live(std::move(take), shown, posed), biometric::SimulatedLamp(shown.seed),
                                find_by(pipeline), std::move(change));
}

// nullptr: the take ends before that moment.
std::unique_ptr<camera::FrameSource> open(Pipeline& pipeline, const Takes& takes, const Presentation& shown,
                                          const PosedTakes& posed, bool lamp) {
  const bool on_display = shown.kind == Presentation::Kind::attack;
  auto take = open_take((takes.folder / takes.takes[shown.take].file).string(), shown.at_seconds,
                        on_display ? AtItsEnd::begins_again : AtItsEnd::stops);
  if (!take) return nullptr;
  switch (shown.kind) {
    case Presentation::Kind::recorded_attack: return take;
    case Presentation::Kind::live:
    case Presentation::Kind::live_seen_by_camera_model:
      return lamp ? live_before_lamp(std::move(take), shown, posed, pipeline)
                  : live(std::move(take), shown, posed);
    case Presentation::Kind::attack: break;
  }
  const AttackSpecies species = *biometric::species_of(shown.species);
  std::optional<biometric::SimulatedLamp> beside;
  if (lamp) beside.emplace(shown.seed);
  if (biometric::shows_video(species))
    return biometric::attack_with_video(species, std::move(take), shown.seed, std::move(beside));
  const camera::FramePtr picture = take->newest(camera::FrameTime{0});
  if (!picture) throw DataError(takes.takes[shown.take].file + " has no frame there");
  const biometric::Observation& seen = pipeline.observe(picture, biometric::Depth::presence);
  std::optional<biometric::Box> face;
  if (seen.face) face = seen.face->box;
  return biometric::attack_with_picture(species, *picture, shown.seed, 25, face, std::move(beside));
}

constexpr double longest_capture_seconds = 4;

// Of a simulated attack the hall behind it; else the picture that was given, or what a live take shows at other moments.
KnownSite site_of(Pipeline& pipeline, const Takes& takes, const Presentation& shown, camera::FrameSource& source,
                  const PresentingOptions& options) {
  if (shown.kind == Presentation::Kind::attack) {
    auto* attacker = dynamic_cast<biometric::SimulatedPerson*>(&source);
    const camera::FramePtr hall = attacker ? attacker->when_gone() : nullptr;
    return hall ? KnownSite{{hall, {}}} : KnownSite{};
  }
  camera::FrameChange change;
  if (shown.kind == Presentation::Kind::live_seen_by_camera_model)
    change = biometric::seen_through(biometric::Control::camera, shown.seed);
  if (!options.site_picture.empty()) {
    camera::Frame picture = camera::read_picture(options.site_picture);
    return {{std::make_shared<const camera::Frame>(change ? change(picture) : std::move(picture)), {}}};
  }
  if (shown.kind == Presentation::Kind::recorded_attack) return {};
  return site_of_take(pipeline, (takes.folder / takes.takes[shown.take].file).string(), shown.at_seconds,
                      longest_capture_seconds, change);
}

bool is_live(const Presentation& shown) {
  return shown.kind == Presentation::Kind::live || shown.kind == Presentation::Kind::live_seen_by_camera_model;
}

// Two movements in an order that the seed says; of a live take, of those that it has.
std::vector<biometric::HeadMotion> movements_for(const Presentation& shown, const PosedTakes& posed) {
  std::vector<biometric::HeadMotion> motions = {biometric::HeadMotion::turn_left, biometric::HeadMotion::turn_right,
                                                biometric::HeadMotion::nod};
  if (is_live(shown))
    std::erase_if(motions, [&](biometric::HeadMotion motion) { return !posed.at(shown.take)->movements.contains(motion); });
  std::minstd_rand random(shown.seed + 1);
  random.discard(3);
  std::shuffle(motions.begin(), motions.end(), random);
  motions.resize(movements_asked);
  return motions;
}

const Presented take_ended = {Presented::Outcome::not_answered, "the take ended", {}};

Presented presented(const Captured& captured) {
  if (captured.too_short) return take_ended;
  const CaptureResult& result = captured.result;
  switch (result.outcome) {
    case CaptureResult::Outcome::held: return {Presented::Outcome::held, {}, result.in_view};
    case CaptureResult::Outcome::attack_suspected:
      return {Presented::Outcome::refused, result.attack_check, result.in_view};
    case CaptureResult::Outcome::no_subject:
    case CaptureResult::Outcome::poor_quality: break;
  }
  return {Presented::Outcome::not_answered, std::string(to_string(result.hint)), {}};
}

PosedTakes posed_videos(Pipeline& pipeline, const Takes& takes) {
  PosedTakes all;
  for (std::uint32_t take = 0; take < takes.takes.size(); ++take)
    if (takes.takes[take].is_video)
      all[take] = std::make_shared<const biometric::PosedTake>(
          biometric::by_pose(pipeline, (takes.folder / takes.takes[take].file).string()));
  return all;
}

// Who is refused for not doing what was asked says nothing about those who do it.
std::vector<std::string> leave_out_who_cannot_follow(std::vector<Presentation>& shown, const Takes& takes, const PosedTakes& posed) {
  std::vector<std::string> names;
  for (const auto& [take, by_pose] : posed) {
    if (by_pose->movements.size() >= movements_asked) continue;
    names.push_back(takes.takes[take].file);
    std::erase_if(shown, [&, left = take](const Presentation& one) { return is_live(one) && one.take == left; });
  }
  return names;
}

}  // namespace

PresentationReport present_everything(const biometric::ModelSet& models, const Takes& takes,
                                      const std::optional<Takes>& recorded_attacks, unsigned each,
                                      const PresentingOptions& options, const Progress& progress) {
  std::vector<std::string> of_pictures, of_videos;
  for (const std::string_view word : biometric::species_words)
    (biometric::shows_video(*biometric::species_of(word)) ? of_videos : of_pictures).emplace_back(word);
  std::vector<Presentation> shown = options.recorded_only ? live_presentations(takes, each, false)
                                                          : presentations_of(takes, each, of_pictures, of_videos);
  WorkerPipelines pipelines(models, workers_for(options.jobs));
  const bool turning = options.request.head_motion != biometric::HeadMotion::none;
  PosedTakes posed;
  if (turning) posed = posed_videos(pipelines.of(0), takes);
  std::vector<std::string> left_out = leave_out_who_cannot_follow(shown, takes, posed);
  std::vector<const Takes*> of(shown.size(), &takes);
  if (recorded_attacks) {
    const auto recorded = presentations_of(*recorded_attacks, each);
    shown.insert(shown.end(), recorded.begin(), recorded.end());
    of.resize(shown.size(), &*recorded_attacks);
  }
  std::vector<Presented> results(shown.size());
  std::mutex telling;
  std::uint64_t done = 0;
  in_parallel(pipelines.workers(), shown.size(), [&](unsigned worker, std::size_t i) {
    Pipeline& pipeline = pipelines.of(worker);
    const auto source = open(pipeline, *of[i], shown[i], posed, options.lamp);
    if (source) {
      const CapturingOptions capturing{
          options.request, turning ? movements_for(shown[i], posed) : std::vector<biometric::HeadMotion>{},
          options.lamp && source->lamp() ? std::optional(shown[i].seed) : std::nullopt,
          options.site ? site_of(pipeline, *of[i], shown[i], *source, options) : KnownSite{}};
      results[i] = presented(capture(pipeline, *source, capturing));
    } else {
      results[i] = take_ended;
    }
    const std::lock_guard guard(telling);
    if (progress) progress(++done, shown.size());
  });
  PresentationReport report = presentation_report(of, shown, results);
  report.head_motion = turning;
  report.cannot_follow = std::move(left_out);
  report.natural_motion = options.request.natural_motion;
  report.lamp = options.lamp;
  report.site = options.site;
  return report;
}

}  // namespace sesame::evaluation
