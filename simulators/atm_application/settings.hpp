// What the ATM application is told: where the publisher is, what the bank's services are called there, how long it waits.
// A value, any thread.
//
//     publisher: {host: 127.0.0.1, ports: [5846]}
//     services: {card_reader: cardreader, keyboard: keyboard, display: textterminal}
//     seconds: {read: 30, pin: 30, take: 30}
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sesame::spi {
class Section;
}

namespace sesame::simulators {

struct AtmSettings {
  std::string host = "127.0.0.1";
  std::vector<std::uint16_t> ports;  // empty: the standard's sequence
  bool tls = false;
  std::string card_reader = "cardreader", keyboard = "keyboard", display = "textterminal";
  std::chrono::milliseconds read_timeout{30'000};  // ReadRawData's; the application then reads again
  std::chrono::milliseconds pin_timeout{30'000};
  std::chrono::milliseconds take_timeout{30'000};  // a card that is left at the slot longer is retained
};

/// Throws spi::ConfigurationError that says file, line and what was expected.
AtmSettings atm_settings(const spi::Section& section);

}  // namespace sesame::simulators
