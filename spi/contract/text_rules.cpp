#include "spi/contract/text_rules.hpp"

#include <algorithm>

namespace sesame::contract {

namespace {
bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }
}  // namespace

bool matches(const Pattern& pattern, std::string_view text) {
  std::uint16_t state = pattern.start;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_continuation(byte)) continue;  // its lead byte has stood for the character
    state = pattern.next[state * pattern.class_count + pattern.classes[std::min<unsigned char>(byte, 128)]];
    if (state == 0) return false;
  }
  return pattern.accepts[state] != 0;
}

namespace {
constexpr bool in_alphabet(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}
}  // namespace

bool is_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return false;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  return std::all_of(text.begin(), text.end() - static_cast<std::ptrdiff_t>(padding), in_alphabet);
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return !is_continuation(static_cast<unsigned char>(c)); }));
}

}  // namespace sesame::contract
