// A bar code scanner made of software: "scan TEXT" holds a code before it, "scan-smudged" one that cannot be read. Owned by
// its provider; executor thread only.
#pragma once

#include <deque>
#include <optional>

#include "devices/barcode_reader/device.hpp"
#include "simulators/control/simulated_device.hpp"

namespace sesame::simulators {

namespace barcode_reader = devices::barcode_reader;

/// QR codes, PDF417, Code 128 and EAN-13; can be told which of them to accept.
barcode_reader::Facts ordinary_barcode_reader();

class SimulatedBarcodeReader final : public barcode_reader::Device, public SimulatedDevice {
 public:
  explicit SimulatedBarcodeReader(barcode_reader::Facts facts = ordinary_barcode_reader(), std::string name = "barcode_reader");

  const barcode_reader::Facts& facts() const override { return facts_; }
  barcode_reader::State state() const override;
  void listen(barcode_reader::Listener& listener) override { listener_ = &listener; }

  spi::Task<void> start_scan(std::vector<std::string> accepted) override;
  spi::Task<std::vector<barcode_reader::Code>> next_codes() override;
  spi::Task<void> stop_scan() override;
  spi::Task<void> reset() override;

 private:
  void add_verbs();
  std::string scan(VerbArguments& arguments);
  void require_scanning() const;
  std::string plug(bool plugged);
  void switch_scanner(bool on);
  void require_power() const;

  const barcode_reader::Facts facts_;
  barcode_reader::Listener* listener_ = nullptr;
  bool plugged_ = true, scanning_ = false, smudged_ = false;
  std::vector<std::string> accepted_;
  std::optional<barcode_reader::Code> seen_;
};

}  // namespace sesame::simulators
