#include "cardless/session/session.hpp"

#include <algorithm>

#include "biometric/template/secret.hpp"
#include "cardless/session/my_face.hpp"

namespace sesame::cardless {
using namespace spi;
using namespace std::chrono_literals;
using biometric::CaptureProgress;
using biometric::CaptureResult;
using biometric::HeadMotion;
using biometric::QualityHint;

namespace {

std::string_view claim_word(const Profile& profile) {
  if (profile.claims.empty()) return "showCode";
  if (profile.qr_claim) return "enterOrShowCode";
  if (profile.claims.size() > 1) return "enterPhoneOrId";
  const std::string& kind = profile.claims.front().kind;
  if (kind == "phone") return "enterPhone";
  if (kind == "id") return "enterId";
  return kind == "customer" ? "enterCustomer" : "enterPasscode";
}

const ClaimKind* kind_of(const Profile& profile, std::size_t digits) {
  for (const auto& claim : profile.claims)
    if (digits >= claim.fewest && digits <= claim.most) return &claim;
  return nullptr;
}

std::size_t longest_claim(const Profile& profile) {
  std::size_t longest = 0;
  for (const auto& claim : profile.claims) longest = std::max(longest, claim.most);
  return longest;
}

}  // namespace

std::string_view word_of(QualityHint hint) {
  switch (hint) {
    case QualityHint::several_faces:
      return "oneAtATime";
    case QualityHint::come_closer:
      return "comeCloser";
    case QualityHint::step_back:
      return "stepBack";
    case QualityHint::move_to_centre:
      return "moveToCentre";
    case QualityHint::look_straight:
      return "lookStraight";
    case QualityHint::open_eyes:
      return "openEyes";
    case QualityHint::uncover_eyes:
      return "uncoverEyes";
    case QualityHint::more_light:
      return "moreLight";
    case QualityHint::less_light:
      return "lessLight";
    case QualityHint::even_light:
      return "evenLight";
    case QualityHint::hold_still:
      return "holdStill";
    case QualityHint::blink:
      return "blink";
    case QualityHint::move_a_little:
      return "moveALittle";
    case QualityHint::none:
    case QualityHint::no_face:
      break;
  }
  return "lookAtCamera";
}

void show_progress(Prompter& prompter, const CaptureProgress& progress) {
  if (progress.kind == CaptureProgress::Kind::head_motion)
    return prompter.say(progress.head_motion == HeadMotion::turn_left    ? "turnLeft"
                        : progress.head_motion == HeadMotion::turn_right ? "turnRight"
                                                                         : "nod");
  prompter.say(word_of(progress.kind == CaptureProgress::Kind::hint ? progress.hint : QualityHint::none));
}

Session::Session(SessionParts parts, const Profile& profile, bool by_gaze, std::string code)
    : parts_(std::move(parts)), profile_(profile), by_gaze_(by_gaze), code_(std::move(code)) {}

Session::~Session() {
  biometric::cleanse(code_);
  biometric::cleanse(claim_.value);
  biometric::cleanse(customer_.token_pan);
}

Task<std::string> Session::run() {
  std::string how = co_await conduct();
  if (!refusals_.empty()) how += " (refused: " + refusals_ + ")";
  co_return how;
}

void Session::note_refusal(std::string_view why) {
  if (!refusals_.empty()) refusals_ += ", ";
  refusals_ += why;
}

Task<std::string> Session::conduct() {
  context_ = parts_.engine.open_context();
  for (int tried = 1;; ++tried) {
    auto attempted = co_await outcome(attempt());
    if (attempted.canceled()) throw Canceled{};
    if (!attempted) {
      // The face process is dead, stuck or refuses: cards go on as ever.
      co_await tell("unavailable");
      co_return "not available";
    }
    if (*attempted == Attempt::recognised && profile_.shows_own) co_return co_await show_own();
    if (*attempted == Attempt::recognised) co_return co_await hand_in();
    if (*attempted == Attempt::given_up) {
      co_await tell(gave_up_ == "nobody was seen" ? "nobodySeen" : "ended");
      co_return gave_up_;
    }
    // An unknown claim, a wrong face, an attack and a customer who may not: one answer for all.
    const bool again = tried < profile_.attempts && retry_after_ == 0s;
    if (again) {
      co_await tell("notRecognised");
      continue;
    }
    co_await tell(retry_after_ > 0s ? "tryLater" : "notRecognised");
    co_return "not recognised";
  }
}

// Shows a word for as long as it takes to read it.
Task<void> Session::tell(std::string_view word) {
  parts_.prompter.say(word);
  co_await parts_.prompter.settled();
  co_await sleep_for(last_word_time);
}

Task<Session::Attempt> Session::attempt() {
  const bool asks = !profile_.identifies();
  if (asks && !profile_.face_first) {
    const bool claimed = co_await ask_claim();
    if (!claimed) co_return Attempt::given_up;
  }
  const bool held = co_await capture();
  if (!gave_up_.empty()) co_return Attempt::given_up;
  if (asks && profile_.face_first && held) {
    const bool claimed = co_await ask_claim();
    if (!claimed) co_return Attempt::given_up;
  }
  if (!held) co_return Attempt::refused;
  const bool recognised = co_await decide();
  biometric::cleanse(claim_.value);
  claim_ = {};
  context_->discard_probe();
  co_return recognised ? Attempt::recognised : Attempt::refused;
}

// The digits that were typed, or nothing: then code_ is what was shown, or it is empty and cancel was pressed.
Task<std::optional<std::string>> Session::typed_or_shown(std::string_view word) {
  DigitsWanted wanted;
  wanted.longest = profile_.claims.empty() ? 0 : longest_claim(profile_) + 1;  // one too many is not silently cut
  wanted.typed = [this, word](std::size_t digits) { parts_.prompter.say(word, std::string(digits, '*')); };
  if (profile_.claims.empty()) wanted.typed = nullptr;  // only cancel means something
  const bool scans = profile_.qr_claim && parts_.scanner != nullptr;
  if (scans && !parts_.keyboard) {
    code_ = co_await parts_.scanner->read_code();
    co_return std::nullopt;
  }
  auto typing = parts_.keyboard->enter_digits(std::move(wanted));
  if (!scans) {
    auto typed = co_await std::move(typing);
    co_return typed;
  }
  auto either = co_await race(std::move(typing), parts_.scanner->read_code());
  if (either.first == 0) co_return std::move(*either.get<0>());
  code_ = std::move(*either.get<1>());
  co_return std::nullopt;
}

Task<bool> Session::ask_claim() {
  const std::string_view word = claim_word(profile_);
  const TimePoint until = parts_.executor.now() + profile_.claim_time;
  for (;;) {
    if (!code_.empty()) {
      claim_ = {"qr", std::exchange(code_, {})};
      co_return true;
    }
    parts_.prompter.say(word);
    co_await parts_.prompter.settled();
    auto claiming = typed_or_shown(word);
    auto claimed = co_await within(until - parts_.executor.now(), std::move(claiming));
    if (!code_.empty()) continue;
    if (!claimed || !*claimed) {
      gave_up_ = claimed ? "the customer pressed cancel" : "no claim was made in time";
      co_return false;
    }
    if (profile_.claims.empty()) continue;  // Enter, and no code yet
    std::string& digits = **claimed;
    const ClaimKind* kind = kind_of(profile_, digits.size());
    if (kind) {
      // An identity number of 17 digits ends in X, which a keypad does not have.
      claim_ = {kind->kind, kind->kind == "id" && digits.size() == 17 ? digits + "X" : digits};
      biometric::cleanse(digits);
      co_return true;
    }
    biometric::cleanse(digits);
    co_await tell("wrongLength");
  }
}

Task<bool> Session::capture() {
  parts_.prompter.say("lookAtCamera");
  const std::function<void(CaptureProgress)> progress = [this](const CaptureProgress& news) {
    show_progress(parts_.prompter, news);
  };
  const CaptureResult result = co_await context_->capture(profile_.capture, progress);
  if (result.outcome == CaptureResult::Outcome::no_subject) gave_up_ = "nobody was seen";
  if (result.outcome == CaptureResult::Outcome::attack_suspected) note_refusal(result.attack_check);
  if (result.outcome == CaptureResult::Outcome::poor_quality) note_refusal(to_string(result.hint));
  parts_.prompter.say("checking");
  co_return result.outcome == CaptureResult::Outcome::held;
}

Task<bool> Session::decide() {
  biometric::Recognition decision;
  if (profile_.identifies()) {
    biometric::IdentifyRequest request;
    request.false_positive_identification_rate = profile_.false_positive_identification_rate;
    request.terminal = parts_.terminal;
    decision = co_await context_->identify(request);
  } else {
    biometric::VerifyRequest request;
    request.claim = claim_;
    request.false_match_rate = profile_.false_match_rate;
    request.terminal = parts_.terminal;
    request.own_data = profile_.shows_own;
    decision = co_await context_->verify(request);
    biometric::cleanse(request.claim.value);
  }
  retry_after_ = decision.retry_after;
  if (!decision.customer) {
    note_refusal(retry_after_ > 0s ? "too many before" : "no match");
    co_return false;
  }
  customer_ = std::move(*decision.customer);
  if (by_gaze_ && !customer_.gaze_start) {
    note_refusal("no consent to gaze");
    co_return false;
  }
  co_return true;
}

Task<std::string> Session::show_own() {
  MyFace mine(parts_, profile_, customer_.customer_id);
  auto shown = co_await outcome(mine.run());
  if (shown.canceled()) throw Canceled{};
  if (shown) co_return *shown;
  co_await tell("unavailable");
  co_return "not available";
}

// The display and the keys are the application's again before it learns of a card.
Task<std::string> Session::hand_in() {
  FaceCardData card;
  card.customer_id = customer_.customer_id;
  card.track2 = co_await parts_.cards.make(customer_.token_pan);
  co_await parts_.prompter.end();
  if (parts_.keyboard) parts_.keyboard->give_back();
  const bool taken = co_await parts_.reader.present(std::move(card));
  co_return taken ? "card presented" : "a card came first";
}

}  // namespace sesame::cardless
