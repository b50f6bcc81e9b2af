#include "biometric/attack/turning_customer.hpp"

#include <algorithm>
#include <cmath>

#include "camera/picture.hpp"
#include "camera/replay.hpp"

namespace sesame::biometric {
namespace {

constexpr camera::FrameTime reaction = std::chrono::milliseconds(600);
constexpr camera::FrameTime longest_take = std::chrono::seconds(60);
constexpr std::size_t step = 3;              // every third frame is looked at
constexpr std::size_t longest_movement = 16; // looks to each side of the turn
constexpr float resting = 4;                 // degrees: as good as straight ahead
constexpr float least_turn = 11;
constexpr float least_nod = 9;
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

float median(std::vector<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// How far each look is turned in the direction of `motion`, against how the take mostly looks.
std::vector<float> turns(const std::vector<Looked>& looked, HeadMotion motion) {
  std::vector<float> angles;
  for (const Looked& look : looked) angles.push_back(motion == HeadMotion::nod ? look.pose.pitch : look.pose.yaw);
  const float straight = median(angles);
  for (float& angle : angles) angle = (angle - straight) * (motion == HeadMotion::turn_right ? -1.0F : 1.0F);
  return angles;
}

struct Span {
  std::size_t first = 0;
  std::size_t last = 0;
};

// The frames about the farthest turn, from rest to rest.
std::optional<Span> movement(const std::vector<Looked>& looked, HeadMotion motion) {
  if (looked.empty()) return std::nullopt;
  const std::vector<float> angles = turns(looked, motion);
  const auto peak = static_cast<std::size_t>(std::max_element(angles.begin(), angles.end()) - angles.begin());
  if (angles[peak] < (motion == HeadMotion::nod ? least_nod : least_turn)) return std::nullopt;
  std::size_t first = peak;
  while (first > 0 && peak - first < longest_movement && angles[first] > resting) --first;
  std::size_t last = peak;
  while (last + 1 < angles.size() && last - peak < longest_movement && angles[last] > resting) ++last;
  return Span{looked[first].number, looked[last].number};
}

}  // namespace

Movements movements_of(Pipeline& pipeline, const std::string& path) {
  const std::vector<Looked> looked = poses_of(pipeline, path);
  std::map<HeadMotion, Span> spans;
  for (const HeadMotion motion : {HeadMotion::turn_left, HeadMotion::turn_right, HeadMotion::nod})
    if (const auto span = movement(looked, motion)) spans[motion] = *span;
  Movements movements;
  for_each_frame(path, [&](std::size_t number, const camera::FramePtr& frame) {
    for (const auto& [motion, span] : spans)
      if (number >= span.first && number <= span.last)
        movements[motion].push_back(camera::encode_jpeg(*frame, jpeg_quality));
  });
  return movements;
}

TurningCustomer::TurningCustomer(std::unique_ptr<camera::FrameSource> take, std::shared_ptr<const Movements> movements,
                                 std::optional<Control> control, std::uint32_t seed)
    : take_(std::move(take)), movements_(std::move(movements)) {
  if (control) change_ = seen_through(*control, seed);
}

void TurningCustomer::asked(HeadMotion motion) {
  const auto found = movements_->find(motion);
  if (found == movements_->end()) return;
  showing_ = &found->second;
  next_ = 0;
  asked_at_.reset();
}

camera::FramePtr TurningCustomer::newest(camera::FrameTime now) {
  const camera::FramePtr frame = take_->newest(now);
  if (!frame) return nullptr;
  if (showing_ && !asked_at_) asked_at_ = frame->captured_at;
  const bool turning = showing_ && frame->captured_at - *asked_at_ >= reaction;
  if (!turning && !change_) return frame;
  camera::Frame seen = turning ? camera::decode_jpeg((*showing_)[next_++]) : *frame;
  if (change_) seen = change_(seen);
  seen.captured_at = frame->captured_at;
  seen.sequence = frame->sequence;
  if (turning && next_ == showing_->size()) showing_ = nullptr;
  return std::make_shared<const camera::Frame>(std::move(seen));
}

}  // namespace sesame::biometric
