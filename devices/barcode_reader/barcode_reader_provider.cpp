#include "devices/barcode_reader/barcode_reader_provider.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "spi/contract/base64.hpp"
#include "spi/contract/codec.hpp"

namespace sesame::devices {
using namespace xfs::barcode_reader;
using spi::Command;
using spi::CompletionCode;
using spi::Refusal;
using spi::Task;
namespace json = boost::json;

namespace {

std::vector<std::string> names_of(const SymbologiesProperties& set) {
  std::vector<std::string> names;
  const json::value written = contract::write(set);
  if (const auto* all = written.if_object())
    for (const auto& [name, chosen] : *all)
      if (chosen == json::value(true)) names.emplace_back(name);
  return names;
}

// A name that the contract does not know is left out.
SymbologiesProperties set_of(const std::vector<std::string>& names) {
  json::object written;
  for (const auto& name : names) written[name] = true;
  const json::value payload = std::move(written);
  SymbologiesProperties set;
  contract::read(&payload, set);
  return set;
}

json::value entry_of(const barcode_reader::Code& code) {
  json::object entry{{"symbology", code.symbology}};
  if (!code.data.empty()) entry["barcodeData"] = contract::encode_base64({reinterpret_cast<const char*>(code.data.data()), code.data.size()});
  if (!code.symbology_name.empty()) entry["symbologyName"] = code.symbology_name;
  return entry;
}

ReadCompletion completion_of(const std::vector<barcode_reader::Code>& codes) {
  json::array output;
  for (const auto& code : codes) output.push_back(entry_of(code));
  const json::value payload = json::object{{"readOutput", std::move(output)}};
  ReadCompletion completion;
  if (const auto wrong = contract::read(&payload, completion)) throw spi::Fault("the scanner's answer: " + wrong->path + ": expected " + wrong->expected);
  return completion;
}

}  // namespace

BarcodeReaderProvider::BarcodeReaderProvider(std::unique_ptr<barcode_reader::Device> device) : device_(std::move(device)) {}

void BarcodeReaderProvider::attach(spi::ServiceLink& service) {
  Provider::attach(service);
  device_->listen(*this);
}

// A scanner that cannot filter reads whatever it can, whatever the command asks for.
std::vector<std::string> BarcodeReaderProvider::accepted(const Read& wanted) const {
  const auto& facts = device_->facts();
  if (!wanted.symbologies || !facts.filters) return {};
  auto names = names_of(*wanted.symbologies);
  if (names.empty()) throw Refusal(CompletionCode::invalidData, "symbologies: expected at least one that is true, or none given for all");
  for (const auto& name : names)
    if (std::ranges::find(facts.symbologies, name) == facts.symbologies.end())
      throw Refusal(CompletionCode::unsupportedData, "symbologies." + name + ": expected one that Capabilities lists");
  return names;
}

Task<ReadCompletion> BarcodeReaderProvider::read(const Read& wanted, Command&) {
  require_device();
  auto symbologies = accepted(wanted);
  co_await device_->start_scan(std::move(symbologies));
  auto seen = co_await outcome(device_->next_codes());
  co_await shielded(outcome(device_->stop_scan()));
  if (seen) co_return completion_of(*seen);
  if (seen.retry()) throw spi::refuse(ReadError::barcodeInvalid, "the code could not be read");
  if (seen.fault()) throw spi::Fault(*seen.fault());
  throw spi::Canceled{};
}

Task<ResetCompletion> BarcodeReaderProvider::reset(const Reset&, Command&) {
  require_device();
  co_await device_->reset();
  co_return ResetCompletion{};
}

Status BarcodeReaderProvider::status() const {
  static_assert(static_cast<int>(StatusScanner::unknown) == static_cast<int>(barcode_reader::Scanner::unknown));
  Status status;
  status.scanner = static_cast<StatusScanner>(device_->state().scanner);
  return status;
}

Capabilities BarcodeReaderProvider::capabilities() const {
  Capabilities can;
  can.can_filter_symbologies = device_->facts().filters;
  can.symbologies = set_of(device_->facts().symbologies);
  return can;
}

}  // namespace sesame::devices
