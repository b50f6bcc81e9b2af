#include "biometric/process/confinement.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace sesame::biometric {
namespace {

void must(int result, const char* what) {
  if (result != 0)
    throw std::runtime_error(std::string("the face process cannot ") + what + ": " +
                             std::generic_category().message(errno));
}

}  // namespace

void confine_process() {
  const rlimit none{0, 0};
  must(::setrlimit(RLIMIT_CORE, &none), "switch core dumps off");
  must(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0), "hide its memory from other processes");
  must(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "give up new privileges");
}

std::string lock_memory() {
  // On fault: only what is used becomes resident, and what is resident stays.
  if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return {};
  return std::generic_category().message(errno);
}

}  // namespace sesame::biometric
