// GuardedCamera: a frame source that is believed only as long as it is the pinned camera, its frames come as
// a sensor's do, and, where its light can be commanded, follow a random pattern. Everything that opens,
// pulls and re-opens goes through here, and nobody else switches its lamp: it is off while nobody asks for
// it, after every opening, and before every closing. Owned by an engine; its owner's thread.
#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "camera/camera_status.hpp"
#include "camera/frame_source.hpp"
#include "camera/lamp_challenge.hpp"
#include "camera/light_challenge.hpp"
#include "camera/stream_guard.hpp"
#include "camera/tamper_watch.hpp"

namespace sesame::camera {

struct GuardedCameraOptions {
  std::optional<CameraPin> pin;  // nullopt: any camera
  std::filesystem::path sysfs = "/sys";
  std::filesystem::path tamper_state;  // where a tamper event outlives the process; empty: nowhere
  StreamRules stream;
  enum class Challenge { off, where_possible, required };
  // `required`: a camera whose light cannot be commanded is not used, for it may be another that says so.
  Challenge light_challenge = Challenge::where_possible;
  ChallengeRules challenge;
  // `required`: a camera that has no lamp is not used either.
  Challenge lamp_challenge = Challenge::where_possible;
  LampRules lamp;
  LightChallenge::Random random;  // of the challenges; unpredictable. Empty: no challenge
  // Opens the camera again after it failed; throws SourceError while it is not back.
  std::function<std::unique_ptr<FrameSource>()> reopen;
  std::function<void(std::string)> note;  // for the operator's journal
};

class GuardedCamera {
 public:
  GuardedCamera(std::unique_ptr<FrameSource> source, GuardedCameraOptions options);
  GuardedCamera(const GuardedCamera&) = delete;
  GuardedCamera& operator=(const GuardedCamera&) = delete;
  ~GuardedCamera() { close(); }

  // Another source in place of this one; it is checked as every opening is.
  void replace(std::unique_ptr<FrameSource> source);
  // The newest frame that passed, or nullptr. Opens a camera again that failed. Never throws SourceError.
  FramePtr pull(FrameTime now);
  // Whether pull() may bring a camera back that failed.
  bool can_come_back() const;
  std::optional<FrameTime> next_due() const;
  // Looks at what is plugged in. True when the camera became usable or ceased to be.
  bool look();

  // Why there are no frames, for people at the machine; the journal has the facts. Empty: it works.
  const std::string& fault() const { return fault_; }
  bool is_tampered() const { return watch_ && !watch_->tamper().empty(); }
  // Frames that were refused so far, and what was wrong with the last.
  std::uint64_t refused() const { return refused_; }
  StreamFault last_refusal() const { return last_refusal_; }

  bool challenges() const { return challenge_.has_value(); }
  // Counted: commands go out while at least one wants them, and the lamp is not switched: the exposure's
  // answer is sought in the whole picture, and the lamp changes much of it.
  void begin_challenge() { ++challengers_; }
  void end_challenge();
  // `undecided` for ever where challenges() is false.
  LightChallenge::Verdict verdict(FrameTime since, FrameTime now) const;
  // No answer, or none in time: what was seen is refused.
  void refuse_unanswered(FrameTime now) { refuse(StreamFault::challenge, now); }

  // The lamp that is asked for, by the configuration and the camera.
  std::optional<Lamp> lamp() const { return lamp_ ? std::optional(lamp_->lamp()) : std::nullopt; }
  // Counted: the lamp is switched at random while at least one wants it and none is in a hurry for the
  // exposure.
  void begin_lamp() { ++lamp_users_; }
  void end_lamp();
  void begin_exposure_first() { ++exposure_first_; }
  void end_exposure_first() { --exposure_first_; }
  // What was commanded in the last seconds; empty where there is no lamp.
  std::vector<LampStep> lamp_steps() const;

  CameraStatus status() const;
  // False when there was nothing to clear. `by`: whoever orders it, for the journal.
  bool clear_tamper(const std::string& by);

 private:
  void accept(std::unique_ptr<FrameSource> source);
  bool is_silent(bool heard, FrameTime now);
  void refuse(StreamFault fault, FrameTime now);
  void fail(std::string why);
  void reopen();
  void close();
  void command(FrameTime now);
  void command_light(FrameTime now);
  void command_lamp(FrameTime now);
  void rest_light();
  void rest_lamp();
  std::optional<LightChallenge> challenge_for(const FrameSource& source);
  std::optional<LampChallenge> lamp_for(const FrameSource& source);
  bool answers_what_is_required();
  void tell_light_trouble(const std::string& why);
  void note(std::string text) const {
    if (options_.note) options_.note(std::move(text));
  }
  bool note_tamper();

  GuardedCameraOptions options_;
  std::optional<TamperWatch> watch_;
  std::unique_ptr<FrameSource> source_;  // null while there is a fault
  SourceDescription description_;        // of the last that was opened
  CameraIdentity identity_;
  std::optional<StreamGuard> guard_;
  std::optional<LightChallenge> challenge_;
  std::string no_challenge_;  // why not
  int challengers_ = 0;
  std::string fault_;
  std::string told_tamper_;
  bool told_light_trouble_ = false;  // of this source
  bool told_no_challenge_ = false;
  std::optional<LampChallenge> lamp_;
  std::string no_lamp_;  // why not
  int lamp_users_ = 0;
  int exposure_first_ = 0;
  bool lamp_may_be_on_ = false;
  FrameTime lamp_dark_at_{};           // it was switched off, and its last light is gone
  std::optional<FrameTime> asked_at_;  // of this source, as the next
  FrameTime heard_at_{};
  FrameTime refused_until_{};
  std::uint64_t refused_ = 0;
  StreamFault last_refusal_ = StreamFault::none;
  struct Count {
    std::uint64_t frames = 0;
    std::uint64_t told = 0;
    FrameTime told_at{};
  };
  std::array<Count, stream_fault_count> counts_;
};

}  // namespace sesame::camera
