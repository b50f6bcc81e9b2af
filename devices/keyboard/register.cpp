#include "devices/keyboard/keyboard_provider.hpp"
#include "spi/host/registry.hpp"

namespace sesame::devices {

void register_keyboard(spi::Registry& registry);

// services:
//   - {name: keyboard, provider: Keyboard, driver: NAME, ... what the driver reads}
void register_keyboard(spi::Registry& registry) {
  registry.add("Keyboard", [](const spi::Section& service, spi::HostContext& context, const spi::Registry& drivers) {
    spi::Providers providers;
    providers.push_back(std::make_unique<KeyboardProvider>(drivers.make_device<keyboard::Device>(service, context)));
    return providers;
  });
}

}  // namespace sesame::devices
