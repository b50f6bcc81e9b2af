// A process that the host keeps running: started, started again after it ends (with a growing pause), and ended with the host.
// It dies with the host even if the host is killed. Owned by an extension; executor thread only.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "spi/service/asio_executor.hpp"

namespace sesame::spi {

struct ChildOptions {
  std::vector<std::string> command;              // program and arguments; the program is a path, or a name found in PATH
  std::chrono::milliseconds first_pause{200};    // before the second start; doubles up to longest_pause, and
  std::chrono::milliseconds longest_pause{30'000};  // falls back once it has run longer than that
  std::chrono::milliseconds stop_within{3'000};  // from SIGTERM to SIGKILL
};

class ChildProcess {
 public:
  /// Starts it. `report` is told in one line what happens to it ("sesame-face (process 71) ended: killed by signal 9").
  /// Throws std::runtime_error when the program cannot be started at all.
  ChildProcess(AsioExecutor& executor, ChildOptions options, std::function<void(const std::string&)> report);
  /// Ends it: SIGTERM, and SIGKILL if it is still there when the time is over. Blocks until it is gone.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;

  /// 0 while it is not running.
  int pid() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sesame::spi
