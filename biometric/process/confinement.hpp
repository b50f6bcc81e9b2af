// What the face process gives up before it sees a face: core dumps, being traced by its own user, new
// privileges. Once, at start.
#pragma once

#include <string>

namespace sesame::biometric {

// Throws std::runtime_error that says what the system refused.
void confine_process();

// Keeps pages in memory where the limits allow it; says why not otherwise (no error: a small RLIMIT_MEMLOCK
// is common).
std::string lock_memory();

}  // namespace sesame::biometric
