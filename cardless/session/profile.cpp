#include "cardless/session/profile.hpp"

#include <fmt/format.h>

namespace sesame::cardless {
using namespace spi;

namespace {

std::chrono::milliseconds seconds(const Section& section, std::string_view key, double low, double high,
                                  double fallback) {
  return std::chrono::milliseconds(
      static_cast<std::int64_t>(section.number(key, low, high, fallback) * 1000));
}

ClaimKind claim_kind(const Section& section, std::size_t pin_digits) {
  section.allow_only({"kind", "digits"});
  ClaimKind kind;
  kind.kind = section.word("kind", {"phone", "id", "customer", "passcode", "qr"});
  const auto digits = section.texts("digits");
  const auto number = [&](const std::string& text) {
    const bool good = !text.empty() && text.size() <= 2 &&
                      text.find_first_not_of("0123456789") == std::string::npos && text != "0";
    if (!good) section.fail("digits", "fewest and most digits, each from 1 to 99");
    return static_cast<std::size_t>(std::stoul(text));
  };
  if (digits.size() != 2) section.fail("digits", "two numbers: fewest and most digits");
  kind.fewest = number(digits[0]);
  kind.most = number(digits[1]);
  if (kind.fewest > kind.most) section.fail("digits", "the fewer first");
  if (kind.kind == "passcode" && kind.fewest <= pin_digits && pin_digits <= kind.most)
    section.fail("digits",
                 fmt::format("a passcode that cannot be taken for the PIN: not {} digits", pin_digits));
  return kind;
}

biometric::HeadMotion head_motion(const Section& section) {
  using biometric::HeadMotion;
  const std::string word =
      section.word("head_motion", {"none", "turn_left", "turn_right", "nod", "any"}, "none");
  if (word == "turn_left") return HeadMotion::turn_left;
  if (word == "turn_right") return HeadMotion::turn_right;
  if (word == "nod") return HeadMotion::nod;
  return word == "any" ? HeadMotion::any : HeadMotion::none;
}

void read_start(const Section& section, Profile& profile) {
  section.allow_only({"key", "button", "gaze", "qr"});
  profile.start_key = section.text("key", "");
  profile.start_button = section.boolean("button", true);
  profile.start_gaze = section.boolean("gaze", false);
  profile.start_qr = section.boolean("qr", false);
  if (profile.start_qr && !profile.qr_claim)
    section.fail("qr", "a claim of the kind qr beside it: the code that starts the session is the claim");
  if (profile.start_gaze && !profile.identifies())
    section.fail("gaze", "a key or a button: only a profile without a claim may start on gaze");
}

void read_face(const Section& section, Profile& profile) {
  section.allow_only({"false_match_rate", "false_positive_identification_rate"});
  if (!profile.identifies()) {
    if (section.has("false_positive_identification_rate"))
      section.fail("false_positive_identification_rate",
                   "false_match_rate: this profile compares with the one claimed");
    profile.false_match_rate = section.number("false_match_rate", 1e-9, 1e-2, 1e-5);
    return;
  }
  if (section.has("false_match_rate"))
    section.fail("false_match_rate", "false_positive_identification_rate: this profile searches");
  profile.false_positive_identification_rate =
      section.number("false_positive_identification_rate", 1e-9, 1e-1, 1e-3);
}

void read_invitation(const Section& section, Profile& profile) {
  section.allow_only({"line", "light", "position", "flash"});
  const std::string line = section.text("line", "false");
  profile.invites = line != "false";
  if (profile.invites && line != "true") profile.invitation_line = line;
  if (section.has("light"))
    profile.invitation_lamp = {section.text("light"), section.text("position", "default"),
                               section.word("flash", {"slow", "medium", "quick", "continuous"}, "slow")};
  else if (section.has("position") || section.has("flash"))
    section.fail("light", "a light of the standard's Lights beside its position or flash");
}

}  // namespace

Profile read_profile(const Section& section, std::size_t pin_digits) {
  section.allow_only({"name", "kind", "start", "claim", "show_claim", "order", "face", "liveness", "seconds",
                      "attempts", "consent", "invitation"});
  Profile profile;
  profile.name = section.text("name");
  const std::string kind = section.word("kind", {"login", "enrol", "my_face"}, "login");
  profile.enrols = kind == "enrol";
  profile.shows_own = kind == "my_face";
  for (const auto& claim : section.sections("claim")) {
    if (claim.text("kind") == "qr") {
      claim.allow_only({"kind"});
      profile.qr_claim = true;
    } else {
      profile.claims.push_back(claim_kind(claim, pin_digits));
    }
  }
  if (profile.enrols && (profile.claims.size() != 1 || profile.qr_claim)) section.fail("claim", "the one claim that is handed out");
  if (profile.shows_own && profile.identifies())
    section.fail("claim", "a claim: what is kept is shown to who is known by it, not to who is found");
  read_start(section.section("start"), profile);
  profile.show_claim = section.boolean("show_claim", false);
  profile.face_first = section.word("order", {"claim_first", "face_first"}, "claim_first") == "face_first";
  read_face(section.section("face"), profile);
  const Section liveness = section.section("liveness");
  liveness.allow_only({"natural_motion", "head_motion"});
  profile.capture.liveness = true;
  profile.capture.natural_motion = liveness.boolean("natural_motion", true);
  profile.capture.head_motion = head_motion(liveness);
  const Section times = section.section("seconds");
  times.allow_only({"claim", "face", "resume"});
  profile.claim_time = seconds(times, "claim", 1, 300, 30);
  profile.capture.give_up_after = seconds(times, "face", 1, 120, 15);
  profile.resume_for = seconds(times, "resume", 0, 30, 3);
  profile.attempts = static_cast<int>(section.integer("attempts", 1, 10, 3));
  read_invitation(section.section("invitation"), profile);
  if (section.has("consent") != profile.enrols)
    section.fail("consent", "consent in a profile of the kind enrol, and there alone");
  if (profile.enrols) {
    const Section consent = section.section("consent");
    consent.allow_only({"text_version"});
    profile.consent_text_version = consent.text("text_version");
  }
  return profile;
}

std::string why_not(const Profile& profile, const biometric::EngineInfo& engine) {
  if (profile.identifies()) {
    if (engine.supports_identification_rate(profile.false_positive_identification_rate, engine.gallery_size))
      return "";
    return fmt::format(
        "profile {}: a false positive identification rate of {:.0e} over {} customers needs a false match "
        "rate of {:.0e}; the calibration reaches {:.0e}",
        profile.name, profile.false_positive_identification_rate, engine.gallery_size,
        profile.false_positive_identification_rate /
            static_cast<double>(std::max<std::size_t>(engine.gallery_size, 1)),
        engine.strictest_false_match_rate);
  }
  if (engine.supports_false_match_rate(profile.false_match_rate)) return "";
  return fmt::format(
      "profile {}: a false match rate of {:.0e} is outside the calibration, which reaches from {:.0e} to "
      "{:.0e}",
      profile.name, profile.false_match_rate, engine.loosest_false_match_rate,
      engine.strictest_false_match_rate);
}

}  // namespace sesame::cardless
