#include "simulators/devices/barcode_reader/simulated_barcode_reader.hpp"

#include <algorithm>

namespace sesame::simulators {
using barcode_reader::Code;

namespace {
bool contains(const std::vector<std::string>& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }
}  // namespace

barcode_reader::Facts ordinary_barcode_reader() {
  barcode_reader::Facts facts;
  facts.symbologies = {"qrCode", "pdf417", "code128", "ean13"};
  return facts;
}

SimulatedBarcodeReader::SimulatedBarcodeReader(barcode_reader::Facts facts, std::string name)
    : SimulatedDevice(std::move(name)), facts_(std::move(facts)) {
  add_verbs();
}

void SimulatedBarcodeReader::add_verbs() {
  verb("scan", "TEXT [symbology=qrCode]", "hold a code before the scanner", [this](VerbArguments& a) { return scan(a); });
  verb("scan-smudged", "hold a code before it that cannot be read", [this] {
    require_scanning();
    smudged_ = true;
    changed();
    return std::string();
  });
  verb("unplug", "cut the connection to the device", [this] { return plug(false); });
  verb("plug", "restore it", [this] { return plug(true); });
  verb("status", "whether it scans", [this] { return std::string(!plugged_ ? "unplugged" : scanning_ ? "scanning" : "off"); });
  condition("scanning", [this] { return scanning_; });
  condition("not-scanning", [this] { return !scanning_; });
}

void SimulatedBarcodeReader::require_scanning() const {
  if (!plugged_) throw VerbError("the scanner has no power: expected `plug` first");
  if (!scanning_) throw VerbError("the scanner is off: expected a Read (`wait scanning`)");
}

std::string SimulatedBarcodeReader::scan(VerbArguments& arguments) {
  const auto text = arguments.word();
  const std::string symbology = arguments.value("symbology").value_or("qrCode");
  arguments.end();
  if (!text || text->empty()) throw VerbError("no text: expected " + arguments.expected());
  if (!contains(facts_.symbologies, symbology)) throw VerbError("no symbology of that name: expected one that Capabilities lists");
  require_scanning();
  // A scanner that was told to leave this kind alone does not see it.
  if (!accepted_.empty() && !contains(accepted_, symbology)) return "not accepted";
  seen_ = Code{symbology, {text->begin(), text->end()}, {}};
  changed();
  return "";
}

std::string SimulatedBarcodeReader::plug(bool plugged) {
  if (plugged_ == plugged) throw VerbError(plugged ? "it is plugged in already" : "it is unplugged already");
  plugged_ = plugged;
  scanning_ = false;
  changed();
  if (listener_) listener_->state_changed();
  return "";
}

void SimulatedBarcodeReader::switch_scanner(bool on) {
  seen_.reset();
  smudged_ = false;
  if (std::exchange(scanning_, on) == on) return;
  changed();
  if (listener_) listener_->state_changed();
}

void SimulatedBarcodeReader::require_power() const {
  if (!plugged_) throw spi::Fault("the bar code reader does not answer");
}

barcode_reader::State SimulatedBarcodeReader::state() const {
  barcode_reader::State state;
  state.device = plugged_ ? spi::DeviceState::online : spi::DeviceState::noDevice;
  state.scanner = !plugged_ ? barcode_reader::Scanner::unknown : scanning_ ? barcode_reader::Scanner::on : barcode_reader::Scanner::off;
  return state;
}

spi::Task<void> SimulatedBarcodeReader::start_scan(std::vector<std::string> accepted) {
  require_power();
  accepted_ = std::move(accepted);
  switch_scanner(true);
  co_return;
}

spi::Task<std::vector<Code>> SimulatedBarcodeReader::next_codes() {
  while (plugged_ && !seen_ && !smudged_) co_await changes().wait();
  require_power();
  if (smudged_) throw spi::Retry("the code cannot be read");
  std::vector<Code> codes;
  codes.push_back(std::move(*seen_));
  seen_.reset();
  co_return codes;
}

spi::Task<void> SimulatedBarcodeReader::stop_scan() {
  require_power();
  switch_scanner(false);
  co_return;
}

spi::Task<void> SimulatedBarcodeReader::reset() {
  require_power();
  switch_scanner(false);
  co_return;
}

}  // namespace sesame::simulators
