// How many columns of a character display a character takes: Japanese and Chinese two, combining marks (Tibetan vowel signs,
// accents) none. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sesame::devices::text_terminal {

/// What is shown in one place: a character with its combining marks, as UTF-8.
struct Glyph {
  std::string text;
  int columns = 1;
};

/// Valid UTF-8 as glyphs. A line feed is a glyph of its own.
std::vector<Glyph> glyphs_of(std::string_view text);

}  // namespace sesame::devices::text_terminal
