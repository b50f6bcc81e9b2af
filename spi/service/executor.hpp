// The one place where things run: a queue of callbacks, a clock and timers. Everything above (services, providers,
// devices, clients) is driven by an Executor, so a whole ATM runs in real time (AsioExecutor) or, deterministically, in
// virtual time (VirtualExecutor). Thread rule: post() and offload() may be called from any thread; the rest, and every
// callback, belong to the executor's own thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>

namespace sesame::spi {

using Duration = std::chrono::nanoseconds;

/// A monotonic clock without a global now(): time is what the Executor says it is.
struct Clock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<Clock>;
  static constexpr bool is_steady = true;
};
using TimePoint = Clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Callback = std::function<void()>;
using TimerId = std::uint64_t;

class Executor {
 public:
  virtual ~Executor() = default;

  virtual TimePoint now() const = 0;
  virtual WallTime wall_now() const = 0;

  /// Runs `callback` soon, after everything posted before it. Never inline.
  virtual void post(Callback callback) = 0;

  /// Runs `callback` once, when everything that is ready has run, or as much of it as others may have to wait for: for
  /// what nobody waits for, and for what is better done once for many.
  virtual void when_idle(Callback callback) = 0;

  /// Runs `callback` at `when`, or soon if that has passed.
  virtual TimerId call_at(TimePoint when, Callback callback) = 0;
  /// It is guaranteed that a cancelled timer's callback does not run; an unknown or spent id is ignored.
  virtual void cancel(TimerId id) = 0;

  /// Runs `work` on a worker (heavy computing, blocking I/O), then `then` on the executor. Virtual time runs both in turn.
  virtual void offload(Callback work, Callback then) = 0;

  /// An exception that left a spawned task, which nobody waits for. Tells the operator; never ends the process.
  virtual void unhandled(std::exception_ptr error) noexcept = 0;
};

}  // namespace sesame::spi
