// What the hardware of a bar code scanner must be able to do: the whole of what a vendor implements. The provider
// (barcode_reader_provider.hpp) owns the standard's rules. A device lives as long as its provider; executor thread only.
// Throw spi::Retry for a code that cannot be read, spi::Fault when the hardware failed. What a code says belongs in no
// exception text and in no log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spi/service/provider.hpp"
#include "spi/service/task.hpp"

namespace sesame::devices::barcode_reader {

struct Facts {
  std::vector<std::string> symbologies{"qrCode"};  // as the standard names them; "symbologyUnknown" is not one
  bool filters = true;                             // it can be told which of them to accept
};

/// One code that was seen.
struct Code {
  std::string symbology = "symbologyUnknown";  // as the standard names it
  std::vector<std::uint8_t> data;
  std::string symbology_name;  // the vendor's, for one that the standard lacks
};

enum class Scanner : std::uint8_t { on, off, inoperative, unknown };

struct State {
  spi::DeviceState device = spi::DeviceState::online;
  Scanner scanner = Scanner::off;
};

class Listener {
 public:
  virtual ~Listener() = default;
  /// state() changed.
  virtual void state_changed() = 0;
};

class Device {
 public:
  virtual ~Device() = default;

  virtual const Facts& facts() const = 0;
  virtual State state() const = 0;
  /// Called once, before the first verb.
  virtual void listen(Listener& listener) = 0;

  /// Light or laser on. `accepted` is empty for all that it can read.
  virtual spi::Task<void> start_scan(std::vector<std::string> accepted) = 0;
  /// Returns with one code or more.
  virtual spi::Task<std::vector<Code>> next_codes() = 0;
  virtual spi::Task<void> stop_scan() = 0;
  /// As after power-up: scanner off.
  virtual spi::Task<void> reset() = 0;
};

}  // namespace sesame::devices::barcode_reader
