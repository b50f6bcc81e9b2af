#include "devices/card_reader/card_reader_provider.hpp"
#include "spi/host/registry.hpp"

namespace sesame::devices {

void register_card_reader(spi::Registry& registry);

// services:
//   - {name: cardreader, provider: CardReader, driver: NAME, ... what the driver reads}
void register_card_reader(spi::Registry& registry) {
  registry.add("CardReader", [](const spi::Section& service, spi::HostContext& context, const spi::Registry& drivers) {
    spi::Providers providers;
    providers.push_back(std::make_unique<CardReaderProvider>(drivers.make_device<card_reader::Device>(service, context)));
    return providers;
  });
}

}  // namespace sesame::devices
