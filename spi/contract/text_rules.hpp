// What a text must look like: patterns, base64, length. Linear in the text, whatever it holds; any thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "spi/contract/type_info.hpp"

namespace sesame::contract {

bool matches(const Pattern& pattern, std::string_view text);
// Base64 of the standard (Common.Base64): standard alphabet, padded, at least one quantum.
bool is_base64(std::string_view text);
std::size_t count_code_points(std::string_view text);

}  // namespace sesame::contract
