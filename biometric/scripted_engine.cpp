#include "biometric/scripted_engine.hpp"

#include <algorithm>

#include "spi/service/task_scope.hpp"

namespace sesame::biometric {
namespace {

CustomerFacts facts_of(const EnrolRequest& request) {
  return {request.customer_id, request.issuer, request.token_pan, request.attributes,
          request.consent.gaze_start};
}

spi::Task<bool> wait_for(spi::Signal& signal) {
  co_await signal.wait();
  co_return true;
}

}  // namespace

class ScriptedEngine::Context final : public CaptureContext {
 public:
  explicit Context(ScriptedEngine& engine) : engine_(engine) {}

  spi::Task<CaptureResult> capture(CaptureRequest request,
                                   std::function<void(CaptureProgress)> progress) override {
    ++engine_.counts_.captures;
    probe_.reset();
    if (request.give_up_after.count() == 0) co_return co_await look(request, std::move(progress));
    const spi::Duration limit = request.give_up_after;
    std::optional<CaptureResult> result = co_await spi::within(limit, look(request, std::move(progress)));
    if (result) co_return *result;
    CaptureResult none;
    const std::optional<ScriptedFace>& face = engine_.face_;
    none.outcome = face ? CaptureResult::Outcome::poor_quality : CaptureResult::Outcome::no_subject;
    none.hint = face ? face->hint : QualityHint::no_face;
    co_return none;
  }

  spi::Task<Recognition> verify(VerifyRequest request) override {
    ++engine_.counts_.verifications;
    co_await engine_.answering(engine_.decision_time);
    const std::string person = held();
    Enrolled* enrolled = engine_.find(request.claim);
    Recognition result;
    const spi::Context here = co_await spi::this_context();
    if (enrolled != nullptr && enrolled->person == person &&
        (enrolled->status == CustomerStatus::active || request.own_data)) {
      result.customer = facts_of(enrolled->request);
      const auto now = std::chrono::floor<std::chrono::seconds>(here.executor->wall_now());
      if (!request.own_data) enrolled->last_used = day_of(now);
    }
    engine_.apply_back_off(request.claim, request.terminal, here.executor->wall_now(), result);
    co_return result;
  }

  spi::Task<Recognition> identify(IdentifyRequest request) override {
    ++engine_.counts_.identifications;
    co_await engine_.answering(engine_.decision_time);
    const std::string person = held();
    Recognition result;
    for (const Enrolled& enrolled : engine_.enrolled_)
      if (enrolled.person == person && enrolled.status == CustomerStatus::active)
        result.customer = facts_of(enrolled.request);
    const spi::Context here = co_await spi::this_context();
    engine_.apply_back_off({}, request.terminal, here.executor->wall_now(), result);
    co_return result;
  }

  spi::Task<void> enrol(EnrolRequest request) override {
    co_await engine_.answering(engine_.decision_time);
    engine_.enrol_person(request, held());
  }

  spi::Task<void> import_references(std::vector<Reference> references) override {
    co_await engine_.answering(engine_.decision_time);
    for (const Reference& reference : references)
      if (reference.data.empty())
        throw EngineRefusal(EngineRefusal::Reason::invalid_data, "an empty reference");
    references_ = std::move(references);
  }

  // A reference's bytes spell the person.
  spi::Task<std::vector<double>> compare_references() override {
    co_await engine_.answering(engine_.decision_time);
    const std::string person = held();
    if (references_.empty())
      throw EngineRefusal(EngineRefusal::Reason::no_references, "nothing was imported");
    std::vector<double> rates;
    for (const Reference& reference : references_)
      rates.push_back(std::string(reference.data.begin(), reference.data.end()) == person ? 1e-6 : 1.0);
    co_return rates;
  }

  spi::Task<Bytes> export_probe(ReferenceFormat) override {
    co_await engine_.answering(engine_.decision_time);
    if (!engine_.engine_info.gives_templates_away)
      throw EngineRefusal(EngineRefusal::Reason::not_permitted, "giving templates away is not configured");
    const std::string person = held();
    co_return Bytes(person.begin(), person.end());
  }

  void discard_probe() override { probe_.reset(); }
  void discard_references() override { references_.clear(); }

 private:
  std::string held() const {
    if (!probe_) throw EngineRefusal(EngineRefusal::Reason::no_probe, "no probe is held");
    return *probe_;
  }

  spi::Task<CaptureResult> look(CaptureRequest request, std::function<void(CaptureProgress)> progress) {
    co_await engine_.answering({});
    const auto tell = [&progress](CaptureProgress news) {
      if (progress) progress(news);
    };
    tell({CaptureProgress::Kind::ready, QualityHint::no_face, HeadMotion::none});
    while (true) {
      while (!engine_.face_) co_await engine_.changed_.wait();
      const ScriptedFace face = *engine_.face_;
      tell({CaptureProgress::Kind::subject_detected, face.hint, HeadMotion::none});
      if (request.head_motion != HeadMotion::none)
        tell({CaptureProgress::Kind::head_motion, QualityHint::none, request.head_motion});
      if (face.hint != QualityHint::none) tell({CaptureProgress::Kind::hint, face.hint, HeadMotion::none});
      const bool changed =
          (co_await spi::within(engine_.capture_time, wait_for(engine_.changed_))).has_value();
      if (changed) {
        if (!engine_.face_)
          tell({CaptureProgress::Kind::subject_lost, QualityHint::no_face, HeadMotion::none});
        continue;
      }
      if (face.hint != QualityHint::none) {
        co_await engine_.changed_.wait();
        continue;
      }
      co_await engine_.answering({});
      CaptureResult result;
      result.in_view = std::chrono::duration_cast<std::chrono::microseconds>(engine_.capture_time);
      result.outcome = face.live || !request.liveness ? CaptureResult::Outcome::held
                                                      : CaptureResult::Outcome::attack_suspected;
      if (result.outcome == CaptureResult::Outcome::held)
        probe_ = face.person;
      else
        result.attack_check = "pad";
      co_return result;
    }
  }

  ScriptedEngine& engine_;
  std::optional<std::string> probe_;
  std::vector<Reference> references_;
};

ScriptedEngine::ScriptedEngine() {
  engine_info.loosest_false_match_rate = 1e-2;
  engine_info.strictest_false_match_rate = 1e-6;
  engine_info.camera = "script";
}

void ScriptedEngine::show(ScriptedFace face) {
  face_ = std::move(face);
  changed_.notify_all();
}
void ScriptedEngine::nobody() {
  face_.reset();
  changed_.notify_all();
}
void ScriptedEngine::set_stuck(bool stuck) {
  stuck_ = stuck;
  changed_.notify_all();
}
void ScriptedEngine::set_dead(bool dead) {
  dead_ = dead;
  changed_.notify_all();
}

void ScriptedEngine::enrol_person(const EnrolRequest& request, const std::string& person) {
  if (request.consent.reference.empty())
    throw EngineRefusal(EngineRefusal::Reason::not_enrolled, "an enrolment needs a consent record");
  const std::string lacks =
      guardian_lacks(rules, request.consent.age, request.consent.given_by, request.consent.guardian);
  if (!lacks.empty()) throw EngineRefusal(EngineRefusal::Reason::not_enrolled, lacks);
  for (const Claim& claim : request.claims)
    if (find(claim) != nullptr)
      throw EngineRefusal(EngineRefusal::Reason::not_enrolled,
                          "another customer has this claim (" + claim.kind + ")");
  for (const Enrolled& enrolled : enrolled_)
    if (!request.token_pan.empty() && enrolled.request.token_pan == request.token_pan)
      throw EngineRefusal(EngineRefusal::Reason::token_taken, "another customer has this token");
  enrolled_.push_back({request, person});
}

// As the engine with a gallery does it: an attempt that has to wait is not decided.
void ScriptedEngine::apply_back_off(const Claim& claim, const std::string& terminal, spi::WallTime time,
                                    Recognition& result) {
  if (terminal.empty()) return;
  const auto now = std::chrono::floor<std::chrono::seconds>(time);
  result.retry_after = back_off_.until(claim, terminal, now) - now;
  if (result.retry_after.count() > 0) {
    result.customer.reset();
    return;
  }
  if (result.customer)
    back_off_.count_success(claim, terminal);
  else
    back_off_.count_failure(claim, terminal, now);
}

ScriptedEngine::Enrolled* ScriptedEngine::find(const Claim& claim) {
  for (Enrolled& enrolled : enrolled_)
    for (const Claim& own : enrolled.request.claims)
      if (own.kind == claim.kind && own.value == claim.value) return &enrolled;
  return nullptr;
}

ScriptedEngine::Enrolled* ScriptedEngine::find_customer(const std::string& customer_id) {
  for (Enrolled& enrolled : enrolled_)
    if (enrolled.request.customer_id == customer_id) return &enrolled;
  return nullptr;
}

spi::Task<void> ScriptedEngine::answering(spi::Duration work) {
  if (work.count() > 0) co_await spi::sleep_for(work);
  while (stuck_ && !dead_) co_await changed_.wait();
  if (dead_) throw spi::Fault("the face process is not running");
}

spi::Task<EngineInfo> ScriptedEngine::info() {
  co_await answering({});
  EngineInfo info = engine_info;
  info.gallery_size = enrolled_.size();
  co_return info;
}

spi::Task<Presence> ScriptedEngine::wait_presence(PresenceRequest request) {
  ++counts_.presence_waits;
  co_await answering({});
  while (true) {
    while (face_.has_value() != request.wanted) co_await changed_.wait();
    const bool changed = (co_await spi::within(request.steady, wait_for(changed_))).has_value();
    if (changed) continue;
    co_await answering({});
    co_return Presence{face_.has_value(), face_ ? std::size_t{1} : std::size_t{0}};
  }
}

std::unique_ptr<CaptureContext> ScriptedEngine::open_context() { return std::make_unique<Context>(*this); }

spi::Task<EnrolledCustomer> ScriptedEngine::enrol_take(EnrolRequest request, std::string path,
                                                       std::function<void(TakeProgress)> progress) {
  constexpr std::uint32_t looks = 8;
  for (std::uint32_t look = 1; look <= looks; ++look) {
    co_await answering(decision_time / looks);
    if (progress) progress({look, look, looks});
  }
  enrol_person(request, path);
  co_return EnrolledCustomer{request.token_pan, looks};
}

spi::Task<ForgottenCustomer> ScriptedEngine::forget(std::string customer_id, std::string reason,
                                                    std::string by) {
  co_await answering(decision_time);
  ForgottenCustomer gone;
  gone.known = std::erase_if(enrolled_, [&](const Enrolled& e) {
                 return e.request.customer_id == customer_id;
               }) > 0;
  if (gone.known) gone.receipts.push_back({++receipts_, {}, {}, std::move(reason), std::move(by), {}, {}});
  co_return gone;
}

spi::Task<bool> ScriptedEngine::set_status(std::string customer_id, CustomerStatus status) {
  co_await answering(decision_time);
  Enrolled* const enrolled = find_customer(customer_id);
  if (enrolled != nullptr) enrolled->status = status;
  co_return enrolled != nullptr;
}

spi::Task<std::optional<HeldFace>> ScriptedEngine::held(std::string customer_id) {
  co_await answering(decision_time);
  const Enrolled* const enrolled = find_customer(customer_id);
  if (enrolled == nullptr) co_return std::nullopt;
  const Consent& consent = enrolled->request.consent;
  HeldFace face;
  face.status = enrolled->status;
  face.enrolled = consent.given_at.substr(0, 10);
  face.last_used = enrolled->last_used;
  face.purpose = consent.purpose;
  face.text_version = consent.text_version;
  co_return face;
}

spi::Task<std::vector<IdentityLine>> ScriptedEngine::identities(std::string after, std::size_t maximum) {
  co_await answering(decision_time);
  std::vector<IdentityLine> lines;
  for (const Enrolled& enrolled : enrolled_) {
    const EnrolRequest& request = enrolled.request;
    if (request.customer_id <= after) continue;
    IdentityLine line{request.customer_id, request.issuer, enrolled.status, request.consent.given_at, {}, 1};
    for (const Claim& claim : request.claims) line.claim_kinds.push_back(claim.kind);
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines, {}, &IdentityLine::customer_id);
  if (lines.size() > maximum) lines.resize(maximum);
  co_return lines;
}

spi::Task<Bytes> ScriptedEngine::take_picture(std::string) {
  ++counts_.pictures;
  co_await answering(decision_time);
  co_return Bytes{0xff, 0xd8, 0xff, 0xd9};
}

}  // namespace sesame::biometric
