// JSON text that is written without a tree of values. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace sesame::contract {

/// Appends `text` (UTF-8) as a JSON string, quotes included.
void append_quoted(std::string& out, std::string_view text);

}  // namespace sesame::contract
