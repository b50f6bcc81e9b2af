// Makes every simulated device a driver named `simulated` of its class.
#include "simulators/control/control_panel.hpp"
#include "simulators/devices/barcode_reader/simulated_barcode_reader.hpp"
#include "simulators/devices/card_reader/simulated_card_reader.hpp"
#include "simulators/devices/keyboard/simulated_keyboard.hpp"
#include "simulators/devices/lights/simulated_lights.hpp"
#include "simulators/devices/text_terminal/simulated_text_terminal.hpp"
#include "spi/host/registry.hpp"

namespace sesame::simulators {

void register_simulated_devices(spi::Registry& registry);

namespace {

spi::Duration milliseconds(const spi::Section& section, std::string_view key) {
  return std::chrono::milliseconds(section.integer(key, 0, 60'000, 0));
}

card_reader::Type reader_type(const spi::Section& section) {
  constexpr std::pair<std::string_view, card_reader::Type> types[] = {
      {"motor", card_reader::Type::motor},           {"swipe", card_reader::Type::swipe},
      {"dip", card_reader::Type::dip},               {"latchedDip", card_reader::Type::latchedDip},
      {"contactless", card_reader::Type::contactless}, {"permanent", card_reader::Type::permanent}};
  const std::string word = section.word("type", {"motor", "swipe", "dip", "latchedDip", "contactless", "permanent"}, "motor");
  for (const auto& [name, type] : types)
    if (name == word) return type;
  return card_reader::Type::motor;
}

// {driver: simulated, type: motor|..., reads_on_exit: false, read_write_from_exit: false, move_ms: 0, read_ms: 0, chip_ms: 0}
std::unique_ptr<card_reader::Device> make_card_reader(const spi::Section& section, spi::HostContext& context) {
  auto facts = ordinary_card_reader(reader_type(section));
  facts.reads_on_exit = section.boolean("reads_on_exit", false);
  facts.read_write_from_exit = section.boolean("read_write_from_exit", false);
  const CardReaderTimes times{milliseconds(section, "move_ms"), milliseconds(section, "read_ms"), milliseconds(section, "chip_ms")};
  auto device = std::make_unique<SimulatedCardReader>(context.executor(), std::move(facts), section.text("name"), times);
  context.shared<ControlPanel>()->add(*device);
  return device;
}

// {driver: simulated}
std::unique_ptr<keyboard::Device> make_keyboard(const spi::Section& section, spi::HostContext& context) {
  auto device = std::make_unique<SimulatedKeyboard>(ordinary_keyboard(), section.text("name"));
  context.shared<ControlPanel>()->add(*device);
  return device;
}

// {driver: simulated}
std::unique_ptr<text_terminal::Device> make_text_terminal(const spi::Section& section, spi::HostContext& context) {
  auto device = std::make_unique<SimulatedTextTerminal>(ordinary_text_terminal(), section.text("name"));
  context.shared<ControlPanel>()->add(*device);
  return device;
}

// {driver: simulated, filters: true}
std::unique_ptr<barcode_reader::Device> make_barcode_reader(const spi::Section& section, spi::HostContext& context) {
  auto facts = ordinary_barcode_reader();
  facts.filters = section.boolean("filters", true);
  auto device = std::make_unique<SimulatedBarcodeReader>(std::move(facts), section.text("name"));
  context.shared<ControlPanel>()->add(*device);
  return device;
}

// {driver: simulated, individual_flash_rates: true}
std::unique_ptr<lights::Device> make_lights(const spi::Section& section, spi::HostContext& context) {
  auto facts = ordinary_lights();
  facts.individual_flash_rates = section.boolean("individual_flash_rates", true);
  auto device = std::make_unique<SimulatedLights>(std::move(facts), section.text("name"));
  context.shared<ControlPanel>()->add(*device);
  return device;
}

}  // namespace

void register_simulated_devices(spi::Registry& registry) {
  registry.add_driver<barcode_reader::Device>("simulated", make_barcode_reader);
  registry.add_driver<card_reader::Device>("simulated", make_card_reader);
  registry.add_driver<keyboard::Device>("simulated", make_keyboard);
  registry.add_driver<lights::Device>("simulated", make_lights);
  registry.add_driver<text_terminal::Device>("simulated", make_text_terminal);
}

}  // namespace sesame::simulators
