#include "devices/text_terminal/columns.hpp"

#include <algorithm>

namespace sesame::devices::text_terminal {
namespace {

struct Range {
  char32_t first, last;
};
// Unicode 15: general category Mn and Cf of the scripts that prompts are written in.
constexpr Range combining[] = {{0x0300, 0x036F}, {0x0F18, 0x0F19}, {0x0F35, 0x0F35}, {0x0F37, 0x0F37}, {0x0F39, 0x0F39}, {0x0F71, 0x0F7E},
                               {0x0F80, 0x0F84}, {0x0F86, 0x0F87}, {0x0F8D, 0x0FBC}, {0x0FC6, 0x0FC6}, {0x200B, 0x200F}, {0x3099, 0x309A},
                               {0xFE00, 0xFE0F}};
// East Asian Width W and F.
constexpr Range wide[] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3}, {0xF900, 0xFAFF},
                          {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t c) {
  return std::ranges::any_of(ranges, [c](Range range) { return c >= range.first && c <= range.last; });
}

std::size_t length_of(unsigned char lead) { return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4; }

char32_t decode(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes[0]);
  char32_t c = bytes.size() == 1 ? lead : lead & (0xFFu >> (bytes.size() + 1));
  for (const char next : bytes.substr(1)) c = c << 6 | (static_cast<unsigned char>(next) & 0x3F);
  return c;
}

}  // namespace

std::vector<Glyph> glyphs_of(std::string_view text) {
  std::vector<Glyph> glyphs;
  while (!text.empty()) {
    const auto bytes = text.substr(0, length_of(static_cast<unsigned char>(text[0])));
    text.remove_prefix(bytes.size());
    const char32_t c = decode(bytes);
    if (in(combining, c) && !glyphs.empty() && glyphs.back().text != "\n")
      glyphs.back().text += bytes;
    else
      glyphs.push_back({std::string(bytes), in(wide, c) ? 2 : 1});
  }
  return glyphs;
}

}  // namespace sesame::devices::text_terminal
