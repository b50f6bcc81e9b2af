#include "biometric/local_engine_parts.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <utility>

#include "biometric/pipeline/fusion.hpp"
#include "biometric/take.hpp"
#include "camera/caption.hpp"
#include "camera/picture.hpp"

namespace sesame::biometric {
namespace {

constexpr std::array<std::string_view, stage_count> stage_words = {
    "detect", "landmarks", "quality", "liveness", "inner_motion", "surroundings", "site", "embed"};
constexpr camera::FrameTime presence_period = std::chrono::milliseconds(190);
constexpr auto tamper_period = std::chrono::seconds(1);
constexpr auto longest_challenge = std::chrono::seconds(3);
constexpr PresenceRequest nobody{.wanted = false, .gaze = false, .steady = std::chrono::milliseconds(600)};
constexpr auto longest_site_look = std::chrono::seconds(3);

Template random_direction(std::uint32_t seed) {
  std::minstd_rand random(seed);
  std::normal_distribution<float> normal;
  Template values(template_length);
  for (float& value : values) value = normal(random);
  return of_unit_length(std::move(values));
}

double resident_megabytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

}  // namespace

LocalEngine::LocalEngine(spi::Executor& executor, Pipeline& pipeline, Gallery& gallery,
                         std::unique_ptr<camera::FrameSource> source, std::vector<ModelInfo> models,
                         const LocalEngineOptions& options)
    : executor_(executor),
      pipeline_(pipeline),
      gallery_(gallery),
      camera_(std::move(source), options.camera),
      models_(std::move(models)),
      options_(options),
      decoy_(random_direction(options.seed)),
      random_(options.seed),
      tasks_(executor) {
  options_.rules = rules_for(pipeline, options_.rules);
  pipeline_.forget_past();  // of whoever used it before
  pipeline_.site().forget();
  tasks_.spawn(pump());
  if (options_.camera.pin) tasks_.spawn(watch_camera());
  if (options_.rules.site != CheckRule::off) tasks_.spawn(watch_site());
}
LocalEngine::~LocalEngine() = default;

void LocalEngine::change_source(std::unique_ptr<camera::FrameSource> source) {
  camera_.replace(std::move(source));
  forget_frames();
}

// What is seen from now on has nothing to do with what was seen before.
void LocalEngine::forget_frames() {
  pipeline_.forget_past();
  pipeline_.site().forget();
  latest_.reset();
  frame_arrived_.notify_all();
  watching_changed_.notify_all();
}

spi::Task<void> LocalEngine::pump() {
  while (true) {
    while (watching_ == 0 && !camera_.can_come_back()) co_await watching_changed_.wait();
    pull();
    if (!camera_.fault().empty()) {
      co_await spi::sleep_for(options_.reopen_after);
      continue;
    }
    // A source without a schedule (V4L2, UVC) is asked a few times a frame; it never blocks.
    const std::optional<camera::FrameTime> due = camera_.next_due();
    const auto pause = std::chrono::milliseconds(5);
    const spi::TimePoint when = due ? spi::TimePoint(*due) : executor_.now() + pause;
    const bool late = when <= executor_.now();
    if (late) co_await spi::yield();
    if (!late) co_await spi::sleep_until(when);
  }
}

void LocalEngine::pull() {
  const std::uint64_t refused_before = camera_.refused();
  camera::FramePtr frame = camera_.pull(time_of(executor_.now()));
  if (!frame && camera_.fault().empty() && camera_.refused() == refused_before) return;
  latest_ = std::move(frame);
  frame_arrived_.notify_all();
}

// Whether or not anybody looks into the camera.
spi::Task<void> LocalEngine::watch_camera() {
  while (true) {
    co_await spi::sleep_for(tamper_period);
    if (camera_.look()) forget_frames();
  }
}

// Day and night, while nobody is there: presence detection, and of what is seen small grey pictures in memory.
spi::Task<void> LocalEngine::watch_site() {
  while (true) {
    co_await spi::sleep_for(pipeline_.site().known() ? options_.site_looks : options_.first_site_looks);
    const auto looked = co_await spi::outcome(look_at_site());
    if (looked.canceled()) throw spi::Canceled{};  // a camera that is gone has no site until it is back
  }
}

spi::Task<bool> LocalEngine::look_at_site() {
  const auto gone = co_await spi::within(longest_site_look, wait_presence(nobody));
  if (!gone || !latest_) co_return false;
  const bool empty = pipeline_.observe(latest_, Depth::presence).empty;
  if (empty) pipeline_.site().learn(*latest_);
  co_return empty;
}

spi::Task<camera::FramePtr> LocalEngine::next_frame() {
  if (!camera_.fault().empty()) throw spi::Fault(camera_.fault());
  co_await frame_arrived_.wait();
  if (!camera_.fault().empty()) throw spi::Fault(camera_.fault());
  co_return latest_;
}

spi::Task<bool> LocalEngine::follows_challenge(camera::FrameTime begin) {
  using Verdict = camera::LightChallenge::Verdict;
  const spi::TimePoint deadline = executor_.now() + longest_challenge;
  const std::uint64_t refused_before = camera_.refused();
  const ExposureFirst first(*this);
  Verdict verdict = camera_.verdict(begin, time_of(executor_.now()));
  while (verdict == Verdict::undecided && executor_.now() < deadline && camera_.refused() == refused_before) {
    co_await spi::within(deadline - executor_.now(), next_frame());
    verdict = camera_.verdict(begin, time_of(executor_.now()));
  }
  const bool refused = camera_.refused() != refused_before;
  if (verdict != Verdict::answered && !refused) camera_.refuse_unanswered(time_of(executor_.now()));
  co_return verdict == Verdict::answered && !refused;
}

// With what the camera of the moment can be asked.
CaptureRules LocalEngine::rules() const {
  CaptureRules rules = options_.rules;
  if (const std::optional<camera::Lamp> lamp = camera_.lamp()) {
    const bool required = options_.camera.lamp_challenge == camera::GuardedCameraOptions::Challenge::required;
    rules.lamp = required ? CheckRule::required : CheckRule::where_possible;
    rules.lamp_latency = std::chrono::ceil<std::chrono::milliseconds>(lamp->longest_latency);
  }
  return rules;
}

spi::Task<camera::CameraStatus> LocalEngine::camera_status() {
  camera::CameraStatus status = camera_.status();
  status.site = options_.rules.site == CheckRule::off ? "off"
                : pipeline_.site().known()            ? "known"
                                                      : "not known: it was not seen without anybody for long enough yet";
  co_return status;
}
spi::Task<bool> LocalEngine::clear_tamper(std::string by) {
  const bool cleared = camera_.clear_tamper(by);
  if (cleared) forget_frames();
  co_return cleared;
}

const Calibration& LocalEngine::calibration() const {
  return options_.own_calibration ? options_.own_calibration->in_use() : pipeline_.calibration();
}

spi::Task<EngineInfo> LocalEngine::info() {
  EngineInfo info;
  info.models = models_;
  info.loosest_false_match_rate = calibration().loosest_rate();
  info.strictest_false_match_rate = calibration().strictest_rate();
  info.gallery_size = gallery_.size();
  info.camera = camera_.status().name;
  info.gives_templates_away = options_.give_templates_away;
  info.gives_pictures_away = options_.give_pictures_away;
  for (std::size_t i = 0; i < stage_count; ++i) {
    const StageTime& time = pipeline_.times()[i];
    if (time.runs > 0)
      info.stage_milliseconds[std::string(stage_words[i])] =
          static_cast<double>(time.total.count()) / 1e6 / static_cast<double>(time.runs);
  }
  info.resident_megabytes = resident_megabytes();
  co_return info;
}

spi::Task<Presence> LocalEngine::wait_presence(PresenceRequest request) {
  const Watching watching(*this);
  std::optional<camera::FrameTime> since_when;
  std::optional<camera::FrameTime> looked;
  while (true) {
    const camera::FramePtr frame = co_await next_frame();
    // People come and go slowly; whoever watches all day need not look at every frame.
    if (!frame || (looked && frame->captured_at - *looked < presence_period)) continue;
    looked = frame->captured_at;
    const Observation& seen = pipeline_.observe(frame, request.gaze ? Depth::quality : Depth::presence);
    const bool there = seen.face.has_value() && (!request.gaze || seen.hint == QualityHint::none);
    if (there != request.wanted) {
      since_when.reset();
      continue;
    }
    if (!since_when) since_when = frame->captured_at;
    if (frame->captured_at - *since_when >= request.steady)
      co_return Presence{seen.face.has_value(), seen.faces};
  }
}

EnrolledCustomer LocalEngine::enrol_template(const EnrolRequest& request, Template reference,
                                             std::size_t captures) {
  require_consent(request.customer_id, request.consent);
  EnrolmentRecord record;
  record.customer_id = request.customer_id;
  record.issuer = request.issuer;
  record.claims = request.claims;
  record.consent = request.consent;
  record.token_pan = request.token_pan;
  record.attributes = request.attributes;
  record.model = pipeline_.embedding_id();
  record.captures = static_cast<std::uint32_t>(captures);
  record.reference = std::move(reference);
  try {
    EnrolledCustomer enrolled = gallery_.enrol(record);
    wipe(record.reference);
    return enrolled;
  } catch (const GalleryRefusal& refusal) {
    wipe(record.reference);
    const bool taken = dynamic_cast<const TokenTaken*>(&refusal) != nullptr;
    refuse(taken ? Reason::token_taken : Reason::not_enrolled, refusal.what());
  }
}

spi::Task<EnrolledCustomer> LocalEngine::enrol_take(EnrolRequest request, std::string path,
                                                    std::function<void(TakeProgress)> progress) {
  require_consent(request.customer_id, request.consent);
  Take take(pipeline_, path);
  while (take.look()) {
    if (progress) progress(take.progress());
    co_await spi::yield();  // whoever stands at the machine comes first
  }
  TakenFace taken = take.face();
  EnrolledCustomer enrolled = enrol_template(request, std::move(taken.face), taken.used);
  enrolled.pictures = std::move(taken.pictures);
  co_return enrolled;
}

spi::Task<ForgottenCustomer> LocalEngine::forget(std::string customer_id, std::string reason,
                                                 std::string by) {
  co_return gallery_.forget(customer_id, reason, by);
}
spi::Task<bool> LocalEngine::set_status(std::string customer_id, CustomerStatus status) {
  co_return gallery_.set_status(customer_id, status);
}
spi::Task<std::optional<HeldFace>> LocalEngine::held(std::string customer_id) {
  co_return gallery_.held(customer_id);
}
spi::Task<std::vector<IdentityLine>> LocalEngine::identities(std::string after, std::size_t maximum) {
  co_return gallery_.identities(after, maximum);
}

CustomerFacts LocalEngine::facts(const std::string& customer_id) {
  std::optional<EnrolmentRecord> record = gallery_.find(Claim{"customer", customer_id});
  if (!record) refuse(Reason::failed, "the gallery no longer knows a customer that its search found");
  wipe(record->reference);
  return {record->customer_id, record->issuer, record->token_pan, record->attributes,
          record->consent.gaze_start};
}

spi::Task<Bytes> LocalEngine::take_picture(std::string caption) {
  const Watching watching(*this);
  const auto frame = co_await spi::within(std::chrono::seconds(2), next_frame());
  if (!frame || !*frame) refuse(Reason::no_picture, "the camera gives no frame");
  camera::Frame picture = **frame;
  camera::draw_caption(picture, caption);
  co_return camera::encode_jpeg(picture);
}

}  // namespace sesame::biometric
