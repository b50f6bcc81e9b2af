#include "biometric/engine.hpp"

#include <algorithm>
#include <array>

namespace sesame::biometric {
namespace {

constexpr std::array<std::string_view, 15> hint_words = {
    "none",         "noFace",   "severalFaces", "comeCloser", "stepBack",  "moveToCentre", "lookStraight",
    "openEyes", "uncoverEyes", "moreLight",    "lessLight",  "evenLight", "holdStill",    "blink",
    "moveALittle"};
constexpr std::array<std::string_view, 11> reason_words = {
    "notCalibrated", "noProbe",          "noReferences", "notEnrolled", "tokenTaken", "formatNotSupported",
    "invalidData",   "capacityExceeded", "notPermitted", "noPicture",   "failed"};
constexpr std::array<std::string_view, 5> motion_words = {"none", "turnLeft", "turnRight", "nod", "any"};
constexpr std::array<std::string_view, 5> progress_words = {"ready", "subjectDetected", "hint", "headMotion",
                                                            "subjectLost"};
constexpr std::array<std::string_view, 4> outcome_words = {"held", "noSubject", "poorQuality",
                                                           "attackSuspected"};

}  // namespace

std::string_view to_string(QualityHint hint) { return hint_words.at(static_cast<std::size_t>(hint)); }
std::string_view to_string(EngineRefusal::Reason reason) {
  return reason_words.at(static_cast<std::size_t>(reason));
}
std::string_view to_string(HeadMotion motion) { return motion_words.at(static_cast<std::size_t>(motion)); }
std::string_view to_string(CaptureProgress::Kind kind) {
  return progress_words.at(static_cast<std::size_t>(kind));
}
std::string_view to_string(CaptureResult::Outcome outcome) {
  return outcome_words.at(static_cast<std::size_t>(outcome));
}

std::optional<QualityHint> quality_hint(std::string_view word) {
  const auto found = std::find(hint_words.begin(), hint_words.end(), word);
  if (found == hint_words.end()) return std::nullopt;
  return static_cast<QualityHint>(found - hint_words.begin());
}

EngineRefusal::EngineRefusal(Reason reason, const std::string& text)
    : spi::Refusal(reason == Reason::invalid_data ? spi::CompletionCode::invalidData
                                                  : spi::CompletionCode::unsupportedData,
                   text),
      reason_(reason) {}

void require_consent(const std::string& customer_id, const Consent& consent) {
  const auto missing = [&](const char* what) {
    throw EngineRefusal(EngineRefusal::Reason::not_enrolled,
                        "customer " + customer_id + " is not enrolled: the consent record does not say " +
                            what + ", and without consent no face is kept");
  };
  if (consent.reference.empty()) missing("where the signed text is kept");
  if (consent.text_version.empty()) missing("which wording was agreed to");
}

}  // namespace sesame::biometric
