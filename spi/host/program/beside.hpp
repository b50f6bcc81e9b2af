// The other programs of this installation. Functions; thread rule: none.
#pragma once

#include <string>
#include <vector>

namespace sesame::program {

/// Where the program of that name is: beside this one, else its name alone, for the search path.
std::string beside(const std::string& name);

/// This process becomes that program, with these arguments. Throws std::runtime_error that says where it was
/// expected.
[[noreturn]] void become(const std::string& program, std::vector<std::string> arguments);

}  // namespace sesame::program
