// Timers of an executor, ordered by time and, at the same time, by the order in which they were set.
// Owned by one executor; used on its thread only.
#pragma once

#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "spi/service/executor.hpp"

namespace sesame::spi {

class TimerQueue {
 public:
  TimerId add(TimePoint when, Callback callback) {
    const TimerId id = ++last_id_;
    timers_.emplace(std::pair{when, id}, std::move(callback));
    times_.emplace(id, when);
    return id;
  }
  void cancel(TimerId id) {
    const auto found = times_.find(id);
    if (found == times_.end()) return;
    timers_.erase({found->second, id});
    times_.erase(found);
  }
  std::optional<TimePoint> next() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first.first;
  }
  /// Takes the first timer that is due at `now`.
  std::optional<Callback> take_due(TimePoint now) {
    if (timers_.empty() || timers_.begin()->first.first > now) return std::nullopt;
    auto node = timers_.extract(timers_.begin());
    times_.erase(node.key().second);
    return std::move(node.mapped());
  }
  bool empty() const { return timers_.empty(); }

 private:
  std::map<std::pair<TimePoint, TimerId>, Callback> timers_;
  std::unordered_map<TimerId, TimePoint> times_;
  TimerId last_id_ = 0;
};

}  // namespace sesame::spi
