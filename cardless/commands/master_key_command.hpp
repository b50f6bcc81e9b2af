// `sesame identities change-master-key`: checks the words and becomes sesame-face, which alone opens stores
// and tokens. Function; executor thread only.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace sesame::cardless {

/// Puts it beneath `identities`.
void add_master_key_command(CLI::App& identities, std::function<int()>& run);

}  // namespace sesame::cardless
