// StreamGuard: whether frames come as from a sensor: now, in order, at its rate, never twice the same. It
// judges times, numbers and bytes, not what is in the picture. Fed with every frame that is to be used; one
// thread, one guard for each opening of a camera.
#pragma once

#include <chrono>
#include <deque>
#include <string_view>
#include <unordered_map>

#include "camera/frame_source.hpp"

namespace sesame::camera {

enum class StreamFault {
  none,
  future,        // taken after now
  stale,         // taken too long ago
  out_of_order,  // its number or time does not follow the last one's
  too_fast,      // more frames than the sensor makes
  burst,         // nothing for long, then several at once
  too_regular,   // without the jitter that every sensor and bus has
  frozen,        // the same bytes for long
  repeated,      // the bytes of an older frame, after others
  challenge,     // its brightness does not follow what was asked of the camera; see LightChallenge
};
inline constexpr std::size_t stream_fault_count = 10;
std::string_view to_string(StreamFault fault);

struct StreamRules {
  std::chrono::milliseconds oldest{500};
  std::chrono::milliseconds furthest_ahead{50};  // frames arrive while somebody else has the processor
  std::size_t rate_frames = 12;  // the rate is of so many
  double shortest_period = 0.8;  // of the sensor's, on average
  double gap_periods = 5;        // so long without a frame ...
  double burst_period = 0.5;     // ... and then frames closer than this, of the sensor's period ...
  std::size_t burst_frames = 3;  // ... so many times
  std::size_t regular_frames = 30;
  std::chrono::microseconds least_spread{2};  // of their periods, longest less shortest
  std::chrono::milliseconds longest_frozen{1000};
  std::chrono::milliseconds repeat_memory{10000};
};

class StreamGuard {
 public:
  explicit StreamGuard(const SourceDescription& source, const StreamRules& rules = {});

  // Judges the next frame at `now`, by the clock of its times.
  StreamFault check(const Frame& frame, FrameTime now);

 private:
  struct Stamp {
    std::uint64_t sequence;
    FrameTime at;
  };
  StreamFault check_times(const Stamp& stamp);
  StreamFault check_content(const Frame& frame);
  double periods_since(const Stamp& earlier, const Stamp& later) const;
  bool too_regular() const;

  StreamRules rules_;
  double period_ = 0;  // nanoseconds; 0: unknown
  bool by_sensor_;
  std::deque<Stamp> stamps_;  // the last regular_frames
  std::size_t short_periods_ = 0;
  bool after_gap_ = false;
  std::unordered_map<std::uint64_t, FrameTime> contents_;  // hash -> last seen
  std::uint64_t last_content_ = 0;
  FrameTime content_since_{};
};

}  // namespace sesame::camera
