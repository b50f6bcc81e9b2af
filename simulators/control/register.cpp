#include "simulators/control/control_panel.hpp"
#include "spi/host/host.hpp"
#include "spi/wire/local_socket.hpp"

namespace sesame::simulators {

void register_control(spi::Registry& registry);

namespace {

// `simulators: {}` in a configuration opens the socket; without it the devices are driven in process only.
class ControlSocket final : public spi::Extension {
 public:
  ControlSocket(spi::AsioExecutor& executor, std::shared_ptr<ControlPanel> panel, const std::string& path)
      : panel_(std::move(panel)), sessions_(executor), server_(executor, path, [this](std::shared_ptr<spi::Channel> channel, spi::ClientIdentity) {
          sessions_.spawn(panel_->serve(std::move(channel)));
        }) {}

 private:
  std::shared_ptr<ControlPanel> panel_;
  spi::TaskScope sessions_;
  spi::LocalServer server_;
};

}  // namespace

void register_control(spi::Registry& registry) {
  registry.add_extension("simulators", [](const spi::Section& section, spi::Host& host) -> std::unique_ptr<spi::Extension> {
    section.allow_only({});
    const auto directory = host.context().get<spi::RunDirectory>();
    auto* executor = dynamic_cast<spi::AsioExecutor*>(&host.executor());
    if (!executor || !directory || directory->path.empty()) return nullptr;  // virtual time: driven in process
    return std::make_unique<ControlSocket>(*executor, host.context().shared<ControlPanel>(), directory->path + "/simulators.socket");
  });
}

}  // namespace sesame::simulators
