// Where a host's simulated devices are found by name, and the socket that carries verbs to them: one line a verb, "cardreader
// insert card track2=...", answered by lines and then `ok` or `error: what was wrong, what was expected`. Shared by the drivers
// through HostContext::shared(), outlives the devices; executor thread only.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "simulators/control/simulated_device.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::simulators {

class ControlPanel : public std::enable_shared_from_this<ControlPanel> {
 public:
  explicit ControlPanel(spi::Executor& executor) : executor_(executor) {}

  /// Makes `device` reachable by its name until it is destroyed.
  void add(SimulatedDevice& device);
  /// Does "DEVICE VERB ..." and gives the lines to answer with, the last being `ok` or `error: ...`. `help` lists the devices.
  spi::Task<std::string> answer(std::string line);
  /// Serves one client of the socket until its channel closes. Verbs of one client run one after another.
  spi::Task<void> serve(std::shared_ptr<spi::Channel> channel);
  spi::Executor& executor() const { return executor_; }

 private:
  spi::Task<std::string> route(std::string line);
  std::string help() const;

  spi::Executor& executor_;
  std::map<std::string, SimulatedDevice*> devices_;
};

}  // namespace sesame::simulators
