#include "biometric/attack/turning_customer.hpp"

#include <algorithm>
#include <cmath>

#include "biometric/pipeline/capture.hpp"
#include "biometric/pipeline/median.hpp"
#include "biometric/pipeline/surroundings.hpp"
#include "camera/picture.hpp"
#include "camera/replay.hpp"

namespace sesame::biometric {
namespace {

constexpr camera::FrameTime reaction = std::chrono::milliseconds(600);
constexpr camera::FrameTime longest_take = std::chrono::seconds(60);
constexpr std::size_t step = 3;        // every third frame is looked at
constexpr float resting = 4;           // degrees: as good as straight ahead
constexpr float least_turn = 14;       // what a capture asks for, and the rest that it is measured from
constexpr float least_nod = 12;
constexpr std::size_t least_rest = 8;  // looks in a row
constexpr camera::FrameTime cut_lasts = std::chrono::milliseconds(400);
constexpr int jpeg_quality = 95;

struct Looked {
  std::size_t number = 0;
  HeadPose pose;
};

std::unique_ptr<camera::FrameSource> open_once(const std::string& path) {
  camera::ReplayOptions options;
  options.loop = false;
  return camera::open_replay(path, options);
}

// Calls work(number, frame) for each frame of the first minute.
template <class Work>
void for_each_frame(const std::string& path, Work&& work) {
  const auto take = open_once(path);
  std::size_t number = 0;
  for (camera::FrameTime now{0}; !take->ended() && now < longest_take; now = take->next_due().value_or(longest_take))
    if (const camera::FramePtr frame = take->newest(now)) work(number++, frame);
}

std::vector<Looked> poses_of(Pipeline& pipeline, const std::string& path) {
  std::vector<Looked> looked;
  for_each_frame(path, [&](std::size_t number, const camera::FramePtr& frame) {
    if (number % step != 0) return;
    const Observation& seen = pipeline.observe(frame, Depth::quality);
    if (seen.quality) looked.push_back({number, seen.quality->head_pose});
  });
  return looked;
}

// The take's poses against how the person mostly looks.
struct Angles {
  std::vector<float> yaw, pitch;
  float towards(HeadMotion motion, std::size_t look) const {
    if (motion == HeadMotion::nod) return pitch[look];
    return motion == HeadMotion::turn_right ? -yaw[look] : yaw[look];
  }
  bool straight(std::size_t look) const { return std::abs(yaw[look]) <= resting && std::abs(pitch[look]) <= resting; }
};

Angles angles_of(const std::vector<Looked>& looked) {
  Angles angles;
  for (const Looked& look : looked) {
    angles.yaw.push_back(look.pose.yaw);
    angles.pitch.push_back(look.pose.pitch);
  }
  for (auto* one : {&angles.yaw, &angles.pitch}) {
    const float usual = median(*one);
    for (float& angle : *one) angle -= usual;
  }
  return angles;
}

struct Span {
  std::size_t first = 0;
  std::size_t last = 0;
  bool has(std::size_t number) const { return number >= first && number <= last; }
};

// All that lie between looks where `inside` is false; a last one that does not come to an end is none.
template <class Inside>
std::vector<Span> spans(std::size_t looks, Inside&& inside) {
  std::vector<Span> found;
  for (std::size_t i = 0; i < looks; ++i) {
    if (!inside(i)) continue;
    const std::size_t first = i;
    while (i < looks && inside(i)) ++i;
    if (i < looks) found.push_back({first, i - 1});
  }
  return found;
}

// The shortest that goes far enough, from rest to rest: who was asked does not dawdle.
std::optional<Span> movement(const std::vector<Looked>& looked, const Angles& angles, HeadMotion motion) {
  const float least = motion == HeadMotion::nod ? least_nod : least_turn;
  std::optional<Span> best;
  for (const Span& span : spans(looked.size(), [&](std::size_t i) { return angles.towards(motion, i) > resting; })) {
    float farthest = 0;
    for (std::size_t i = span.first; i <= span.last; ++i) farthest = std::max(farthest, angles.towards(motion, i));
    const bool shorter = !best || span.last - span.first < best->last - best->first;
    if (span.first > 0 && farthest >= least && shorter) best = span;
  }
  if (!best) return std::nullopt;
  return Span{looked[best->first - 1].number, looked[best->last + 1].number};
}

std::vector<Span> straight_ahead(const std::vector<Looked>& looked, const Angles& angles) {
  std::vector<Span> found;
  for (const Span& span : spans(looked.size(), [&](std::size_t i) { return angles.straight(i); }))
    if (span.last - span.first + 1 >= least_rest) found.push_back({looked[span.first].number, looked[span.last].number});
  return found;
}

// A part of the take: a movement, or straight ahead (motion none).
struct Part {
  Span span;
  HeadMotion motion = HeadMotion::none;
};

std::vector<Part> parts_of(const std::vector<Looked>& looked) {
  const Angles angles = angles_of(looked);
  std::vector<Part> parts;
  for (const Span& span : straight_ahead(looked, angles)) parts.push_back({span, HeadMotion::none});
  for (const HeadMotion motion : {HeadMotion::turn_left, HeadMotion::turn_right, HeadMotion::nod})
    if (const auto span = movement(looked, angles, motion)) parts.push_back({*span, motion});
  return parts;
}

// How far the hall goes when the take is cut from one frame to the other; before a plain wall nobody knows.
std::optional<float> hall_moves(const camera::Frame& from, const camera::Frame& to, const Box& face_before, const Box& face_after) {
  Surroundings surroundings;
  camera::Frame before = from, after = to;
  before.captured_at = {};
  after.captured_at = cut_lasts;
  surroundings.look(before, face_before);
  const auto motion = surroundings.look(after, face_after);
  if (!motion) return std::nullopt;
  return motion->shift;
}

// A camera that somebody moved within the take would make each cut look like a picture that sways in a hand.
void keep_one_camera_position(Pipeline& pipeline, const std::string& path, std::vector<Part>& parts) {
  struct First {
    camera::FramePtr frame;
    Box face;
  };
  std::map<std::size_t, First> firsts;  // of each part, by its number
  for_each_frame(path, [&](std::size_t number, const camera::FramePtr& frame) {
    if (std::none_of(parts.begin(), parts.end(), [&](const Part& part) { return part.span.first == number; })) return;
    const Observation& seen = pipeline.observe(frame, Depth::presence);
    if (seen.face) firsts[number] = {frame, seen.face->box};
  });
  const auto length = [](const Part& part) { return part.motion == HeadMotion::none ? part.span.last - part.span.first : 0; };
  const auto longest = std::max_element(parts.begin(), parts.end(), [&](const Part& a, const Part& b) { return length(a) < length(b); });
  if (longest == parts.end() || !firsts.contains(longest->span.first)) return parts.clear();
  const First reference = firsts[longest->span.first];
  std::erase_if(parts, [&](const Part& part) {
    const auto first = firsts.find(part.span.first);
    if (first == firsts.end()) return true;
    const auto moved = hall_moves(*reference.frame, *first->second.frame, reference.face, first->second.face);
    return !moved || *moved >= CaptureRules().surroundings_still;
  });
}

}  // namespace

PosedTake by_pose(Pipeline& pipeline, const std::string& path) {
  const std::vector<Looked> looked = poses_of(pipeline, path);
  if (looked.empty()) return {};
  std::vector<Part> parts = parts_of(looked);
  keep_one_camera_position(pipeline, path, parts);
  PosedTake take;
  for_each_frame(path, [&](std::size_t number, const camera::FramePtr& frame) {
    for (const Part& part : parts)
      if (part.span.has(number))
        (part.motion == HeadMotion::none ? take.straight : take.movements[part.motion])
            .push_back({frame->captured_at, camera::encode_jpeg(*frame, jpeg_quality)});
  });
  return take;
}

TurningCustomer::TurningCustomer(std::unique_ptr<camera::FrameSource> clock, std::shared_ptr<const PosedTake> take,
                                 camera::FrameTime begin, std::optional<Control> control, std::uint32_t seed)
    : clock_(std::move(clock)), take_(std::move(take)) {
  if (control) change_ = seen_through(*control, seed);
  const auto& straight = take_->straight;
  const auto from = std::find_if(straight.begin(), straight.end(), [&](const auto& still) { return still.at >= begin; });
  straight_ = from == straight.end() ? 0 : static_cast<std::size_t>(from - straight.begin());
}

void TurningCustomer::asked(HeadMotion motion) {
  const auto found = take_->movements.find(motion);
  if (found == take_->movements.end()) return;
  turning_ = &found->second;
  turned_ = 0;
  asked_at_.reset();
}

const Bytes& TurningCustomer::next_still(camera::FrameTime at) {
  if (turning_ && !asked_at_) asked_at_ = at;
  if (turning_ && at - *asked_at_ >= reaction) {
    const Bytes& next = (*turning_)[turned_++].jpeg;
    if (turned_ == turning_->size()) turning_ = nullptr;
    return next;
  }
  const Bytes& next = take_->straight[straight_].jpeg;
  straight_ = (straight_ + 1) % take_->straight.size();
  return next;
}

camera::FramePtr TurningCustomer::newest(camera::FrameTime now) {
  const camera::FramePtr frame = clock_->newest(now);
  if (!frame || take_->straight.empty()) return frame;
  camera::Frame seen = camera::decode_jpeg(next_still(frame->captured_at));
  if (change_) seen = change_(seen);
  seen.captured_at = frame->captured_at;
  seen.sequence = frame->sequence;
  return std::make_shared<const camera::Frame>(std::move(seen));
}

}  // namespace sesame::biometric
