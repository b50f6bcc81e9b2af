// An executor whose time stands still until nothing is left to run, then jumps to the next timer: a whole ATM runs in it
// as fast as the machine can, and the same program does the same thing each time. Single-threaded.
#pragma once

#include <deque>

#include "spi/service/executor.hpp"
#include "spi/service/timer_queue.hpp"

namespace sesame::spi {

class VirtualExecutor final : public Executor {
 public:
  VirtualExecutor() = default;
  ~VirtualExecutor() override;

  TimePoint now() const override { return now_; }
  WallTime wall_now() const override;
  void post(Callback callback) override;
  void when_idle(Callback callback) override;
  TimerId call_at(TimePoint when, Callback callback) override;
  void cancel(TimerId id) override;
  void offload(Callback work, Callback then) override;
  void unhandled(std::exception_ptr error) noexcept override;

  /// Runs all that is ready at this instant. Returns how many callbacks ran.
  std::size_t run_ready();
  /// Runs until nothing is ready and no timer is set, at most `limit` callbacks (a guard against an endless loop:
  /// throws std::runtime_error beyond it).
  void run_until_idle(std::size_t limit = 10'000'000);
  /// Runs, and moves time forward by `step`.
  void advance(Duration step);
  /// Runs, moving time forward, until `condition` holds. False if nothing is left to run before that.
  bool run_until(const std::function<bool()>& condition, std::size_t limit = 10'000'000);
  bool idle() const { return ready_.empty() && idle_.empty() && timers_.empty(); }

 private:
  bool run_one();
  bool jump_to_next_timer();

  std::deque<Callback> ready_, idle_;
  TimerQueue timers_;
  TimePoint now_{};
};

}  // namespace sesame::spi
