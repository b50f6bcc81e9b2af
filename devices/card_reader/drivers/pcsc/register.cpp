#include "devices/card_reader/drivers/pcsc/pcsc_reader.hpp"
#include "spi/host/registry.hpp"

namespace sesame::devices {

void register_pcsc_reader(spi::Registry& registry);

// services:
//   - {name: contactless, provider: CardReader, driver: pcsc, reader: ACR122}
void register_pcsc_reader(spi::Registry& registry) {
  registry.add_driver<card_reader::Device>("pcsc", [](const spi::Section& service, spi::HostContext& context) {
    try {
      return std::make_unique<card_reader::PcscReader>(context.executor(), card_reader::open_pcsc(service.text("reader", "")));
    } catch (const spi::Fault& fault) {
      service.fail("reader", std::string("a reader that answers (") + fault.what() + ")");
    }
  });
}

}  // namespace sesame::devices
