#include "spi/host/program/beside.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace sesame::program {

std::string beside(const std::string& name) {
  std::error_code error;
  const auto file = std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / name;
  return std::filesystem::exists(file, error) ? file.string() : name;
}

void become(const std::string& program, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program);
  std::vector<char*> words;
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  ::execvp(program.c_str(), words.data());
  throw std::runtime_error("the program " + program + " does not start: " +
                           std::generic_category().message(errno) + " (expected it beside sesame)");
}

}  // namespace sesame::program
