#include "simulators/control/control_panel.hpp"

namespace sesame::simulators {

void ControlPanel::add(SimulatedDevice& device) {
  devices_[device.name()] = &device;
  device.when_gone([panel = shared_from_this(), name = device.name()] { panel->devices_.erase(name); });
}

std::string ControlPanel::help() const {
  std::string text;
  for (const auto& [name, device] : devices_) text += name + "\n";
  return text + "DEVICE help lists the verbs of a device";
}

spi::Task<std::string> ControlPanel::route(std::string line) {
  line.erase(0, line.find_first_not_of(" \t"));
  const auto blank = line.find_first_of(" \t\r");
  const std::string name = line.substr(0, blank);
  if (name == "help") co_return help();
  const auto found = devices_.find(name);
  if (found == devices_.end()) {
    std::string known;
    for (const auto& [other, device] : devices_) known += (known.empty() ? "" : ", ") + other;
    throw VerbError("no simulated device of that name: expected " + (known.empty() ? "none, this host simulates nothing" : known));
  }
  SimulatedDevice* device = found->second;
  std::string verb;
  if (blank != std::string::npos) verb = line.substr(blank);
  co_return co_await device->run(std::move(verb));
}

spi::Task<std::string> ControlPanel::answer(std::string line) {
  try {
    std::string said = co_await route(std::move(line));
    said += said.empty() ? "ok" : "\nok";
    co_return said;
  } catch (const VerbError& error) {
    co_return std::string("error: ") + error.what();
  }
}

spi::Task<void> ControlPanel::serve(std::shared_ptr<spi::Channel> channel) {
  // The channel's callbacks may outlast this task; what they touch is shared.
  auto lines = std::make_shared<spi::Stream<std::string>>();
  auto gone = std::make_shared<spi::OneShot<bool>>();
  channel->receive({[lines](std::string_view line) { lines->push(std::string(line)); },
                    [lines, gone](std::string_view) {
                      lines->close();
                      gone->set(true);
                    }});
  for (;;) {
    auto line = co_await lines->next();
    if (!line) co_return;
    // A client that goes away while it waits takes its wait with it.
    auto done = co_await spi::race(answer(std::move(*line)), gone->wait());
    auto& said = done.get<0>();
    if (!said) co_return;
    std::size_t start = 0;
    for (std::size_t end = said->find('\n'); end != std::string::npos; start = end + 1, end = said->find('\n', start))
      channel->send(said->substr(start, end - start));
    channel->send(said->substr(start));
  }
}

}  // namespace sesame::simulators
