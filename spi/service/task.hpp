// Task<T>: a lazy coroutine that runs on one executor and can be cancelled. `co_await task` starts it and waits for it;
// the context (executor and cancel scope) passes from the awaiting task to the awaited one. Owned by whoever awaits or
// spawns it; destroying a suspended task is safe. Executor thread only.
//
// Clean-up after a failure wants co_await where C++20 forbids it (catch blocks, destructors):
//     auto ejected = co_await outcome(device.eject());       // refusal, fault and cancel as values
//     co_await shielded(close_slot());                        // not reached by the cancel that may have ended eject()
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>
#include <variant>

#include "spi/service/cancel_scope.hpp"
#include "spi/service/errors.hpp"
#include "spi/service/executor.hpp"

namespace sesame::spi {

/// Where a task runs and what cancels it.
struct Context {
  Executor* executor = nullptr;
  CancelScope* scope = nullptr;
};

namespace detail {

class PromiseBase {
 public:
  Context context;
  std::coroutine_handle<> continuation = std::noop_coroutine();
  std::exception_ptr error;

  std::suspend_always initial_suspend() noexcept { return {}; }
  auto final_suspend() noexcept {
    struct Resume {
      std::coroutine_handle<> continuation;
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<>) noexcept { return continuation; }
      void await_resume() noexcept {}
    };
    return Resume{continuation};
  }
  void unhandled_exception() noexcept { error = std::current_exception(); }
};

/// Owns a coroutine frame.
class Frame {
 public:
  Frame() = default;
  Frame(std::coroutine_handle<> handle, PromiseBase* promise) : handle_(handle), promise_(promise) {}
  Frame(Frame&& other) noexcept : handle_(std::exchange(other.handle_, {})), promise_(other.promise_) {}
  Frame& operator=(Frame&& other) noexcept {
    Frame old(std::move(*this));
    handle_ = std::exchange(other.handle_, {});
    promise_ = other.promise_;
    return *this;
  }
  ~Frame() {
    if (handle_) handle_.destroy();
  }
  std::coroutine_handle<> start(Context context, std::coroutine_handle<> continuation) {
    promise_->context = context;
    promise_->continuation = continuation;
    return handle_;
  }
  void rethrow() const {
    if (promise_->error) std::rethrow_exception(promise_->error);
  }
  explicit operator bool() const { return static_cast<bool>(handle_); }

 private:
  std::coroutine_handle<> handle_;
  PromiseBase* promise_ = nullptr;
};

template <class T>
class Promise : public PromiseBase {
 public:
  std::optional<T> value;
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
};
template <>
class Promise<void> : public PromiseBase {
 public:
  void return_void() noexcept {}
};

}  // namespace detail

template <class T = void>
class [[nodiscard]] Task {
 public:
  struct promise_type : detail::Promise<T> {
    Task get_return_object() { return Task(this); }
  };

  Task(Task&&) noexcept = default;
  Task& operator=(Task&&) noexcept = default;

  bool await_ready() const noexcept { return false; }
  template <class AwaitingPromise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<AwaitingPromise> awaiting) {
    return frame_.start(awaiting.promise().context, awaiting);
  }
  T await_resume() {
    frame_.rethrow();
    if constexpr (!std::is_void_v<T>) return std::move(*promise_->value);
  }

 private:
  friend class AnyTask;
  template <class U>
  friend class ShieldedAwait;
  explicit Task(promise_type* promise)
      : frame_(std::coroutine_handle<promise_type>::from_promise(*promise), promise), promise_(promise) {}

  detail::Frame frame_;
  promise_type* promise_;
};

/// A Task<T> whose T is known by an address only: what generated code hands to the service, so that no coroutine is
/// instantiated per command. `co_await any_task` gives the address of the result, which lives as long as the AnyTask.
class [[nodiscard]] AnyTask {
 public:
  template <class T>
  AnyTask(Task<T>&& task)  // NOLINT: conversion is the purpose
      : frame_(std::move(task.frame_)), promise_(task.promise_), result_([](detail::PromiseBase* promise) -> const void* {
          return &*static_cast<detail::Promise<T>*>(promise)->value;
        }) {}

  bool await_ready() const noexcept { return false; }
  template <class AwaitingPromise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<AwaitingPromise> awaiting) {
    return frame_.start(awaiting.promise().context, awaiting);
  }
  const void* await_resume() {
    frame_.rethrow();
    return result_(promise_);
  }

 private:
  detail::Frame frame_;
  detail::PromiseBase* promise_;
  const void* (*result_)(detail::PromiseBase*);
};

template <class T>
class [[nodiscard]] ShieldedAwait {
 public:
  explicit ShieldedAwait(Task<T>&& task) : task_(std::move(task)) {}
  bool await_ready() const noexcept { return false; }
  template <class AwaitingPromise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<AwaitingPromise> awaiting) {
    return task_.frame_.start({awaiting.promise().context.executor, &scope_}, awaiting);
  }
  T await_resume() { return task_.await_resume(); }

 private:
  Task<T> task_;
  CancelScope scope_;
};

/// Runs `task` to its end whatever happens to the scope of the awaiting task.
template <class T>
ShieldedAwait<T> shielded(Task<T> task) {
  return ShieldedAwait<T>(std::move(task));
}

/// How an operation ended: a value, a refusal, a device's Retry or Fault, or cancelled. Other exceptions go through.
template <class T>
struct Outcome {
  struct Void {};
  using Value = std::conditional_t<std::is_void_v<T>, Void, T>;
  std::variant<Value, Refusal, Retry, Fault, Canceled> how;

  explicit operator bool() const { return how.index() == 0; }
  Value& operator*() { return std::get<0>(how); }
  Value* operator->() { return &std::get<0>(how); }
  const Refusal* refusal() const { return std::get_if<Refusal>(&how); }
  const Retry* retry() const { return std::get_if<Retry>(&how); }
  const Fault* fault() const { return std::get_if<Fault>(&how); }
  bool canceled() const { return std::holds_alternative<Canceled>(how); }
};

template <class T>
Task<Outcome<T>> outcome(Task<T> task) {
  using Result = Outcome<T>;
  try {
    if constexpr (std::is_void_v<T>) {
      co_await task;
      co_return Result{typename Result::Void{}};
    } else {
      T value = co_await task;  // not inside the braces: g++ 12 would destroy it twice (docs/common-errors.md)
      co_return Result{std::move(value)};
    }
  } catch (const Refusal& refusal) {
    co_return Result{refusal};
  } catch (const Retry& retry) {
    co_return Result{retry};
  } catch (const Fault& fault) {
    co_return Result{fault};
  } catch (const Canceled&) {
    co_return Result{Canceled{}};
  }
}

/// The context of the running task: `Context here = co_await this_context();`
struct ThisContext {
  Context context;
  bool await_ready() const noexcept { return false; }
  template <class AwaitingPromise>
  bool await_suspend(std::coroutine_handle<AwaitingPromise> awaiting) noexcept {
    context = awaiting.promise().context;
    return false;
  }
  Context await_resume() const noexcept { return context; }
};
inline ThisContext this_context() { return {}; }

}  // namespace sesame::spi
