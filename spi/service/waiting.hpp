// The operations a task can be suspended in: sleep, a signal, a one-shot result, a queue. Each ends early with Canceled
// when the task's scope is cancelled, and is always resumed from the executor, never from inside the caller that woke it.
// Executor thread only (offload()ed work comes back through Executor::post first).
#pragma once

#include <deque>
#include <memory>

#include "spi/service/task.hpp"

namespace sesame::spi {

/// One suspended task. The base of every leaf operation: arrange in arm() for wake() to be called once.
class Suspension : private CancelHook {
 public:
  bool await_ready() const noexcept { return false; }
  template <class AwaitingPromise>
  void await_suspend(std::coroutine_handle<AwaitingPromise> awaiting) {
    suspend(awaiting, awaiting.promise().context);
  }

 protected:
  Suspension() = default;
  ~Suspension();
  Suspension(Suspension&&) = delete;

  /// Resumes the task soon. Later calls do nothing.
  void wake();
  /// For await_resume(): throws Canceled if the scope was cancelled before wake().
  void check() const;
  const Context& context() const { return context_; }

 private:
  virtual void arm() = 0;     // called once, when the task is suspended
  virtual void disarm() {}    // called when a cancel ends the wait, and when the task is destroyed while waiting
  void suspend(std::coroutine_handle<> handle, Context context);
  void on_cancel() final;
  void resume_soon();

  Context context_;
  std::shared_ptr<std::coroutine_handle<>> handle_;  // emptied when resumed or destroyed, so that a posted resume is harmless
  bool waiting_ = false;
  bool canceled_ = false;
};

/// co_await sleep_for(3s). Waits on the executor's clock.
class Sleep final : public Suspension {
 public:
  explicit Sleep(Duration duration) : duration_(duration) {}
  explicit Sleep(TimePoint until) : until_(until) {}
  ~Sleep() { Sleep::disarm(); }
  void await_resume() const { check(); }

 private:
  void arm() override;
  void disarm() override;
  Duration duration_{};
  std::optional<TimePoint> until_;
  TimerId timer_ = 0;
};
inline Sleep sleep_for(Duration duration) { return Sleep(duration); }
inline Sleep sleep_until(TimePoint when) { return Sleep(when); }

/// Lets everything else that is ready run first.
class Yield final : public Suspension {
 public:
  void await_resume() const { check(); }

 private:
  void arm() override { wake(); }
};
inline Yield yield() { return {}; }

/// Something happened: wakes all that wait at that moment. It keeps no memory of it.
class Signal {
 public:
  Signal() = default;
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;
  ~Signal();

  class Wait final : public Suspension {
   public:
    explicit Wait(Signal& signal) : signal_(&signal) {}
    ~Wait() { Wait::disarm(); }
    void await_resume() const { check(); }

   private:
    friend class Signal;
    void arm() override;
    void disarm() override;
    Signal* signal_;
    Wait* previous_ = nullptr;
    Wait* next_ = nullptr;
    bool listed_ = false;
  };
  /// `while (!condition) co_await signal.wait();`
  Wait wait() { return Wait(*this); }
  void notify_all();

 private:
  Wait* first_ = nullptr;
  Wait* last_ = nullptr;
};

/// A result that comes once, from a callback. Several tasks may wait; the value stays.
template <class T>
class OneShot {
 public:
  /// The first value counts; returns whether this was it.
  bool set(T value) {
    if (value_) return false;
    value_.emplace(std::move(value));
    signal_.notify_all();
    return true;
  }
  bool ready() const { return value_.has_value(); }
  Task<T> wait() {
    while (!value_) co_await signal_.wait();
    co_return *value_;
  }

 private:
  std::optional<T> value_;
  Signal signal_;
};

/// Values in order, from callbacks to tasks. close() lets the rest be read, then gives nullopt.
template <class T>
class Stream {
 public:
  void push(T value) {
    if (closed_) return;
    values_.push_back(std::move(value));
    signal_.notify_all();
  }
  void close() {
    closed_ = true;
    signal_.notify_all();
  }
  std::size_t size() const { return values_.size(); }
  void clear() { values_.clear(); }
  Task<std::optional<T>> next() {
    while (values_.empty() && !closed_) co_await signal_.wait();
    if (values_.empty()) co_return std::nullopt;
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    co_return value;
  }

 private:
  std::deque<T> values_;
  Signal signal_;
  bool closed_ = false;
};

}  // namespace sesame::spi
