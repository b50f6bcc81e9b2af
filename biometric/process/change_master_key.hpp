// `sesame-face --change-master-key`: another master key for a store that no host has open. Function; blocks.
#pragma once

#include "biometric/process/arguments.hpp"

namespace sesame::biometric {

// From arguments.key to arguments.new_key. Prints what was done and what the operator does next. 0: done; 1:
// done, but what the old key opens is still in the file. Throws std::exception with a text for people; the
// store is then as it was.
int change_master_key(const FaceArguments& arguments);

}  // namespace sesame::biometric
