// Capture: from the frames of one subject to a probe that is good and live, or to a reason. A state machine
// fed with observations in the order of their time; it computes nothing heavy and knows no clock. One thread.
#pragma once

#include <chrono>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "biometric/engine.hpp"
#include "biometric/pipeline/pipeline.hpp"
#include "biometric/pipeline/temporal.hpp"

namespace sesame::biometric {

// Checks that need something of the place: a lamp beside the camera (see LampResponse), a hall that is known (SiteView).
enum class CheckRule {
  off,
  where_possible,  // where nothing can be seen of it, it says nothing, and what else is asked must do
  required,        // the check is passed, or nobody is held
};

// When a window of frames is evidence enough. Times are of the frames, not of the machine.
struct CaptureRules {
  double liveness_threshold = 0.4;  // from the liveness model's description
  double liveness_sure = 0.9;       // below it, natural motion is asked for whether or not the request does
  std::size_t fused_frames = 5;     // PAD: median over so many
  std::chrono::milliseconds least_window{360};  // frozen frames are told from still ones only over some time
  std::chrono::milliseconds longest_window{2000};
  std::chrono::milliseconds lost_after{400};  // no face for so long: the subject is gone, begin again
  // A check that fails for so long is an attack, not bad luck. Whoever came into view in a hurry is seen to sway for
  // longest_window after they stand.
  std::chrono::milliseconds patience{3000};
  std::chrono::milliseconds remedy_after{1000};  // after so long of it, a person is told what helps
  std::chrono::milliseconds repeat_memory{10000};
  double frozen_difference = 0.25;  // see region_difference
  std::size_t most_repeats = 0;     // exact repeats of older frames in a window: a camera has none
  float natural_motion = 0.35F;     // see InnerMotion
  // See SurroundingsMotion: a picture in a hand. A machine that somebody bumps into stands still again before
  // patience ends.
  float surroundings_shift = 0.7F;
  float surroundings_still = 0.5F;  // between the two more time must tell
  float face_shift = 0.3F;  // a person sways by more against the hall, what stands on a stand by less
  CheckRule site = CheckRule::off;
  float site_share = 0.6F;  // of the places beside the face that tell, where the site must be seen
  CheckRule lamp = CheckRule::off;
  LampResponseRules lamp_response;
  std::chrono::milliseconds lamp_latency{200};
  std::chrono::milliseconds lamp_time{4000};  // in view, until nothing asked counts as nothing answered
  float turn_degrees = 10;
  float nod_degrees = 8;
  std::chrono::milliseconds motion_deadline{4000};  // from asking for a movement to looking straight again
};

// The defaults, with what the liveness model's description says.
CaptureRules rules_for(const Pipeline& pipeline, CaptureRules rules = {});

class Capture {
 public:
  enum class State { searching, collecting, held, refused };

  // `motions` are the directed movements to ask for, one after the other; request.head_motion `any` was
  // resolved by the caller.
  Capture(const CaptureRequest& request, const CaptureRules& rules, std::vector<HeadMotion> motions = {});

  // `lamp`: how the lamp was switched in the last seconds (LampChallenge::steps), where there is one.
  State feed(const Observation& seen, std::span<const camera::LampStep> lamp = {});
  // Nothing more comes: what the result is now.
  void give_up();

  State state() const { return state_; }
  // Somebody is there, and not decided on.
  bool looks_at_somebody() const { return in_view_ && state_ != State::held && state_ != State::refused; }
  const CaptureResult& result() const { return result_; }
  // The frames to recognise the subject by, in the order of their time, up to three. The first is the first good one
  // since the subject came into view and the last is of those that were judged at the end: whoever is matched must be
  // who was judged. They come one by one, so that most are embedded before the decision; a subject that is lost takes
  // theirs along.
  const std::vector<Observation>& probes() const { return probes_; }
  // What happened since the last call, in order.
  std::vector<CaptureProgress> take_progress();

 private:
  struct Seen {
    Observation observation;
    FrameTrace trace;
    bool repeated = false;
    LampResponse::Verdict lamp = LampResponse::Verdict::undecided;
  };

  void lose_subject();
  void note_hint(QualityHint hint);
  bool repeats_an_older_frame(const FrameTrace& trace, camera::FrameTime at);
  void append(const Observation& seen, std::span<const camera::LampStep> lamp);
  void decide();
  std::string failing_check() const;
  double fused_liveness() const;
  bool frozen() const;
  bool moves_within_itself() const;
  bool surroundings_stand_still() const;
  bool surroundings_seen() const;
  bool face_moves_against_surroundings() const;
  bool site_is_beside() const;
  bool answers_lamp() const;
  bool motions_done() const { return next_motion_ == motions_.size(); }
  void ask_for_motion(camera::FrameTime now);
  void follow_head_motion(const HeadPose& pose);
  bool too_late_to_turn(camera::FrameTime now) const;
  void choose_probe();
  void suggest_remedy(camera::FrameTime now);
  void refuse(const std::string& check, camera::FrameTime now);
  void hold();

  CaptureRequest request_;
  CaptureRules rules_;
  std::vector<HeadMotion> motions_;
  std::size_t next_motion_ = 0;
  State state_ = State::searching;
  CaptureResult result_;
  std::vector<CaptureProgress> progress_;
  std::deque<Seen> window_;
  LampResponse lamp_response_;
  std::vector<Observation> probes_;
  std::unordered_map<std::uint64_t, camera::FrameTime> older_frames_;  // hash -> last seen
  std::uint64_t last_hash_ = 0;
  camera::FrameTime first_in_view_{};
  camera::FrameTime last_face_{};
  camera::FrameTime first_failure_{}, this_check_since_{};
  std::string failing_;
  bool in_view_ = false;
  QualityHint told_hint_ = QualityHint::none;
  QualityHint told_remedy_ = QualityHint::none;
  bool motion_asked_ = false;
  HeadPose neutral_;
  camera::FrameTime asked_at_{};
  bool turned_ = false;
};

}  // namespace sesame::biometric
