// One user's captures on the engine's frames, and what is done with the probe that they leave.
#include <algorithm>
#include <utility>

#include "biometric/local_engine_parts.hpp"
#include "biometric/pipeline/fusion.hpp"
#include "biometric/reference.hpp"
#include "camera/picture.hpp"

namespace sesame::biometric {
namespace {

std::chrono::microseconds since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
}

// The embeddings of a capture's probes, each made as soon as its frame is chosen.
class Looks {
 public:
  explicit Looks(Pipeline& pipeline) : pipeline_(pipeline) {}
  Looks(const Looks&) = delete;
  Looks& operator=(const Looks&) = delete;
  ~Looks() { forget(); }

  const std::vector<Template>& of(const std::vector<Observation>& probes) {
    if (probes.size() < looks_.size()) forget();  // of a subject that was lost
    while (looks_.size() < probes.size()) looks_.push_back(pipeline_.embed(probes[looks_.size()]));
    return looks_;
  }

 private:
  void forget() {
    for (Template& look : looks_) wipe(look);
    looks_.clear();
  }

  Pipeline& pipeline_;
  std::vector<Template> looks_;
};

}  // namespace

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
    Looks looks(engine_.pipeline_);
    const Watching watching(engine_, request.liveness);
    std::optional<LampAsked> lamp;
    Capture capture(request, engine_.rules(), chosen_motions(request.head_motion));
    const spi::TimePoint begin = engine_.executor_.now();
    const std::uint64_t refused_before = engine_.camera_.refused();
    while (capture.state() == Capture::State::searching || capture.state() == Capture::State::collecting) {
      tell(capture, progress);
      looks.of(capture.probes());
      ask_lamp(lamp, request.liveness && capture.looks_at_somebody());
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
    if (capture.state() == Capture::State::held && !keep(looks.of(capture.probes()), capture.probes()))
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
      threshold = engine_.calibration().threshold_for_search(
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
    engine_.enrol_template(request, probe_, captures_);
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
      rates.push_back(engine_.calibration().strictest_match(cosine(probe_, reference)));
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
    engine_.pipeline_.expect_lamp(engine_.camera_.lamp().has_value());
    const Observation& seen =
        engine_.pipeline_.observe(frame, request.liveness ? Depth::liveness : Depth::quality);
    capture.feed(seen, engine_.camera_.lamp_steps());
  }
  // A lamp that blinks before nobody would only be noticed.
  void ask_lamp(std::optional<LampAsked>& lamp, bool wanted) {
    if (!wanted)
      lamp.reset();
    else if (!lamp)
      lamp.emplace(engine_);
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
  // A frame that is unlike the others is no part of the probe; false when no face is on most frames, or the last is of
  // somebody else than the first.
  bool keep(const std::vector<Template>& looks, const std::vector<Observation>& probes) {
    OneFace one = fuse_one_face(looks, engine_.pipeline_.calibration());
    if (!begins_and_ends_with_it(one)) return false;
    probe_ = std::move(one.face);
    captures_ = one.agreeing;
    if (engine_.options_.give_pictures_away) picture_ = probes.back().frame;
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
      return engine_.calibration().threshold_for(rate);
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
  std::size_t captures_ = 0;  // frames that made it
  camera::FramePtr picture_;
  std::vector<Template> references_;
};

std::unique_ptr<CaptureContext> LocalEngine::open_context() { return std::make_unique<Context>(*this); }

}  // namespace sesame::biometric
