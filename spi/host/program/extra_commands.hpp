// Commands of `sesame` that belong to optional parts (enrolment, the demo): added when the part is built. The body is generated
// from the sesame_add_commands() lines (cmake/SesameProgram.cmake).
#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace sesame::program {

void add_extra_commands(CLI::App& app, std::function<int()>& run);

}  // namespace sesame::program
