#include "camera/guarded_camera.hpp"

#include <algorithm>
#include <utility>

namespace sesame::camera {
namespace {

// What was wrong a moment ago makes the next frames doubtful as well.
constexpr FrameTime doubt = std::chrono::seconds(1);
constexpr FrameTime longest_silence = std::chrono::seconds(3);
constexpr FrameTime pause = std::chrono::seconds(1);  // between two questions: nobody looked
constexpr FrameTime note_period = std::chrono::minutes(1);
constexpr const char* out_of_use = "the camera is out of use until an operator has looked at it";
constexpr const char* not_open_yet = "the camera is not open yet";

}  // namespace

GuardedCamera::GuardedCamera(std::unique_ptr<FrameSource> source, GuardedCameraOptions options)
    : options_(std::move(options)) {
  if (options_.pin) watch_.emplace(*options_.pin, options_.sysfs, options_.tamper_state);
  accept(std::move(source));
}

void GuardedCamera::replace(std::unique_ptr<FrameSource> source) {
  close();
  accept(std::move(source));
}

void GuardedCamera::accept(std::unique_ptr<FrameSource> source) {
  description_ = source->description();
  identity_ = source->identity();
  if (watch_) {
    const bool pinned = watch_->opened(identity_);
    look();
    if (!pinned || is_tampered()) return fail(out_of_use);
  }
  fault_.clear();
  guard_.emplace(description_, options_.stream);
  refused_until_ = {};
  asked_at_.reset();
  lamp_dark_at_ = {};
  told_light_trouble_ = false;
  challenge_ = challenge_for(*source);
  lamp_ = lamp_for(*source);
  source_ = std::move(source);
  // Whoever used it last may have died while it was on.
  lamp_may_be_on_ = lamp_.has_value();
  rest_lamp();
  if (!answers_what_is_required()) fail("the camera does not do what is required of it");
}

bool GuardedCamera::answers_what_is_required() {
  using Challenge = GuardedCameraOptions::Challenge;
  std::string why;
  if (!challenge_ && options_.light_challenge == Challenge::required)
    why = "light challenge is " + no_challenge_;
  if (!lamp_ && options_.lamp_challenge == Challenge::required) why = "lamp is " + no_lamp_;
  if (!why.empty() && !std::exchange(told_no_challenge_, true))
    note("the camera is not used, for its " + why);
  return why.empty();
}

std::optional<LampChallenge> GuardedCamera::lamp_for(const FrameSource& source) {
  const std::optional<Lamp> lamp = source.lamp();
  if (options_.lamp_challenge == GuardedCameraOptions::Challenge::off || !options_.random)
    no_lamp_ = "off: not configured";
  else if (!lamp)
    no_lamp_ = "off: this camera has none that can be switched";
  else
    return LampChallenge(*lamp, options_.random, options_.lamp);
  return std::nullopt;
}

std::optional<LightChallenge> GuardedCamera::challenge_for(const FrameSource& source) {
  const std::optional<LightControl> control = source.light_control();
  if (options_.light_challenge == GuardedCameraOptions::Challenge::off || !options_.random)
    no_challenge_ = "off: not configured";
  else if (!control)
    no_challenge_ = "off: the exposure of this camera cannot be commanded";
  else if (control->darkest > -options_.challenge.deepest / 2)
    no_challenge_ = "off: the exposure of this camera cannot be made shorter";
  else
    return LightChallenge(*control, options_.random, options_.challenge);
  return std::nullopt;
}

bool GuardedCamera::look() {
  if (watch_) watch_->look();
  return note_tamper();
}

// The journal has every event once.
bool GuardedCamera::note_tamper() {
  if (!watch_ || watch_->tamper() == told_tamper_) return false;
  told_tamper_ = watch_->tamper();
  if (is_tampered()) {
    note("tamper event: " + told_tamper_ + ": no face is let in " +
         (watch_->pin().until_cleared ? "before `sesame camera clear`" : "while that is so"));
    fail(out_of_use);
  } else {
    note("the tamper event is over");
    fail(not_open_yet);
  }
  return true;
}

bool GuardedCamera::clear_tamper(const std::string& by) {
  if (!is_tampered()) return false;
  watch_->clear();
  note("the tamper event was cleared by " + by);
  told_tamper_.clear();
  fail(not_open_yet);
  look();
  reopen();  // so that whoever cleared it hears at once when the wrong camera is still there
  return true;
}

// Closed at once: a device that is held open cannot be opened again.
void GuardedCamera::fail(std::string why) {
  fault_ = std::move(why);
  close();
}

void GuardedCamera::close() {
  rest_lamp();
  source_.reset();
}

bool GuardedCamera::can_come_back() const {
  return !fault_.empty() && options_.reopen && !(is_tampered() && watch_->pin().until_cleared);
}

std::optional<FrameTime> GuardedCamera::next_due() const {
  std::optional<FrameTime> due = source_ ? source_->next_due() : std::nullopt;
  if (due && challenge_ && challenge_->running()) due = std::min(*due, challenge_->next_due());
  if (due && lamp_ && lamp_->running()) due = std::min(*due, lamp_->next_due());
  return due;
}

void GuardedCamera::reopen() {
  try {
    if (can_come_back()) accept(options_.reopen());
  } catch (const SourceError& error) {
    fail(error.what());
  }
}

FramePtr GuardedCamera::pull(FrameTime now) {
  if (!source_) {
    reopen();  // which takes its time: `now` is over
    return nullptr;
  }
  try {
    if (source_->ended()) {
      fail("the take that stands for the camera is over");
      return nullptr;
    }
    const FramePtr frame = source_->newest(now);
    command(now);
    if (is_silent(frame != nullptr, now)) fail("the camera gives no frames");
    if (!frame) return nullptr;
    if (const StreamFault fault = guard_->check(*frame, now); fault != StreamFault::none) {
      refuse(fault, now);
      return nullptr;
    }
    if (now < refused_until_) return nullptr;
    if (challenge_) challenge_->see(*frame);
    return frame;
  } catch (const SourceError& error) {
    fail(error.what());
    return nullptr;
  }
}

// libuvc says nothing of a camera that was pulled out.
bool GuardedCamera::is_silent(bool heard, FrameTime now) {
  if (heard || !asked_at_ || now - *asked_at_ > pause) heard_at_ = now;
  asked_at_ = now;
  return description_.by_sensor && now - heard_at_ > longest_silence;
}

void GuardedCamera::refuse(StreamFault fault, FrameTime now) {
  ++refused_;
  last_refusal_ = fault;
  refused_until_ = now + doubt;
  Count& count = counts_.at(static_cast<std::size_t>(fault));
  ++count.frames;
  if (count.told > 0 && now - count.told_at < note_period) return;
  note("frames of the camera refused as " + std::string(to_string(fault)) + ": " +
       std::to_string(count.frames - count.told) + ", " + std::to_string(count.frames) + " in all");
  count.told = count.frames;
  count.told_at = now;
}

void GuardedCamera::end_challenge() {
  if (--challengers_ == 0) rest_light();
}
void GuardedCamera::end_lamp() {
  if (--lamp_users_ == 0) rest_lamp();
}

void GuardedCamera::command(FrameTime now) {
  if (lamp_ && lamp_users_ > 0 && exposure_first_ == 0) {
    rest_light();
    command_lamp(now);
  } else {
    rest_lamp();
    command_light(now);
  }
}

void GuardedCamera::command_light(FrameTime now) {
  if (!challenge_ || challengers_ == 0 || now < lamp_dark_at_) return;
  challenge_->begin(now);
  const std::optional<double> level = challenge_->due(now);
  if (!level) return;
  try {
    challenge_->set_applied(source_->ask_light(*level));
  } catch (const SourceError& error) {
    // No way out: a camera that said it can be commanded, and then cannot, answers no challenge.
    tell_light_trouble(error.what());
  }
}

void GuardedCamera::rest_light() {
  if (!challenge_ || !challenge_->running()) return;
  challenge_->end();
  try {
    if (source_) source_->ask_light(std::nullopt);
  } catch (const SourceError& error) {
    tell_light_trouble(error.what());
  }
}

void GuardedCamera::command_lamp(FrameTime now) {
  lamp_->begin(now);
  const std::optional<bool> on = lamp_->due(now);
  if (!on) return;
  lamp_may_be_on_ = true;
  try {
    source_->switch_lamp(*on);
  } catch (const SourceError& error) {
    tell_light_trouble(error.what());  // no way out either
  }
}

// Tried again with the next frame, should it fail.
void GuardedCamera::rest_lamp() {
  if (lamp_) lamp_->end();
  if (!source_ || !lamp_may_be_on_) return;
  try {
    source_->switch_lamp(false);
    lamp_may_be_on_ = false;
    if (lamp_ && asked_at_) lamp_dark_at_ = *asked_at_ + lamp_->lamp().longest_latency;
  } catch (const SourceError& error) {
    tell_light_trouble(error.what());
  }
}

std::vector<LampStep> GuardedCamera::lamp_steps() const {
  if (!lamp_) return {};
  return {lamp_->steps().begin(), lamp_->steps().end()};
}

void GuardedCamera::tell_light_trouble(const std::string& why) {
  if (!std::exchange(told_light_trouble_, true)) note("the light of the camera cannot be commanded: " + why);
}

LightChallenge::Verdict GuardedCamera::verdict(FrameTime since, FrameTime now) const {
  return challenge_ ? challenge_->verdict(since, now) : LightChallenge::Verdict::undecided;
}

CameraStatus GuardedCamera::status() const {
  CameraStatus status;
  status.name = description_.name;
  status.found = identity_;
  if (watch_) {
    status.is_pinned = true;
    status.pinned = watch_->pin().camera;
    status.tamper = watch_->tamper();
  }
  status.fault = fault_;
  status.light_challenge = challenge_ ? "on" : no_challenge_;
  status.lamp = lamp_ ? "on" : no_lamp_;
  for (std::size_t i = 1; i < counts_.size(); ++i)
    if (counts_[i].frames > 0)
      status.refused[std::string(to_string(static_cast<StreamFault>(i)))] = counts_[i].frames;
  return status;
}

}  // namespace sesame::camera
