// The claims of a command line: what a customer will say at the ATM to be found. Functions; any thread.
#pragma once

#include <string>
#include <vector>

#include "biometric/gallery.hpp"

namespace sesame::cardless {

/// Of texts "kind=value", or "kind" alone: that value is read from standard input, without echo on a
/// terminal, since other users of a machine can read command lines. Throws std::runtime_error that says what
/// was expected, never the value.
std::vector<biometric::Claim> read_claims(const std::vector<std::string>& texts);

}  // namespace sesame::cardless
