#include "spi/service/errors.hpp"

#include <array>

namespace sesame::spi {
namespace {
constexpr std::array<std::string_view, 23> names = {
    "", "commandErrorCode", "canceled", "deviceNotReady", "hardwareError", "internalError", "invalidCommand",
    "invalidRequestID", "timeOut", "unsupportedCommand", "invalidData", "userError", "unsupportedData", "fraudAttempt",
    "sequenceError", "authorizationRequired", "noCommandNonce", "invalidToken", "invalidTokenNonce", "invalidTokenHMAC",
    "invalidTokenFormat", "invalidTokenKeyNoValue", "notEnoughSpace"};
}

std::string_view to_string(CompletionCode code) { return names[static_cast<std::size_t>(code)]; }

CompletionCode completion_code(std::string_view text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == text) return static_cast<CompletionCode>(i);
  return CompletionCode::internalError;
}

void refuse_unsupported(std::string_view command) {
  throw Refusal(CompletionCode::unsupportedCommand, std::string(command) + " is not supported by this service");
}

}  // namespace sesame::spi
