// `sesame identities export`, `expire` and `rotate`. Functions; executor thread only.
#pragma once

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace sesame::cardless {

/// Puts them beneath `identities`.
void add_privacy_commands(CLI::App& identities, std::function<int()>& run);

/// "operator anna": who runs this program, for receipts.
std::string operator_name();

}  // namespace sesame::cardless
