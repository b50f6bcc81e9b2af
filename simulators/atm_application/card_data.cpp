#include "simulators/atm_application/card_data.hpp"

#include <algorithm>

namespace sesame::simulators {

std::optional<std::string> from_base64(std::string_view text) {
  static constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string bytes;
  unsigned bits = 0, count = 0, padding = 0;
  for (const char character : text) {
    const auto value = alphabet.find(character);
    if (character == '=' && ++padding <= 2) continue;
    if (value == std::string_view::npos || padding > 0) return std::nullopt;
    bits = bits << 6 | static_cast<unsigned>(value);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xff);
  }
  return bytes;
}

std::optional<std::string> account_number(std::string_view track2) {
  const auto separator = track2.find('=');
  if (separator == std::string_view::npos || separator < 8 || separator > 19) return std::nullopt;
  const auto number = track2.substr(0, separator);
  if (!std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return std::string(number);
}

std::string masked_account_number(std::string_view number) {
  if (number.size() <= 10) return std::string(number.size(), '*');
  return std::string(number.substr(0, 6)) + std::string(number.size() - 10, '*') + std::string(number.substr(number.size() - 4));
}

}  // namespace sesame::simulators
