// How things go wrong, as types: a Refusal is an answer of the standard, Retry and Fault are what hardware says, Canceled
// is the way out of a suspended operation. Retry and Fault are different because the standard treats them differently:
// an event and go on, or a completion code. Value types.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace sesame::spi {

/// header.completionCode (CWA 17852:2024-3, protocol, command completion). `success` is written as null.
enum class CompletionCode : unsigned char {
  success, commandErrorCode, canceled, deviceNotReady, hardwareError, internalError, invalidCommand, invalidRequestID,
  timeOut, unsupportedCommand, invalidData, userError, unsupportedData, fraudAttempt, sequenceError,
  authorizationRequired, noCommandNonce, invalidToken, invalidTokenNonce, invalidTokenHMAC, invalidTokenFormat,
  invalidTokenKeyNoValue, notEnoughSpace
};
/// The standard's spelling; "" for success.
std::string_view to_string(CompletionCode code);
/// The code of that spelling ("" is success); internalError for one that is not of the standard.
CompletionCode completion_code(std::string_view text);

/// A command that is answered with an error. Thrown by providers; the service makes the completion of it.
class Refusal : public std::runtime_error {
 public:
  Refusal(CompletionCode code, const std::string& description) : std::runtime_error(description), code_(code) {}
  /// commandErrorCode with payload.errorCode = `error_code`.
  Refusal(std::string_view error_code, const std::string& description)
      : std::runtime_error(description), code_(CompletionCode::commandErrorCode), error_code_(error_code) {}

  CompletionCode code() const { return code_; }
  const std::string& error_code() const { return error_code_; }

 private:
  CompletionCode code_;
  std::string error_code_;
};

/// A refusal by a value of the command's errorCode enumeration: throw refuse(ReadRawDataError::mediaJam, "...").
template <class ErrorEnum>
Refusal refuse(ErrorEnum error, const std::string& description) {
  return Refusal(to_string(error), description);
}
inline Refusal refuse(CompletionCode code, const std::string& description) { return Refusal(code, description); }

/// What a provider that does not override a command answers.
[[noreturn]] void refuse_unsupported(std::string_view command);

/// Hardware asks for another try: the customer can put it right (card the wrong way round). The command goes on.
class Retry : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Hardware failed. Becomes hardwareError unless the provider knows a better code for it.
class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The scope of this operation was cancelled. Not a std::exception: a handler for errors must not swallow it.
struct Canceled {};

}  // namespace sesame::spi
