#include "cardless/session/enrolment.hpp"

#include "cardless/issuer/random_digit.hpp"

namespace sesame::cardless {
using namespace spi;
using namespace std::chrono_literals;
using biometric::CaptureProgress;
using biometric::CaptureResult;

namespace {

constexpr int most_attempts_at_a_free_number = 20;

std::string date_of(WallTime now) {
  return biometric::rfc3339(std::chrono::floor<std::chrono::seconds>(now));
}

std::string pan_of(const std::string& track2) { return track2.substr(0, track2.find('=')); }

}  // namespace

Enrolment::Enrolment(SessionParts parts, const Profile& profile)
    : parts_(std::move(parts)), profile_(profile) {}
Enrolment::~Enrolment() = default;

Task<void> Enrolment::tell(std::string_view word, std::string detail) {
  parts_.prompter.say(word, std::move(detail));
  co_await parts_.prompter.settled();
  co_await sleep_for(last_word_time);
}

Task<std::string> Enrolment::run() {
  context_ = parts_.engine.open_context();
  auto done = co_await outcome(steps());
  if (done.canceled()) throw Canceled{};
  if (done) co_return *done;
  co_await tell("notEnrolled");
  co_return "not enrolled";
}

Task<std::string> Enrolment::steps() {
  const bool agreed = co_await agrees();
  if (!agreed) {
    co_await tell("consentDeclined");
    co_return "consent declined";
  }
  const bool coded = co_await asks_code();
  if (!coded) co_return "no code of the bank";
  const bool shown = co_await shows_own_card();
  if (!shown) co_return "the own card was not shown";
  const bool held = co_await captured();
  if (!held) {
    co_await tell("notEnrolled");
    co_return "no picture that is good enough";
  }
  co_return co_await enrol();
}

Task<bool> Enrolment::agrees() {
  parts_.prompter.say("consent");
  co_await parts_.prompter.settled();
  std::vector<std::string> keys{"enter", "cancel"};
  auto pressing = parts_.keyboard->enter_key(std::move(keys));
  const auto key = co_await within(profile_.claim_time, std::move(pressing));
  co_return key&&* key == "enter";
}

Task<bool> Enrolment::asks_code() {
  for (int tried = 0; tried < profile_.attempts; ++tried) {
    DigitsWanted wanted;
    wanted.longest = EnrolmentCodes::digits;
    wanted.typed = [this](std::size_t digits) { parts_.prompter.say("enterCode", std::string(digits, '*')); };
    parts_.prompter.say("enterCode");
    co_await parts_.prompter.settled();
    auto typing = parts_.keyboard->enter_digits(std::move(wanted));
    const auto typed = co_await within(profile_.claim_time, std::move(typing));
    if (!typed || !*typed) co_return false;
    auto redeemed = co_await parts_.cards.redeem(**typed);
    if (redeemed) {
      whose_ = std::move(*redeemed);
      co_return true;
    }
    co_await tell("wrongCode");
  }
  co_return false;
}

Task<bool> Enrolment::shows_own_card() {
  parts_.prompter.say("insertOwnCard");
  const std::function<void()> read = [this] { parts_.prompter.say("takeOwnCard"); };
  auto track2 = co_await parts_.reader.read_own_card(profile_.claim_time, read);
  const bool good = track2 && parts_.cards.is_card_of(whose_, pan_of(*track2));
  if (track2) biometric::cleanse(*track2);
  if (good) co_return true;
  co_await tell("cardUnreadable");
  co_return false;
}

Task<bool> Enrolment::captured() {
  parts_.prompter.say("lookAtCamera");
  const std::function<void(CaptureProgress)> progress = [this](const CaptureProgress& news) {
    show_progress(parts_.prompter, news);
  };
  for (int tried = 0; tried < profile_.attempts; ++tried) {
    const CaptureResult result = co_await context_->capture(profile_.capture, progress);
    if (result.outcome == CaptureResult::Outcome::held) co_return true;
    if (result.outcome == CaptureResult::Outcome::no_subject) co_return false;
  }
  co_return false;
}

Task<std::string> Enrolment::enrol() {
  parts_.prompter.say("checking");
  const ClaimKind& kind = profile_.claims.front();
  for (int tried = 0; tried < most_attempts_at_a_free_number; ++tried) {
    std::string passcode;
    while (passcode.size() < kind.most) passcode += random_digit();
    biometric::EnrolRequest request;
    request.customer_id = whose_.customer;
    request.issuer = parts_.cards.issuer();
    request.claims = {{kind.kind, passcode}};
    request.token_pan = parts_.cards.token_pans().allot([](const std::string&) { return false; });
    request.consent.reference = parts_.terminal + " " + date_of(parts_.executor.wall_now());
    request.consent.text_version = profile_.consent_text_version;
    request.consent.given_at = date_of(parts_.executor.wall_now());
    request.consent.language = parts_.language;
    request.consent.given_by = "customer";
    request.consent.age = whose_.age;
    auto done = co_await outcome(context_->enrol(std::move(request)));
    if (done.canceled()) throw Canceled{};
    if (!done && !done.refusal()) break;
    if (!done) continue;  // the passcode or the token is another customer's
    parts_.prompter.say("yourPasscode", passcode);
    co_await parts_.prompter.settled();
    biometric::cleanse(passcode);
    std::vector<std::string> keys{"enter", "cancel"};
    auto reading = parts_.keyboard->enter_key(std::move(keys));
    co_await within(profile_.claim_time, std::move(reading));
    co_return "enrolled";
  }
  co_await tell("notEnrolled");
  co_return "not enrolled";
}

}  // namespace sesame::cardless
