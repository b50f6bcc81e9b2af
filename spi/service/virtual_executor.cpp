#include "spi/service/virtual_executor.hpp"

#include <cstdio>
#include <stdexcept>

namespace sesame::spi {

VirtualExecutor::~VirtualExecutor() = default;

// A fixed day, so that journals of two runs are equal: 2024-10-01 00:00:00 UTC.
WallTime VirtualExecutor::wall_now() const {
  constexpr std::chrono::sys_days start = std::chrono::year{2024} / 10 / 1;
  return WallTime{start} + std::chrono::duration_cast<WallTime::duration>(now_.time_since_epoch());
}

void VirtualExecutor::post(Callback callback) { ready_.push_back(std::move(callback)); }
void VirtualExecutor::when_idle(Callback callback) { idle_.push_back(std::move(callback)); }
TimerId VirtualExecutor::call_at(TimePoint when, Callback callback) { return timers_.add(when, std::move(callback)); }
void VirtualExecutor::cancel(TimerId id) { timers_.cancel(id); }

void VirtualExecutor::offload(Callback work, Callback then) {
  post([work = std::move(work), then = std::move(then)] {
    work();
    then();
  });
}

void VirtualExecutor::unhandled(std::exception_ptr error) noexcept {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "a task ended with an exception that nobody waits for: %s\n", e.what());
  } catch (...) {
    std::fprintf(stderr, "a task ended with an exception that nobody waits for\n");
  }
}

bool VirtualExecutor::run_one() {
  if (ready_.empty()) {
    if (auto due = timers_.take_due(now_)) {
      (*due)();
      return true;
    }
    if (idle_.empty()) return false;
  }
  auto& queue = ready_.empty() ? idle_ : ready_;
  const Callback callback = std::move(queue.front());
  queue.pop_front();
  callback();
  return true;
}

bool VirtualExecutor::jump_to_next_timer() {
  const auto next = timers_.next();
  if (!next) return false;
  if (*next > now_) now_ = *next;
  return true;
}

std::size_t VirtualExecutor::run_ready() {
  std::size_t count = 0;
  while (run_one()) ++count;
  return count;
}

void VirtualExecutor::run_until_idle(std::size_t limit) {
  for (std::size_t count = 0;; ++count) {
    if (count > limit) throw std::runtime_error("the virtual executor did not come to rest: an endless loop?");
    if (!run_one() && !jump_to_next_timer()) return;
  }
}

void VirtualExecutor::advance(Duration step) {
  const TimePoint end = now_ + step;
  for (;;) {
    run_ready();
    const auto next = timers_.next();
    if (!next || *next > end) break;
    now_ = std::max(now_, *next);
  }
  now_ = end;
}

bool VirtualExecutor::run_until(const std::function<bool()>& condition, std::size_t limit) {
  for (std::size_t count = 0; !condition(); ++count) {
    if (count > limit) throw std::runtime_error("the virtual executor did not come to rest: an endless loop?");
    if (!run_one() && !jump_to_next_timer()) return false;
  }
  return true;
}

}  // namespace sesame::spi
