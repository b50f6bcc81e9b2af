// One helper program of the demo: started, read line by line, and ended whatever happens. It dies with the demo even if the
// demo is killed. Owned by the stage; executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "spi/service/asio_executor.hpp"

namespace sesame::simulators {

class Process {
 public:
  struct Options {
    std::vector<std::string> command;  // the program's path first
    std::string errors;                // file that its standard error goes to
  };
  /// `line` is called for each line of its standard output, `ended` once with how it ended, after the last line.
  /// Throws std::runtime_error when it cannot be started.
  Process(spi::AsioExecutor& executor, Options options, std::function<void(std::string)> line,
          std::function<void(std::string)> ended);
  /// SIGTERM, SIGKILL three seconds later; blocks until it is gone.
  ~Process();
  Process(const Process&) = delete;

  int pid() const;
  bool running() const;
  void signal(int number);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sesame::simulators
