#include "devices/barcode_reader/barcode_reader_provider.hpp"
#include "spi/host/registry.hpp"

namespace sesame::devices {

void register_barcode_reader(spi::Registry& registry);

// services:
//   - {name: barcodereader, provider: BarcodeReader, driver: NAME, ... what the driver reads}
void register_barcode_reader(spi::Registry& registry) {
  registry.add("BarcodeReader", [](const spi::Section& service, spi::HostContext& context, const spi::Registry& drivers) {
    spi::Providers providers;
    providers.push_back(std::make_unique<BarcodeReaderProvider>(drivers.make_device<barcode_reader::Device>(service, context)));
    return providers;
  });
}

}  // namespace sesame::devices
