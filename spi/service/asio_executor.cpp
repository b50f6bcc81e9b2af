#include "spi/service/asio_executor.hpp"

#include <atomic>
#include <csignal>
#include <cstdio>
#include <deque>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "spi/service/timer_queue.hpp"

namespace sesame::spi {
namespace asio = boost::asio;

struct AsioExecutor::State {
  explicit State(std::size_t workers) : pool(workers) {}

  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{context.get_executor()};
  asio::steady_timer timer{context};
  asio::signal_set signals{context};
  TimerQueue timers;
  std::optional<TimePoint> armed;
  std::deque<Callback> ready, idle, at_turn_end;
  std::atomic<std::thread::id> thread;  // that runs; none until then
  std::function<void(const char*)> report = [](const char* what) { std::fprintf(stderr, "sesame: %s\n", what); };
  asio::thread_pool pool;

  static constexpr int longest_turn = 64;

  void serve() {
    thread = std::this_thread::get_id();
    for (int ran = 0; !context.stopped(); ++ran) {
      if (idle.empty()) ran = 0;
      const bool more = ran < longest_turn && wait_or_look();
      turn();
      if (more) continue;
      call_idle();
      ran = 0;
    }
    call_idle();  // what nobody waited for is done all the same
  }

  // A look for new events is a system call: not without need.
  bool wait_or_look() {
    const bool waiting = ready.empty() && at_turn_end.empty() && idle.empty();
    return (waiting ? context.run_one() : context.poll_one()) > 0;
  }

  void call_idle() {
    for (auto left = idle.size(); left > 0; --left) call_first(idle);
  }

  // What an event of the system led to. The context would look for new events between any two callbacks, and each look is a
  // system call; what callbacks post goes past it.
  void turn() {
    for (int ran = 0; ran < longest_turn && !ready.empty() && !context.stopped(); ++ran) call_first(ready);
    for (auto left = at_turn_end.size(); left > 0; --left) call_first(at_turn_end);
  }

  static void call_first(std::deque<Callback>& queue) {
    const Callback callback = std::move(queue.front());
    queue.pop_front();  // first: one that throws is not called again
    callback();
  }

  static TimePoint now() {
    return TimePoint(std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
  }

  // One system timer serves all: armed for the earliest, again when an earlier one is set.
  void arm() {
    const auto next = timers.next();
    if (!next || (armed && *armed <= *next)) return;
    armed = next;
    timer.expires_at(std::chrono::steady_clock::time_point(
        std::chrono::duration_cast<std::chrono::steady_clock::duration>(next->time_since_epoch())));
    timer.async_wait([this](const boost::system::error_code& error) {
      if (error == asio::error::operation_aborted) return;
      armed.reset();
      while (auto due = timers.take_due(now())) (*due)();
      arm();
    });
  }
};

AsioExecutor::AsioExecutor(std::size_t workers) : state_(std::make_unique<State>(workers)) {}

AsioExecutor::~AsioExecutor() { state_->pool.join(); }

TimePoint AsioExecutor::now() const { return State::now(); }
WallTime AsioExecutor::wall_now() const { return std::chrono::system_clock::now(); }
void AsioExecutor::post(Callback callback) {
  if (state_->thread == std::this_thread::get_id()) return state_->ready.push_back(std::move(callback));
  asio::post(state_->context, std::move(callback));
}

TimerId AsioExecutor::call_at(TimePoint when, Callback callback) {
  const TimerId id = state_->timers.add(when, std::move(callback));
  state_->arm();
  return id;
}

void AsioExecutor::cancel(TimerId id) { state_->timers.cancel(id); }

void AsioExecutor::offload(Callback work, Callback then) {
  asio::post(state_->pool, [this, work = std::move(work), then = std::move(then)]() mutable {
    work();
    post(std::move(then));
  });
}

void AsioExecutor::unhandled(std::exception_ptr error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    state_->report(e.what());
  } catch (...) {
    state_->report("an exception of unknown type");
  }
}

void AsioExecutor::on_unhandled(std::function<void(const char*)> report) { state_->report = std::move(report); }

void AsioExecutor::run() {
  for (;;) {
    try {
      state_->serve();
      return;
    } catch (...) {
      unhandled(std::current_exception());
      // The timer callback may have been what threw: let the queue arm itself anew.
      state_->armed.reset();
      state_->arm();
    }
  }
}

void AsioExecutor::when_idle(Callback callback) { state_->idle.push_back(std::move(callback)); }
void AsioExecutor::at_turn_end(Callback callback) { state_->at_turn_end.push_back(std::move(callback)); }

void AsioExecutor::stop() { state_->context.stop(); }

void AsioExecutor::on_termination(Callback handler) {
  state_->signals.add(SIGINT);
  state_->signals.add(SIGTERM);
  state_->signals.async_wait([handler = std::move(handler)](const boost::system::error_code& error, int) {
    if (!error) handler();
  });
}

boost::asio::io_context& AsioExecutor::context() { return state_->context; }

}  // namespace sesame::spi
