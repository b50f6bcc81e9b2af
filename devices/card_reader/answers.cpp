#include "devices/card_reader/answers.hpp"

#include <algorithm>

namespace sesame::devices::card_reader {
namespace {

// The words of the commands' errorCode enumerations. A unit that is full has two of them.
std::string_view error_code(Trouble trouble, const contract::CommandInfo& command) {
  switch (trouble) {
    case Trouble::jammed: return "mediaJam";
    case Trouble::shutter: return "shutterFail";
    case Trouble::card_gone: return "noMedia";
    case Trouble::bad_card: return "invalidMedia";
    case Trouble::too_short: return "cardTooShort";
    case Trouble::too_long: return "cardTooLong";
    case Trouble::chip_silent: return "atrNotObtained";
    case Trouble::several_cards: return "cardCollision";
    case Trouble::unit_full: return command.name == "CardReader.Reset" ? "retainBinFull" : "full";
    case Trouble::retained: return "mediaRetained";
    case Trouble::bad_key: return "invalidKey";
    case Trouble::not_there: break;
  }
  return "";
}

}  // namespace

spi::Refusal answer_to(const CardFault& trouble, const contract::CommandInfo& command) {
  if (trouble.trouble() == Trouble::not_there) return {spi::CompletionCode::deviceNotReady, trouble.what()};
  const std::string_view code = error_code(trouble.trouble(), command);
  if (std::ranges::find(command.error_codes, code) == command.error_codes.end())
    return {spi::CompletionCode::hardwareError, trouble.what()};
  return {code, trouble.what()};
}

}  // namespace sesame::devices::card_reader
