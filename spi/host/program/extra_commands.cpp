// For programs with no optional part (the host of tests). `sesame` has a generated one (cmake/SesameProgram.cmake).
#include "spi/host/program/extra_commands.hpp"

namespace sesame::program {

void add_extra_commands(CLI::App&, std::function<int()>&) {}

}  // namespace sesame::program
