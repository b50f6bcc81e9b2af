// Base64 as payloads carry binary data (RFC 4648, with padding). Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sesame::contract {

std::string encode_base64(std::string_view bytes);
// The bytes; nothing if the text is not base64.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace sesame::contract
