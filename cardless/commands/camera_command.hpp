// `sesame camera`: which camera the faces come from, so that it can be pinned, and what was wrong with it.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace sesame::cardless {

void add_camera_command(CLI::App& app, std::function<int()>& run);

}  // namespace sesame::cardless
