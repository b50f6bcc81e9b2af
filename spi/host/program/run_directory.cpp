#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "spi/host/program/commands.hpp"

namespace sesame::program {

std::string default_run_directory() {
  if (const char* given = std::getenv("SESAME_RUN_DIRECTORY"); given && *given) return given;
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime && *runtime) return std::string(runtime) + "/sesame";
  if (geteuid() == 0) return "/run/sesame";
  return "/tmp/sesame-" + std::to_string(geteuid());
}

std::string prepare_run_directory(const std::string& wanted) {
  const std::string directory = wanted.empty() ? default_run_directory() : wanted;
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    throw std::runtime_error(directory + ": the run directory cannot be made: " + std::strerror(errno));
  struct stat found {};
  if (lstat(directory.c_str(), &found) != 0 || !S_ISDIR(found.st_mode)) throw std::runtime_error(directory + ": expected a directory");
  if (found.st_uid != geteuid()) throw std::runtime_error(directory + ": belongs to another user; choose one with --run-directory");
  if ((found.st_mode & 077) != 0 && chmod(directory.c_str(), 0700) != 0)
    throw std::runtime_error(directory + ": expected mode 0700, and it cannot be set");
  return directory;
}

}  // namespace sesame::program
