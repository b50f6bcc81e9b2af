// `sesame completion bash`: completion made of the program's own command line, so that it cannot differ from it.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace sesame::program {

/// A script to be sourced by bash: subcommands, their options and theirs.
std::string bash_completion(const CLI::App& app);

}  // namespace sesame::program
