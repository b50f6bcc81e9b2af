// The command line of the face process, as the section `faces` of the configuration says it. Functions;
// thread rule: none.
#pragma once

#include <string>
#include <vector>

#include "spi/host/configuration.hpp"

namespace sesame::biometric {

/// Its program: `program`, or beside this one.
std::string face_program(const spi::Section& faces);

/// The identity store and its master key; empty for faces in memory. Throws spi::ConfigurationError.
std::vector<std::string> store_arguments(const spi::Section& faces);

}  // namespace sesame::biometric
