// Commands of `sesame` that belong to optional parts (enrolment, the demo): added when the part is built.
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace sesame::program {

void add_extra_commands(CLI::App& app, std::function<int()>& run);

}  // namespace sesame::program
