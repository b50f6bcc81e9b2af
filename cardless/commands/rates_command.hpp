// `sesame identities rates`. Executor thread only.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace sesame::cardless {

/// Puts it beneath `identities`.
void add_rates_command(CLI::App& identities, std::function<int()>& run);

}  // namespace sesame::cardless
