// SQLite finds these in the program before it finds those of the C library.
#include "tests/unit/vault/failing_disk.hpp"

#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace {

std::string fault = "never";
unsigned fails_at = 0;
unsigned operations = 0;

bool killed_now() { return ++operations == fails_at && fault == "killed"; }

}  // namespace

void fail_disk(const std::string& how, unsigned operation) {
  fault = how;
  fails_at = operation;
  operations = 0;
}

unsigned disk_operations() { return operations; }

extern "C" {

ssize_t pwrite64(int descriptor, const void* bytes, size_t size, off64_t offset) {
  if (killed_now()) {
    syscall(SYS_pwrite64, descriptor, bytes, size / 2, offset);
    raise(SIGKILL);
  }
  if (fault == "full" && operations >= fails_at) {
    errno = ENOSPC;
    return -1;
  }
  return syscall(SYS_pwrite64, descriptor, bytes, size, offset);
}

int fdatasync(int descriptor) {
  if (killed_now()) raise(SIGKILL);
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

int ftruncate64(int descriptor, off64_t size) noexcept {
  if (killed_now()) raise(SIGKILL);
  return static_cast<int>(syscall(SYS_ftruncate, descriptor, size));
}

int unlink(const char* path) noexcept {
  if (killed_now()) raise(SIGKILL);
  return static_cast<int>(syscall(SYS_unlink, path));
}
}
