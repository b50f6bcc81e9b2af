#include "biometric/local_engine.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <utility>

#include "biometric/pipeline/fusion.hpp"
#include "biometric/reference.hpp"
#include "biometric/take.hpp"
#include "camera/caption.hpp"
#include "camera/picture.hpp"

namespace sesame::biometric {
namespace {

using Reason = EngineRefusal::Reason;

constexpr std::array<std::string_view, stage_count> stage_words = {
    "detect", "landmarks", "quality", "liveness", "surroundings", "embed"};
constexpr camera::FrameTime presence_period = std::chrono::milliseconds(190);
constexpr auto tamper_period = std::chrono::seconds(1);
constexpr auto longest_challenge = std::chrono::seconds(3);

camera::FrameTime time_of(spi::TimePoint at) { return at.time_since_epoch(); }

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

[[noreturn]] void refuse(Reason reason, const std::string& text) { throw EngineRefusal(reason, text); }

std::chrono::microseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
}

}  // namespace

class LocalEngine::Watching {
 public:
  explicit Watching(LocalEngine& engine, bool challenge = false) : engine_(engine), challenge_(challenge) {
    ++engine_.watching_;
    if (challenge_) engine_.camera_.begin_challenge();
    engine_.watching_changed_.notify_all();
  }
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;
  ~Watching() {
    --engine_.watching_;
    if (challenge_) engine_.camera_.end_challenge();
  }

 private:
  LocalEngine& engine_;
  bool challenge_;
};

class LocalEngine::Context final : public CaptureContext {
 public:
  explicit Context(LocalEngine& engine) : engine_(engine) {}
  ~Context() override {
    Context::discard_probe();
    Context::discard_references();
  }

  spi::Task<CaptureResult> capture(CaptureRequest request,
                                   std::function<void(CaptureProgress)> progress) override {
    discard_probe();
    const Watching watching(engine_, request.liveness);
    Capture capture(request, engine_.options_.rules, chosen_motions(request.head_motion));
    const spi::TimePoint begin = engine_.executor_.now();
    const std::uint64_t refused_before = engine_.camera_.refused();
    while (capture.state() == Capture::State::searching || capture.state() == Capture::State::collecting) {
      tell(capture, progress);
      if (request.give_up_after.count() == 0) {
        feed(capture, co_await engine_.next_frame(), request);
      } else {
        const spi::Duration left = begin + request.give_up_after - engine_.executor_.now();
        const auto frame = co_await spi::within(left, engine_.next_frame());
        if (frame)
          feed(capture, *frame, request);
        else
          capture.give_up();
      }
      if (engine_.camera_.refused() != refused_before)
        co_return suspected(capture, to_string(engine_.camera_.last_refusal()));
    }
    tell(capture, progress);
    CaptureResult result = capture.result();
    if (capture.state() == Capture::State::held && request.liveness && engine_.camera_.challenges()) {
      const spi::TimePoint held = engine_.executor_.now();
      const bool follows = co_await engine_.follows_challenge(time_of(begin));
      if (!follows) co_return suspected(capture, to_string(engine_.camera_.last_refusal()));
      result.in_view += std::chrono::duration_cast<std::chrono::microseconds>(engine_.executor_.now() - held);
    }
    // Somebody else came in between: whose face it would be cannot be said.
    if (capture.state() == Capture::State::held && !keep(capture.probes()))
      result.outcome = CaptureResult::Outcome::poor_quality;
    co_return result;
  }

  // The same steps for an unknown claim as for a wrong face: a template is compared, a threshold looked up.
  spi::Task<Recognition> verify(VerifyRequest request) override {
    const auto begin = std::chrono::steady_clock::now();
    const double threshold = threshold_for(request.false_match_rate);
    need_probe();
    const auto wait = back_off(request.claim, request.terminal);
    std::optional<EnrolmentRecord> record =
        engine_.gallery_.find(request.claim, request.own_data ? Among::everybody : Among::active);
    const Template& reference = record ? record->reference : engine_.decoy_;
    const bool match = cosine(probe_, reference) >= threshold && record.has_value() && of_this_model(*record);
    Recognition result;
    if (match && wait.count() == 0) result.customer = facts_of(*record);
    if (record) wipe(record->reference);
    if (!request.own_data) note_use(result);
    count(request.claim, request.terminal, wait, result);
    result.took = since(begin);
    co_return result;
  }

  spi::Task<Recognition> identify(IdentifyRequest request) override {
    const auto begin = std::chrono::steady_clock::now();
    double threshold = 1;
    try {
      threshold = engine_.pipeline_.calibration().threshold_for_search(
          request.false_positive_identification_rate, engine_.gallery_.size());
    } catch (const CalibrationRefusal& refusal) {
      refuse(Reason::not_calibrated, refusal.what());
    }
    need_probe();
    const auto wait = back_off({}, request.terminal);
    const std::vector<GalleryHit> hits = engine_.gallery_.search(probe_, 1);
    Recognition result;
    if (!hits.empty() && hits.front().cosine >= threshold && wait.count() == 0)
      result.customer = engine_.facts(hits.front().customer_id);
    note_use(result);
    count({}, request.terminal, wait, result);
    result.took = since(begin);
    co_return result;
  }

  spi::Task<void> enrol(EnrolRequest request) override {
    need_probe();
    engine_.enrol_template(request, probe_, engine_.options_.rules.probe_frames);
    co_return;
  }

  spi::Task<void> import_references(std::vector<Reference> references) override {
    if (references.empty()) refuse(Reason::invalid_data, "there is nothing to import");
    if (references.size() > engine_.options_.most_references)
      refuse(Reason::capacity_exceeded, "more references than the " +
                                            std::to_string(engine_.options_.most_references) +
                                            " there is room for");
    std::vector<Template> imported;
    for (const Reference& reference : references) imported.push_back(template_of(reference));
    discard_references();
    references_ = std::move(imported);
    co_return;
  }

  spi::Task<std::vector<double>> compare_references() override {
    if (references_.empty()) refuse(Reason::no_references, "nothing was imported");
    need_probe();
    std::vector<double> rates;
    for (const Template& reference : references_)
      rates.push_back(engine_.pipeline_.calibration().strictest_match(cosine(probe_, reference)));
    co_return rates;
  }

  spi::Task<Bytes> export_probe(ReferenceFormat format) override {
    const bool is_template = format == ReferenceFormat::own_template;
    if (is_template ? !engine_.options_.give_templates_away : !engine_.options_.give_pictures_away)
      refuse(Reason::not_permitted, is_template ? "giving templates away is not configured"
                                                : "giving pictures away is not configured");
    need_probe();
    if (is_template) co_return bytes_of_template(probe_, engine_.pipeline_.embedding_id());
    const Bytes jpeg = camera::encode_jpeg(*picture_);
    if (format == ReferenceFormat::jpeg) co_return jpeg;
    co_return face_record_of_picture(jpeg, picture_->width, picture_->height);
  }

  void discard_probe() override {
    wipe(probe_);
    picture_.reset();
  }
  void discard_references() override {
    for (Template& reference : references_) wipe(reference);
    references_.clear();
  }

 private:
  // Of `any` several, in an order that nobody knows before.
  std::vector<HeadMotion> chosen_motions(HeadMotion asked) {
    if (asked == HeadMotion::none) return {};
    if (asked != HeadMotion::any) return {asked};
    std::vector<HeadMotion> motions = {HeadMotion::turn_left, HeadMotion::turn_right, HeadMotion::nod};
    std::shuffle(motions.begin(), motions.end(), engine_.random_);
    motions.resize(engine_.options_.movements);
    return motions;
  }
  void feed(Capture& capture, const camera::FramePtr& frame, const CaptureRequest& request) {
    if (!frame) return;
    capture.feed(engine_.pipeline_.observe(frame, request.liveness ? Depth::liveness : Depth::quality));
  }
  static CaptureResult suspected(const Capture& capture, std::string_view check) {
    CaptureResult result = capture.result();
    result.outcome = CaptureResult::Outcome::attack_suspected;
    result.attack_check = check;
    return result;
  }
  void tell(Capture& capture, const std::function<void(CaptureProgress)>& progress) {
    for (const CaptureProgress& news : capture.take_progress()) {
      if (news.kind == CaptureProgress::Kind::head_motion && engine_.options_.on_head_motion)
        engine_.options_.on_head_motion(news.head_motion);
      if (progress) progress(news);
    }
  }
  // A frame that is unlike the others is no part of the probe; false when no face is on most frames, or
  // another one than at first.
  bool keep(const std::vector<Observation>& probes) {
    std::vector<Template> looks;
    for (const Observation& probe : probes) looks.push_back(engine_.pipeline_.embed(probe));
    OneFace one = fuse_one_face(looks, engine_.pipeline_.calibration());
    for (Template& look : looks) wipe(look);
    if (one.face.empty() || one.looks.back() != Belonging::same_face) return false;
    probe_ = std::move(one.face);
    const auto first = std::find(one.looks.begin(), one.looks.end(), Belonging::same_face) - one.looks.begin();
    if (engine_.options_.give_pictures_away) picture_ = probes[static_cast<std::size_t>(first)].frame;
    return true;
  }
  void need_probe() const {
    // A probe from before a tamper event is no better than one from after it.
    if (engine_.camera_.is_tampered()) throw spi::Fault(engine_.camera_.fault());
    if (probe_.empty())
      refuse(Reason::no_probe, "no probe is held: nothing was captured, or it was discarded");
  }
  std::chrono::seconds back_off(const Claim& claim, const std::string& terminal) const {
    return terminal.empty() ? std::chrono::seconds(0) : engine_.gallery_.back_off(claim, terminal);
  }
  // An attempt that was not decided counts neither way.
  void count(const Claim& claim, const std::string& terminal, std::chrono::seconds wait,
             Recognition& result) const {
    result.retry_after = wait;
    if (terminal.empty() || wait.count() > 0) return;
    if (result.customer)
      engine_.gallery_.count_success(claim, terminal);
    else
      engine_.gallery_.count_failure(claim, terminal);
  }
  void note_use(const Recognition& result) const {
    if (result.customer) engine_.gallery_.note_use(result.customer->customer_id);
  }
  double threshold_for(double rate) const {
    try {
      return engine_.pipeline_.calibration().threshold_for(rate);
    } catch (const CalibrationRefusal& refusal) {
      refuse(Reason::not_calibrated, refusal.what());
    }
  }
  bool of_this_model(const EnrolmentRecord& record) const {
    return record.model == engine_.pipeline_.embedding_id();
  }
  static CustomerFacts facts_of(const EnrolmentRecord& record) {
    return {record.customer_id, record.issuer, record.token_pan, record.attributes,
            record.consent.gaze_start};
  }
  Template template_of(const Reference& reference) {
    if (reference.format == ReferenceFormat::own_template) 
      return template_of_bytes(reference.data, engine_.pipeline_.embedding_id());
    const auto picture = reference.format == ReferenceFormat::jpeg
                             ? std::span<const std::uint8_t>(reference.data)
                             : picture_of_face_record(reference.data);
    try {
      const auto frame = std::make_shared<const camera::Frame>(camera::decode_jpeg(picture));
      const Observation& seen = engine_.pipeline_.observe(frame, Depth::quality);
      if (seen.hint != QualityHint::none)
        refuse(Reason::invalid_data,
               "a reference picture shows no usable face (" + std::string(to_string(seen.hint)) + ")");
      return engine_.pipeline_.embed(seen);
    } catch (const camera::PictureError& error) {
      refuse(Reason::invalid_data, error.what());
    }
  }

  LocalEngine& engine_;
  Template probe_;
  camera::FramePtr picture_;
  std::vector<Template> references_;
};

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
  pipeline_.forget_surroundings();  // of whoever used it before
  tasks_.spawn(pump());
  if (options_.camera.pin) tasks_.spawn(watch_camera());
}
LocalEngine::~LocalEngine() = default;

void LocalEngine::change_source(std::unique_ptr<camera::FrameSource> source) {
  camera_.replace(std::move(source));
  forget_frames();
}

// What is seen from now on has nothing to do with what was seen before.
void LocalEngine::forget_frames() {
  pipeline_.forget_surroundings();
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
  Verdict verdict = camera_.verdict(begin, time_of(executor_.now()));
  while (verdict == Verdict::undecided && executor_.now() < deadline && camera_.refused() == refused_before) {
    co_await spi::within(deadline - executor_.now(), next_frame());
    verdict = camera_.verdict(begin, time_of(executor_.now()));
  }
  const bool refused = camera_.refused() != refused_before;
  if (verdict != Verdict::answered && !refused) camera_.refuse_unanswered(time_of(executor_.now()));
  co_return verdict == Verdict::answered && !refused;
}

spi::Task<camera::CameraStatus> LocalEngine::camera_status() { co_return camera_.status(); }
spi::Task<bool> LocalEngine::clear_tamper(std::string by) {
  const bool cleared = camera_.clear_tamper(by);
  if (cleared) forget_frames();
  co_return cleared;
}

spi::Task<EngineInfo> LocalEngine::info() {
  EngineInfo info;
  info.models = models_;
  info.loosest_false_match_rate = pipeline_.calibration().loosest_rate();
  info.strictest_false_match_rate = pipeline_.calibration().strictest_rate();
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

std::unique_ptr<CaptureContext> LocalEngine::open_context() { return std::make_unique<Context>(*this); }

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
