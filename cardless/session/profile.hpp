// A profile: how a face session runs at this ATM, read from YAML. Shipped ones are in cardless/profiles; an
// operator may write his own. A value, any thread.
//
//     name: passcode
//     start: {key: fdk01, button: true, gaze: false, qr: false}
//     claim: [{kind: passcode, digits: [6, 8]}]     # none: 1:N; {kind: qr}: a QR code is shown
//     show_claim: false
//     order: claim_first                            # or face_first
//     face: {false_match_rate: 1.0e-5}              # or {false_positive_identification_rate: 1.0e-3}
//     liveness: {natural_motion: true, head_motion: none}
//     seconds: {claim: 30, face: 15, resume: 3}
//     attempts: 3
//     invitation: {line: true, light: fasciaLight, position: default, flash: slow}   # line: true, false, or its text
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "biometric/engine.hpp"
#include "cardless/front/lights_front.hpp"
#include "spi/host/configuration.hpp"

namespace sesame::cardless {

/// What a customer may type to be found, told apart by how many digits it has.
struct ClaimKind {
  std::string kind;  // "phone", "id", "customer", "passcode"
  std::size_t fewest = 1, most = 16;
};

struct Profile {
  std::string name;
  std::string start_key;  // "" for none
  bool start_button = true, start_gaze = false;
  bool start_qr = false;  // the claim's code starts the session
  std::vector<ClaimKind> claims;  // that are typed
  bool qr_claim = false;          // a code shown to the bar code reader is a claim of the kind "qr"
  bool show_claim = false;  // echo its digits, not asterisks
  bool face_first = false;
  double false_match_rate = 1e-5;
  double false_positive_identification_rate = 0;  // 1:N
  biometric::CaptureRequest capture;
  std::chrono::milliseconds claim_time{30'000}, resume_for{3'000};
  int attempts = 3;
  bool invites = false;         // by a line on the display
  std::string invitation_line;  // instead of the words of the prompts; "" for those
  std::optional<LightsFront::Lamp> invitation_lamp;

  // The profile `my-face`: whoever is recognised sees what is kept of him, and may withdraw it.
  bool shows_own = false;

  // The profile `enrol` alone.
  bool enrols = false;
  std::string consent_text_version;
  std::vector<std::string> languages;  // of the consent text

  bool identifies() const { return claims.empty() && !qr_claim && !enrols; }
};

/// `pin_digits`: a passcode must not have the PIN's length. Throws spi::ConfigurationError.
Profile read_profile(const spi::Section& section, std::size_t pin_digits);

/// Why the engine cannot run this profile, in a sentence; "" if it can. FMR = FPIR / N.
std::string why_not(const Profile& profile, const biometric::EngineInfo& engine);

/// The text of a shipped profile ("passcode"); null for an unknown name.
const char* shipped_profile(std::string_view name);
/// "enrol, face-only, ...".
std::string shipped_profile_names();

}  // namespace sesame::cardless
