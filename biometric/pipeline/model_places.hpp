// Where the networks and their descriptions are unless told. Pure functions of the environment.
#pragma once

#include <string>

namespace sesame::biometric {

// SESAME_MODELS, else the cache that script/setup fills.
std::string default_models();
// Beside the program when it is installed, else the source tree.
std::string default_descriptions();

}  // namespace sesame::biometric
