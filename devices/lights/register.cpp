#include "devices/lights/lights_provider.hpp"
#include "spi/host/registry.hpp"

namespace sesame::devices {

void register_lights(spi::Registry& registry);

// services:
//   - {name: lights, provider: Lights, driver: NAME, ... what the driver reads}
void register_lights(spi::Registry& registry) {
  registry.add("Lights", [](const spi::Section& service, spi::HostContext& context, const spi::Registry& drivers) {
    spi::Providers providers;
    providers.push_back(std::make_unique<LightsProvider>(drivers.make_device<lights::Device>(service, context)));
    return providers;
  });
}

}  // namespace sesame::devices
