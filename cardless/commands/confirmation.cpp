#include "cardless/commands/confirmation.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <stdexcept>

namespace sesame::cardless {

bool confirmed(const std::string& command, const std::string& question) {
  if (isatty(STDIN_FILENO) == 0)
    throw std::runtime_error(command + ": expected --yes, since nobody can be asked here");
  std::printf("%s This cannot be undone. [y/N] ", question.c_str());
  std::fflush(stdout);
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y") return true;
  std::fprintf(stderr, "sesame %s: nothing was done\n", command.c_str());
  return false;
}

}  // namespace sesame::cardless
