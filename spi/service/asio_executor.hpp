// The executor of real time: one thread runs it (run()), on which the wire's sockets are served too; heavy work goes to a
// small pool. Thread rule as Executor; stop() may be called from any thread and from a signal set.
#pragma once

#include <memory>

#include "spi/service/executor.hpp"

namespace boost::asio {
class io_context;
}

namespace sesame::spi {

class AsioExecutor final : public Executor {
 public:
  explicit AsioExecutor(std::size_t workers = 1);
  ~AsioExecutor() override;

  TimePoint now() const override;
  WallTime wall_now() const override;
  void post(Callback callback) override;
  void when_idle(Callback callback) override;
  /// Runs `callback` once, when what is under way, and what it posted, has run.
  void at_turn_end(Callback callback);
  TimerId call_at(TimePoint when, Callback callback) override;
  void cancel(TimerId id) override;
  void offload(Callback work, Callback then) override;
  void unhandled(std::exception_ptr error) noexcept override;
  /// Where unhandled() reports to; stderr by default.
  void on_unhandled(std::function<void(const char* what)> report);

  /// Serves until stop(). An exception that leaves a callback is reported and the executor goes on.
  void run();
  void stop();
  /// Calls `handler` once when one of SIGINT, SIGTERM arrives.
  void on_termination(Callback handler);

  /// For the wire only.
  boost::asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sesame::spi
