// The frame around every message: header and payload (XFS4IoT 2.3), read strictly and written plainly.
// Pure functions; any thread. Nothing that arrives makes them throw, recurse without bound or keep more than
// the limits say.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "spi/contract/catalogue.hpp"

namespace sesame::contract {

enum class MessageType : std::uint8_t { command, acknowledge, event, completion, unsolicited };
std::string_view to_string(MessageType type);

struct Header {
  MessageType type = MessageType::command;
  std::string name;  // "CardReader.ReadRawData"; the acknowledge and the completion repeat the command's
  Version version;
  std::optional<std::int64_t> request_id;  // none on unsolicited messages
  std::uint64_t timeout_ms = 0;            // commands; 0 = never
  std::string status;                      // acknowledge; "" = null = accepted
  std::string completion_code;             // completion; "" = null = success
  std::string error_description;           // "" = null; only beside a status or a completion code
};

struct Envelope {
  Header header;
  boost::json::value payload;  // null = absent
};

struct EnvelopeLimits {
  std::size_t bytes = std::size_t{8} << 20;
  std::size_t depth = 32;
};

// Why a text is no message, and what of it could be recovered for the acknowledge.
struct EnvelopeFault {
  enum class Kind { not_json, bad_header, bad_request_id, too_deep } kind;
  std::string description;
  std::optional<std::int64_t> request_id;
  std::string name;
};

// `text` is one WebSocket message. A payload {} is refused (minProperties 1), as are header properties that
// the message's type does not have, keys given twice, lone surrogates and numbers out of range.
std::variant<Envelope, EnvelopeFault> parse_envelope(std::string_view text,
                                                     const EnvelopeLimits& limits = {});

std::string print_envelope(const Envelope& envelope);
// With a payload that is JSON text already; "" = absent. For an event that goes to many clients.
std::string print_envelope(const Header& header, std::string_view payload);

// Any JSON text under the same limits and refusals, for configuration, scripts and tools.
std::variant<boost::json::value, EnvelopeFault> parse_json(std::string_view text,
                                                           const EnvelopeLimits& limits = {});

}  // namespace sesame::contract
