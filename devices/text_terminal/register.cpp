#include "devices/text_terminal/text_terminal_provider.hpp"
#include "spi/host/registry.hpp"

namespace sesame::devices {

void register_text_terminal(spi::Registry& registry);

// services:
//   - {name: textterminal, provider: TextTerminal, driver: NAME, ... what the driver reads}
void register_text_terminal(spi::Registry& registry) {
  registry.add("TextTerminal", [](const spi::Section& service, spi::HostContext& context, const spi::Registry& drivers) {
    spi::Providers providers;
    providers.push_back(std::make_unique<TextTerminalProvider>(drivers.make_device<text_terminal::Device>(service, context)));
    return providers;
  });
}

}  // namespace sesame::devices
