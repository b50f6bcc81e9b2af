#include "biometric/pipeline/capture.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <string_view>
#include <utility>

#include "biometric/pipeline/median.hpp"

namespace sesame::biometric {
namespace {

// Which of two good frames compares better: sharp, frontal, large.
float goodness(const Quality& quality) {
  return quality.sharpness - 0.1F * std::abs(quality.head_pose.yaw) -
         0.05F * std::abs(quality.head_pose.roll);
}

// What a person can do about a check that fails.
QualityHint remedy_for(std::string_view check) {
  if (check == "motion") return QualityHint::blink;
  if (check == "stillness") return QualityHint::move_a_little;
  if (check == "surroundings") return QualityHint::hold_still;  // waving, and coming into view
  return QualityHint::none;
}

}  // namespace

CaptureRules rules_for(const Pipeline& pipeline, CaptureRules rules) {
  rules.liveness_threshold = pipeline.liveness_threshold();
  rules.liveness_sure = pipeline.liveness_sure();
  rules.fused_frames = pipeline.liveness_frames();
  return rules;
}

Capture::Capture(const CaptureRequest& request, const CaptureRules& rules, std::vector<HeadMotion> motions)
    : request_(request), rules_(rules), motions_(std::move(motions)), lamp_response_(rules.lamp_response) {
  progress_.push_back({CaptureProgress::Kind::ready, QualityHint::no_face, HeadMotion::none});
}

std::vector<CaptureProgress> Capture::take_progress() { return std::exchange(progress_, {}); }

Capture::State Capture::feed(const Observation& seen, std::span<const camera::LampStep> lamp) {
  if (state_ == State::held || state_ == State::refused) return state_;
  ++result_.frames;
  const camera::FrameTime now = seen.frame->captured_at;
  if (!seen.face) {
    if (in_view_ && now - last_face_ > rules_.lost_after) lose_subject();
    return state_;
  }
  last_face_ = now;
  if (!in_view_) {
    in_view_ = true;
    first_in_view_ = now;
    progress_.push_back({CaptureProgress::Kind::subject_detected, seen.hint, HeadMotion::none});
  }
  if (seen.light) lamp_response_.see(*seen.light);
  // While the head turns as asked, its pose is no fault; a turned face is no evidence for the rest either.
  if (motion_asked_ && seen.quality) follow_head_motion(seen.quality->head_pose);
  if (too_late_to_turn(now)) {
    refuse("head_motion", now);
    return state_;
  }
  note_hint(seen.hint);
  if (seen.hint != QualityHint::none) return state_;
  append(seen, lamp);
  decide();
  return state_;
}

void Capture::give_up() {
  if (state_ == State::held || state_ == State::refused) return;
  state_ = State::refused;
  if (!in_view_)
    result_.outcome = CaptureResult::Outcome::no_subject;
  else if (!failing_.empty()) {
    result_.outcome = CaptureResult::Outcome::attack_suspected;
    result_.attack_check = failing_;
  } else
    result_.outcome = CaptureResult::Outcome::poor_quality;
}

void Capture::lose_subject() {
  in_view_ = false;
  window_.clear();
  lamp_response_.forget();
  failing_.clear();
  told_remedy_ = QualityHint::none;
  state_ = State::searching;
  turned_ = motion_asked_ = false;
  next_motion_ = 0;
  probes_.clear();
  progress_.push_back({CaptureProgress::Kind::subject_lost, QualityHint::no_face, HeadMotion::none});
}

void Capture::note_hint(QualityHint hint) {
  result_.hint = hint;
  if (hint != QualityHint::none && hint != told_hint_ && !motion_asked_) {
    progress_.push_back({CaptureProgress::Kind::hint, hint, HeadMotion::none});
    // It took the place of what was told before.
    told_remedy_ = QualityHint::none;
    this_check_since_ = last_face_;
  }
  told_hint_ = hint;
}

// Recorders and drivers double single frames now and then; only a frame that comes back after others is a
// loop.
bool Capture::repeats_an_older_frame(const FrameTrace& trace, camera::FrameTime at) {
  std::erase_if(older_frames_, [&](const auto& entry) { return at - entry.second > rules_.repeat_memory; });
  const bool repeats = trace.hash != last_hash_ && older_frames_.contains(trace.hash);
  older_frames_[trace.hash] = at;
  last_hash_ = trace.hash;
  return repeats;
}

void Capture::append(const Observation& seen, std::span<const camera::LampStep> lamp) {
  Seen entry;
  entry.observation = seen;
  if (request_.liveness) {
    entry.trace = trace_of(*seen.frame);
    entry.repeated = repeats_an_older_frame(entry.trace, seen.frame->captured_at);
    if (rules_.lamp != CheckRule::off) entry.lamp = lamp_response_.verdict(lamp, rules_.lamp_latency);
  }
  window_.push_back(std::move(entry));
  while (window_.back().observation.frame->captured_at - window_.front().observation.frame->captured_at >
         rules_.longest_window)
    window_.pop_front();
  if (window_.size() == 1) failing_.clear();  // who looked away for so long is judged by what is seen from here on
  // Only frames that may become probes stay in memory.
  if (window_.size() > rules_.fused_frames) {
    Observation& old = window_[window_.size() - 1 - rules_.fused_frames].observation;
    auto stamp = std::make_shared<camera::Frame>();
    stamp->captured_at = old.frame->captured_at;
    stamp->sequence = old.frame->sequence;
    old.frame = std::move(stamp);
  }
  state_ = State::collecting;
  if (probes_.empty() || (probes_.size() == 1 && window_.size() > rules_.fused_frames)) choose_probe();
}

// The best of the last frames that is none yet.
void Capture::choose_probe() {
  const std::size_t candidates = std::min(window_.size(), rules_.fused_frames);
  const Observation* best = nullptr;
  for (auto seen = window_.end() - static_cast<std::ptrdiff_t>(candidates); seen != window_.end(); ++seen) {
    const Observation& one = seen->observation;
    if (!probes_.empty() && one.frame->captured_at <= probes_.back().frame->captured_at) continue;
    if (best == nullptr || goodness(*one.quality) > goodness(*best->quality)) best = &one;
  }
  if (best != nullptr) probes_.push_back(*best);
}

void Capture::decide() {
  if (!request_.liveness) {
    if (!motions_done() && !motion_asked_) ask_for_motion(window_.back().observation.frame->captured_at);
    if (motions_done()) hold();
    return;
  }
  const camera::FrameTime now = window_.back().observation.frame->captured_at;
  if (window_.size() < rules_.fused_frames ||
      now - window_.front().observation.frame->captured_at < rules_.least_window)
    return;
  if (!motions_done() && !motion_asked_) ask_for_motion(now);
  const std::string check = failing_check();
  if (check.empty()) {
    failing_.clear();
    if (motions_done()) hold();
    return;
  }
  const bool asking_lamp = check == "lamp" && window_.back().lamp == LampResponse::Verdict::undecided;
  if (asking_lamp && now - first_in_view_ < rules_.lamp_time) {
    failing_.clear();
    return;
  }
  if (failing_.empty()) first_failure_ = now;
  if (failing_ != check) this_check_since_ = now;
  failing_ = check;
  if (now - first_failure_ >= rules_.patience) return refuse(failing_, now);
  suggest_remedy(now);
}

void Capture::suggest_remedy(camera::FrameTime now) {
  const QualityHint remedy = remedy_for(failing_);
  if (now - this_check_since_ < rules_.remedy_after || remedy == told_remedy_ || remedy == QualityHint::none) return;
  if (motion_asked_) return;  // one thing at a time
  told_remedy_ = remedy;
  progress_.push_back({CaptureProgress::Kind::hint, remedy, HeadMotion::none});
}

void Capture::refuse(const std::string& check, camera::FrameTime now) {
  state_ = State::refused;
  result_.outcome = CaptureResult::Outcome::attack_suspected;
  result_.attack_check = check;
  result_.in_view = std::chrono::duration_cast<std::chrono::microseconds>(now - first_in_view_);
}

std::string Capture::failing_check() const {
  if (frozen()) return "frozen";
  const auto repeats =
      std::count_if(window_.begin(), window_.end(), [](const Seen& seen) { return seen.repeated; });
  if (static_cast<std::size_t>(repeats) > rules_.most_repeats) return "repeated";
  if (!surroundings_stand_still()) return "surroundings";
  if (!site_is_beside()) return "site";
  if (surroundings_seen() && !face_moves_against_surroundings()) return "stillness";
  const double liveness = fused_liveness();
  if (liveness < rules_.liveness_threshold) return "pad";
  // A plain wall vouches for nobody.
  const bool ask_motion = request_.natural_motion || liveness < rules_.liveness_sure || !surroundings_seen();
  if (ask_motion && !moves_within_itself()) return "motion";
  if (!answers_lamp()) return "lamp";
  return {};
}

// The median of the last frames' scores.
double Capture::fused_liveness() const {
  std::vector<double> scores;
  for (auto seen = window_.rbegin(); seen != window_.rend() && scores.size() < rules_.fused_frames; ++seen)
    scores.push_back(seen->observation.liveness.value_or(0));
  return median(std::move(scores));
}

bool Capture::frozen() const {
  const Seen& last = window_.back();
  const Box& face = last.observation.face->box;
  return std::all_of(window_.begin(), window_.end(), [&](const Seen& seen) {
    return region_difference(seen.trace, last.trace, face) < rules_.frozen_difference;
  });
}

bool Capture::moves_within_itself() const {
  return std::any_of(window_.begin(), window_.end(),
                     [&](const Seen& seen) { return seen.observation.inner_motion.value_or(0) >= rules_.natural_motion; });
}

bool Capture::surroundings_stand_still() const {
  const auto shift = [](const Seen& seen) {
    const auto& surroundings = seen.observation.surroundings;
    return surroundings ? surroundings->shift : 0;
  };
  return shift(window_.back()) < rules_.surroundings_still &&
         std::none_of(window_.begin(), window_.end(),
                      [&](const Seen& seen) { return shift(seen) >= rules_.surroundings_shift; });
}

bool Capture::surroundings_seen() const {
  return std::any_of(window_.begin(), window_.end(),
                     [](const Seen& seen) { return seen.observation.surroundings.has_value(); });
}

bool Capture::face_moves_against_surroundings() const {
  return std::any_of(window_.begin(), window_.end(), [&](const Seen& seen) {
    const auto& surroundings = seen.observation.surroundings;
    return surroundings && surroundings->face_shift >= rules_.face_shift;
  });
}

// The median of the last frames in which anything could be told.
bool Capture::site_is_beside() const {
  if (rules_.site == CheckRule::off) return true;
  std::vector<float> shares;
  for (auto seen = window_.rbegin(); seen != window_.rend() && shares.size() < rules_.fused_frames; ++seen)
    if (seen->observation.site) shares.push_back(seen->observation.site->share);
  if (shares.empty()) return rules_.site != CheckRule::required;
  return median(std::move(shares)) >= rules_.site_share;
}

// No answer in time is none, as with every check.
bool Capture::answers_lamp() const {
  using Verdict = LampResponse::Verdict;
  if (rules_.lamp == CheckRule::off) return true;
  if (rules_.lamp == CheckRule::where_possible && window_.back().lamp == Verdict::unseen) return true;
  return std::any_of(window_.begin(), window_.end(),
                     [](const Seen& seen) { return seen.lamp == Verdict::answered; });
}

void Capture::ask_for_motion(camera::FrameTime now) {
  motion_asked_ = true;
  asked_at_ = now;
  neutral_ = window_.back().observation.quality->head_pose;
  progress_.push_back({CaptureProgress::Kind::head_motion, QualityHint::none, motions_[next_motion_]});
}

bool Capture::too_late_to_turn(camera::FrameTime now) const {
  return motion_asked_ && now - asked_at_ > rules_.motion_deadline;
}

// Out and back again. A person's left is the picture's right, where yaw grows.
void Capture::follow_head_motion(const HeadPose& pose) {
  const HeadMotion motion = motions_[next_motion_];
  const float yaw = pose.yaw - neutral_.yaw;
  const float pitch = pose.pitch - neutral_.pitch;
  if (!turned_) {
    turned_ = (motion == HeadMotion::turn_left && yaw >= rules_.turn_degrees) ||
              (motion == HeadMotion::turn_right && yaw <= -rules_.turn_degrees) ||
              (motion == HeadMotion::nod && pitch >= rules_.nod_degrees);
    return;
  }
  if (std::abs(yaw) >= rules_.turn_degrees / 2 || std::abs(pitch) >= rules_.nod_degrees) return;
  turned_ = motion_asked_ = false;
  ++next_motion_;
}

void Capture::hold() {
  choose_probe();
  state_ = State::held;
  result_.outcome = CaptureResult::Outcome::held;
  result_.in_view = std::chrono::duration_cast<std::chrono::microseconds>(
      window_.back().observation.frame->captured_at - first_in_view_);
  window_.clear();
  older_frames_.clear();
}

}  // namespace sesame::biometric
