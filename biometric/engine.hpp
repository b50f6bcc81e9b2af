// Engine: the door to faces. What is behind it (models, templates, frames) stays behind it: through the door
// go decisions at a stated error rate, hints for people, and facts about a customer who was recognised. The
// host's is RemoteEngine (the face process), tests have ScriptedEngine. Executor thread only.
//
// Every operation ends early with spi::Canceled when its task's scope is cancelled, at once, whatever state
// the face process is in. spi::Fault: the face process is dead, stuck or not configured. EngineRefusal: it
// answered, and said no.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "biometric/gallery.hpp"
#include "biometric/quality_hint.hpp"
#include "spi/service/task.hpp"

namespace sesame::biometric {

using Bytes = std::vector<std::uint8_t>;

// The engine's no. `reason()` is for programs, what() for people.
class EngineRefusal : public spi::Refusal {
 public:
  enum class Reason {
    not_calibrated,        // an error rate outside the calibration, or a gallery too large for it
    no_probe,              // nothing was captured, or it was discarded
    no_references,         // nothing was imported
    not_enrolled,          // the gallery did not take the enrolment; the text says why
    token_taken,           // ... because another customer has the token: allot another one
    format_not_supported,  // of a reference or of exported data
    invalid_data,          // a reference or picture that is damaged, or shows no usable face
    capacity_exceeded,
    not_permitted,  // giving away templates or pictures is not configured
    no_picture,     // the camera gives no frame
    failed,
  };
  EngineRefusal(Reason reason, const std::string& text);
  Reason reason() const { return reason_; }

 private:
  Reason reason_;
};
std::string_view to_string(EngineRefusal::Reason reason);

// Throws EngineRefusal when it is not on record where and to which words the customer agreed.
void require_consent(const std::string& customer_id, const Consent& consent);

struct ModelInfo {
  std::string role;
  std::string file;
  std::string sha256;
};

struct EngineInfo {
  std::vector<ModelInfo> models;
  double loosest_false_match_rate = 0;    // the range the calibration covers:
  double strictest_false_match_rate = 0;  // a rate outside it is refused
  std::size_t gallery_size = 0;
  std::string camera;  // for people
  bool gives_templates_away = false;
  bool gives_pictures_away = false;
  std::map<std::string, double> stage_milliseconds;  // mean time of each stage that has run
  double resident_megabytes = 0;

  bool supports_false_match_rate(double rate) const {
    return rate >= strictest_false_match_rate && rate <= loosest_false_match_rate;
  }
  // FMR = FPIR / N.
  bool supports_identification_rate(double rate, std::size_t customers) const {
    return rate > 0 && rate < 1 &&
           rate / static_cast<double>(customers == 0 ? 1 : customers) >= strictest_false_match_rate;
  }
};

struct Presence {
  bool present = false;
  std::size_t faces = 0;
};

struct PresenceRequest {
  bool wanted = true;  // wait until somebody is there (true) or nobody is (false), steadily
  bool gaze =
      false;  // somebody who looks at the camera: only for profiles that may start on gaze (runs landmarks)
  std::chrono::milliseconds steady{300};
};

enum class HeadMotion { none, turn_left, turn_right, nod, any };
std::string_view to_string(HeadMotion motion);

struct CaptureRequest {
  std::chrono::milliseconds give_up_after{0};  // 0: only a cancel ends it
  bool liveness = true;                        // presentation attack detection and temporal checks
  bool natural_motion = false;                 // ask for the small movements of a living face besides
  HeadMotion head_motion = HeadMotion::none;   // ask for a directed movement; `any`: several in random order
};

// What a person may be told while a capture runs.
struct CaptureProgress {
  enum class Kind { ready, subject_detected, hint, head_motion, subject_lost };
  Kind kind = Kind::ready;
  QualityHint hint = QualityHint::none;
  HeadMotion head_motion = HeadMotion::none;
};
std::string_view to_string(CaptureProgress::Kind kind);

struct CaptureResult {
  enum class Outcome { held, no_subject, poor_quality, attack_suspected };
  Outcome outcome = Outcome::no_subject;
  QualityHint hint = QualityHint::none;  // of the last frame, for poor_quality
  std::string attack_check;  // which check refused: "frozen", "repeated", "surroundings", "site", "stillness",
                             // "pad", "motion", "lamp", "head_motion"
  std::uint64_t frames = 0;              // looked at
  std::chrono::microseconds in_view{0};  // subject first in view to decision
};
std::string_view to_string(CaptureResult::Outcome outcome);

// What the gallery knows of a customer who was recognised.
struct CustomerFacts {
  std::string customer_id;
  std::string issuer;
  std::string token_pan;
  std::map<std::string, std::string> attributes;
  bool gaze_start = false;  // consented that a session may start on gaze
};

struct VerifyRequest {
  Claim claim;
  double false_match_rate = 1e-5;
  std::string terminal{};  // where failures are counted; "" counts none
  // To see, pause or withdraw what is the customer's own: finds who is not active too, and is no login.
  bool own_data = false;
};
struct IdentifyRequest {
  double false_positive_identification_rate = 1e-3;
  std::string terminal{};
};
// A wrong face and an unknown claim are the same answer after the same work.
struct Recognition {
  std::optional<CustomerFacts> customer;
  std::chrono::microseconds took{0};
  // More than zero: too many failed before, so that this attempt was not decided, whoever it was.
  std::chrono::seconds retry_after{0};
};

// How far the reading of a recorded take is.
struct TakeProgress {
  std::uint64_t frames = 0;  // looked at
  std::uint64_t good = 0;    // of these, good enough to enrol from
  std::uint64_t wanted = 0;  // good ones that are enough; a short take may end before
};

struct EnrolRequest {
  std::string customer_id;
  std::string issuer;
  std::vector<Claim> claims;
  Consent consent;
  std::string token_pan;
  std::map<std::string, std::string> attributes;
};

// References for the standard's Biometric service: a volatile set of this context, which enrols nobody.
enum class ReferenceFormat { iso_face_image, jpeg, own_template };
struct Reference {
  ReferenceFormat format = ReferenceFormat::jpeg;
  Bytes data;
};

// One user's own capture: a probe and a set of references, apart from every other user's, on the frames that
// all share.
class CaptureContext {
 public:
  // Ends whatever runs, wipes probe and references.
  virtual ~CaptureContext() = default;

  // Waits until a good, live probe is held, or says why not. Replaces the probe held before. `progress` is
  // called from the executor while the task is awaited, never after.
  virtual spi::Task<CaptureResult> capture(CaptureRequest request,
                                           std::function<void(CaptureProgress)> progress) = 0;
  virtual spi::Task<Recognition> verify(VerifyRequest request) = 0;
  virtual spi::Task<Recognition> identify(IdentifyRequest request) = 0;
  // Enrols the held probe. Without a consent record it is refused.
  virtual spi::Task<void> enrol(EnrolRequest request) = 0;

  // Replaces the reference set, all or nothing.
  virtual spi::Task<void> import_references(std::vector<Reference> references) = 0;
  // For each reference in order: the strictest calibrated false match rate at which the probe matches it; 1
  // for no match.
  virtual spi::Task<std::vector<double>> compare_references() = 0;
  // The probe itself. Refused unless giving it away is configured.
  virtual spi::Task<Bytes> export_probe(ReferenceFormat format) = 0;

  // Wipe, without waiting.
  virtual void discard_probe() = 0;
  virtual void discard_references() = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;

  virtual spi::Task<EngineInfo> info() = 0;
  // The detector alone (landmarks only with `gaze`): no embedding, nothing stored.
  virtual spi::Task<Presence> wait_presence(PresenceRequest request) = 0;
  // Contexts may outlive a restart of the face process: what they held is gone then (no_probe).
  virtual std::unique_ptr<CaptureContext> open_context() = 0;
  // Enrols from a recorded take (video, picture or folder of pictures) that the face process reads: the
  // command line's way. `progress` is called as capture()'s is. Others are served meanwhile.
  virtual spi::Task<EnrolledCustomer> enrol_take(EnrolRequest request, std::string path,
                                                 std::function<void(TakeProgress)> progress) = 0;
  // The customer's rows and key destroyed. `by`: whoever orders it, for the receipt.
  virtual spi::Task<ForgottenCustomer> forget(std::string customer_id, std::string reason,
                                              std::string by) = 0;
  // Who is not active is found by no login, until he is again. False when unknown.
  virtual spi::Task<bool> set_status(std::string customer_id, CustomerStatus status) = 0;
  // What a customer is shown of what is kept; nullopt when unknown.
  virtual spi::Task<std::optional<HeldFace>> held(std::string customer_id) = 0;
  // In the order of their ids, after the one given.
  virtual spi::Task<std::vector<IdentityLine>> identities(std::string after, std::size_t maximum) = 0;
  // The newest frame as JPEG with `caption` drawn on it.
  virtual spi::Task<Bytes> take_picture(std::string caption) = 0;
};

}  // namespace sesame::biometric
