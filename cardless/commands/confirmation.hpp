// Asks whoever is at the terminal before something goes for good. Function; blocks.
#pragma once

#include <string>

namespace sesame::cardless {

/// True for "y". Throws std::runtime_error that wants --yes where nobody can be asked.
bool confirmed(const std::string& command, const std::string& question);

}  // namespace sesame::cardless
