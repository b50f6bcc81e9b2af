#include "camera/stream_guard.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace sesame::camera {
namespace {

constexpr std::array<std::string_view, stream_fault_count> fault_words = {
    "none", "future", "stale", "outOfOrder", "tooFast", "burst", "tooRegular", "frozen", "repeated", "challenge"};

// Darkness and glare are the same bytes again and again on a true sensor as well.
bool has_content(const Frame& frame) {
  constexpr std::size_t step = 97;
  std::uint8_t low = 255, high = 0;
  for (std::size_t i = 0; i < frame.bytes.size(); i += step) {
    low = std::min(low, frame.bytes[i]);
    high = std::max(high, frame.bytes[i]);
  }
  return high - low >= 16;
}

std::uint64_t content_of(const Frame& frame) {
  return std::hash<std::string_view>{}(
      {reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()});
}

}  // namespace

std::string_view to_string(StreamFault fault) { return fault_words.at(static_cast<std::size_t>(fault)); }

StreamGuard::StreamGuard(const SourceDescription& source, const StreamRules& rules)
    : rules_(rules),
      period_(source.frames_per_second > 0 ? 1e9 / source.frames_per_second : 0),
      by_sensor_(source.by_sensor) {}

StreamFault StreamGuard::check(const Frame& frame, FrameTime now) {
  if (frame.captured_at > now + rules_.furthest_ahead) return StreamFault::future;
  if (now - frame.captured_at > rules_.oldest) return StreamFault::stale;
  const StreamFault times = check_times({frame.sequence, frame.captured_at});
  // A recording may be short and begin again; a sensor has no two frames alike.
  const StreamFault content = by_sensor_ ? check_content(frame) : StreamFault::none;
  return times != StreamFault::none ? times : content;
}

StreamFault StreamGuard::check_times(const Stamp& stamp) {
  if (stamps_.empty()) {
    stamps_.push_back(stamp);
    return StreamFault::none;
  }
  const Stamp last = stamps_.back();
  if (stamp.sequence <= last.sequence || stamp.at <= last.at) {
    // What follows is judged by this frame: a camera that began anew is one fault, not one for ever.
    stamps_.assign(1, stamp);
    short_periods_ = 0;
    after_gap_ = false;
    return StreamFault::out_of_order;
  }
  stamps_.push_back(stamp);
  if (stamps_.size() > rules_.regular_frames) stamps_.pop_front();
  if (period_ <= 0) return StreamFault::none;
  const double periods = periods_since(last, stamp);
  if (static_cast<double>((stamp.at - last.at).count()) > rules_.gap_periods * period_) {
    after_gap_ = true;
    short_periods_ = 0;
  } else if (periods < rules_.burst_period) {
    if (++short_periods_ >= rules_.burst_frames && after_gap_) return StreamFault::burst;
  } else {
    after_gap_ = false;
  }
  if (stamps_.size() > rules_.rate_frames &&
      periods_since(*(stamps_.end() - 1 - static_cast<std::ptrdiff_t>(rules_.rate_frames)), stamp) <
          rules_.shortest_period)
    return StreamFault::too_fast;
  return by_sensor_ && too_regular() ? StreamFault::too_regular : StreamFault::none;
}

// The mean time of a frame between the two, in periods of the sensor. Frames that nobody took count.
double StreamGuard::periods_since(const Stamp& earlier, const Stamp& later) const {
  return static_cast<double>((later.at - earlier.at).count()) /
         static_cast<double>(later.sequence - earlier.sequence) / period_;
}

bool StreamGuard::too_regular() const {
  if (stamps_.size() < rules_.regular_frames) return false;
  double shortest = periods_since(stamps_[0], stamps_[1]);
  double longest = shortest;
  for (std::size_t i = 2; i < stamps_.size(); ++i) {
    const double periods = periods_since(stamps_[i - 1], stamps_[i]);
    shortest = std::min(shortest, periods);
    longest = std::max(longest, periods);
  }
  const auto least = std::chrono::duration<double, std::nano>(rules_.least_spread).count();
  return (longest - shortest) * period_ < least;
}

StreamFault StreamGuard::check_content(const Frame& frame) {
  const FrameTime at = frame.captured_at;
  std::erase_if(contents_, [&](const auto& entry) { return at - entry.second > rules_.repeat_memory; });
  if (!has_content(frame)) {
    last_content_ = 0;
    return StreamFault::none;
  }
  const std::uint64_t content = content_of(frame);
  const bool known = contents_.contains(content);
  contents_[content] = at;
  if (content != std::exchange(last_content_, content)) {
    content_since_ = at;
    return known ? StreamFault::repeated : StreamFault::none;
  }
  return at - content_since_ > rules_.longest_frozen ? StreamFault::frozen : StreamFault::none;
}

}  // namespace sesame::camera
