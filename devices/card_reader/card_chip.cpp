// The chip and the security module: ChipIO, ChipPower, SetKey, QueryIFMIdentifier.
#include <algorithm>

#include "devices/card_reader/answers.hpp"
#include "devices/card_reader/card_reader_provider.hpp"
#include "spi/contract/base64.hpp"

namespace sesame::devices {
using namespace xfs::card_reader;
using namespace card_reader;
using spi::Command;
using spi::Refusal;
using spi::Task;

namespace {

Bytes bytes_of(const std::string& base64) {
  const std::string bytes = contract::decode_base64(base64).value_or("");
  return Bytes(bytes.begin(), bytes.end());
}
std::string base64_of(const Bytes& bytes) {
  return contract::encode_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

static_assert(static_cast<int>(ChipProtocol::chipTypeNFC) == static_cast<int>(ChipIOChipProtocol::chipTypeNFC));
static_assert(static_cast<int>(card_reader::ChipPower::off) == static_cast<int>(ChipPowerChipPower::off));

}  // namespace

Task<std::optional<Bytes>> CardReaderProvider::contact_chip(card_reader::ChipPower power) {
  chip_contacted_ = false;
  try {
    Bytes atr = co_await device_->power_chip(power);
    chip_contacted_ = power != card_reader::ChipPower::off;
    co_return std::optional<Bytes>(std::move(atr));
  } catch (const CardFault& trouble) {
    if (trouble.trouble() != Trouble::chip_silent) throw;
  }
  co_return std::nullopt;
}

Task<ChipIOCompletion> CardReaderProvider::chip_io(const ChipIO& request, Command& command) {
  Bytes data = bytes_of(request.chip_data);
  if (data.empty()) throw spi::refuse(ChipIOError::invalidData, "chipData: expected at least one byte");
  const auto protocol = static_cast<ChipProtocol>(request.chip_protocol);
  const auto& known = device_->facts().chip_protocols;
  if (protocol != ChipProtocol::chipProtocolNotRequired && std::ranges::find(known, protocol) == known.end())
    throw spi::refuse(ChipIOError::protocolNotSupported, "chipProtocol: not one of this card reader's; Capabilities lists them");
  require_device();
  if (device_->state().card == Place::jammed) throw spi::refuse(ChipIOError::mediaJam, "a card is stuck in the reader");
  if (!inside()) throw spi::refuse(ChipIOError::noMedia, "no card is inside");
  if (!chip_contacted_)
    throw spi::refuse(ChipIOError::atrNotObtained, "the chip was not contacted: expected ReadRawData with chip, or ChipPower, before");
  const Bytes answer = co_await answered(command.info(), device_->exchange(protocol, std::move(data)));
  ChipIOCompletion completion;
  completion.chip_protocol = static_cast<ChipIOCompletionChipProtocol>(request.chip_protocol);
  if (!answer.empty()) completion.chip_data = base64_of(answer);
  co_return completion;
}

// A customer's chip is contacted by ReadRawData first; ChipPower is for the time after. A permanent chip knows ChipPower alone.
Task<ChipPowerCompletion> CardReaderProvider::chip_power(const xfs::card_reader::ChipPower& request, Command& command) {
  const auto power = static_cast<card_reader::ChipPower>(request.chip_power);
  const Facts& facts = device_->facts();
  if (std::ranges::find(facts.chip_power, power) == facts.chip_power.end())
    throw spi::refuse(ChipPowerError::chipPowerNotSupported, "chipPower: not one of this card reader's; Capabilities lists them");
  require_device();
  if (device_->state().card == Place::jammed) throw spi::refuse(ChipPowerError::mediaJam, "a card is stuck in the reader");
  if (!inside()) throw spi::refuse(ChipPowerError::noMedia, "no card is inside");
  if (!chip_was_read_ && facts.type != Type::permanent)
    throw spi::refuse(ChipPowerError::atrNotObtained, "the chip was not contacted: expected ReadRawData with chip before");
  const auto atr = co_await answered(command.info(), contact_chip(power));
  if (!atr) throw spi::refuse(ChipPowerError::atrNotObtained, "the chip does not answer");
  ChipPowerCompletion completion;
  if (!atr->empty()) completion.chip_data = base64_of(*atr);
  co_return completion;
}

Task<SetKeyCompletion> CardReaderProvider::set_key(const SetKey& key, Command& command) {
  require_device();
  co_await answered(command.info(), device_->set_security_key(bytes_of(key.key_value)));
  co_return SetKeyCompletion{};
}

Task<QueryIFMIdentifierCompletion> CardReaderProvider::query_ifm_identifier(const QueryIFMIdentifier&, Command&) {
  QueryIFMIdentifierCompletion completion;
  const auto& identifiers = device_->facts().ifm_identifiers;
  if (identifiers.empty()) co_return completion;
  auto& map = completion.ifm_identifiers.emplace();
  for (const auto& [scheme, identifier] : identifiers) map.push_back({scheme, identifier});
  co_return completion;
}

}  // namespace sesame::devices
