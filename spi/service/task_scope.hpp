// Where tasks run that nobody awaits directly. The scope owns them: destroying it destroys what is still suspended, so a
// task never outlives what it uses. Executor thread only.
#pragma once

#include <list>
#include <memory>
#include <tuple>

#include "spi/service/waiting.hpp"

namespace sesame::spi {

class TaskScope {
 public:
  explicit TaskScope(Executor& executor, CancelScope* parent = nullptr);
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope();

  /// Starts `task` soon, from the executor. `scope` (default: the scope of this TaskScope) cancels it and must outlive it.
  /// An exception that leaves it goes to Executor::unhandled; Canceled ends it silently.
  void spawn(Task<void> task, CancelScope* scope = nullptr);
  /// Asks every task to end.
  void cancel() { scope_.request(); }
  std::size_t running() const { return running_.size(); }
  /// Waits until nothing runs.
  Task<void> idle();
  CancelScope& cancel_scope() { return scope_; }

 private:
  class Root;
  void finished(Root* root);

  Executor& executor_;
  CancelScope scope_;
  std::list<std::unique_ptr<Root>> running_;
  Signal finished_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// The results of a race, one per task; empty where a task was cancelled. More than one is set only if they ended at the
/// same instant: `first` tells which did first.
template <class... Ts>
struct RaceResult {
  std::size_t first = 0;
  std::tuple<std::optional<typename Outcome<Ts>::Value>...> values;
  template <std::size_t I>
  auto& get() {
    return std::get<I>(values);
  }
};

namespace detail {
struct RaceState {
  std::optional<std::size_t> first;
  std::exception_ptr error;
};
template <class T>
Task<void> run_in_race(Task<T> task, std::size_t index, RaceState& state, TaskScope& scope,
                       std::optional<typename Outcome<T>::Value>& value) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await task;
      value.emplace();
    } else {
      value.emplace(co_await task);
    }
  } catch (const Canceled&) {
    if (scope.cancel_scope().requested()) co_return;
  } catch (...) {
    if (!state.error) state.error = std::current_exception();
  }
  if (!state.first) state.first = index;
  scope.cancel();
}
template <class... Ts, std::size_t... Is>
Task<RaceResult<Ts...>> race_of(std::index_sequence<Is...>, Task<Ts>... tasks) {
  const Context here = co_await this_context();
  RaceResult<Ts...> result;
  RaceState state;
  TaskScope scope(*here.executor, here.scope);
  (scope.spawn(run_in_race<Ts>(std::move(tasks), Is, state, scope, std::get<Is>(result.values))), ...);
  co_await shielded(scope.idle());
  if (state.error) std::rethrow_exception(state.error);
  if (!state.first) throw Canceled{};
  result.first = *state.first;
  co_return result;
}
}  // namespace detail

/// Runs tasks side by side until the first ends; the others are cancelled and waited for. An exception of any ends all.
template <class... Ts>
Task<RaceResult<Ts...>> race(Task<Ts>... tasks) {
  return detail::race_of<Ts...>(std::index_sequence_for<Ts...>{}, std::move(tasks)...);
}

/// The result of `task`, or nothing if `limit` passes first (the task is then cancelled and waited for).
template <class T>
Task<std::optional<T>> within(Duration limit, Task<T> task);

namespace detail {
inline Task<void> sleeping(Duration duration) { co_await sleep_for(duration); }
}  // namespace detail

template <class T>
Task<std::optional<T>> within(Duration limit, Task<T> task) {
  auto result = co_await race(std::move(task), detail::sleeping(limit));
  co_return std::move(result.template get<0>());
}

}  // namespace sesame::spi
