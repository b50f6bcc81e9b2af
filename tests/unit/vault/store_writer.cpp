// Enrols customers, one after another, into the store FOLDER/store.db under FOLDER/key, and says each number
// once it is kept.
//   store_writer enrol FOLDER            until it is killed
//   store_writer renew FOLDER            row by row, saying so of each; goes on where it was interrupted
//   store_writer change FOLDER FAULT N   the master key to FOLDER/next; the fault is failing_disk.hpp's
//   store_writer fill FOLDER KILOBYTES   on a disk of that size, until it is full; then what the store said
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "biometric/store/master_key_change.hpp"
#include "tests/unit/vault/failing_disk.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

// A small disk of our own where that is allowed; else files that may not grow.
const char* make_small_disk(const std::string& folder, const std::string& kilobytes) {
  if (unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
      mount("tmpfs", folder.c_str(), "tmpfs", 0, ("size=" + kilobytes + "k").c_str()) == 0) {
    return "disk";
  }
  signal(SIGXFSZ, SIG_IGN);
  const rlim_t bytes = static_cast<rlim_t>(std::stoul(kilobytes)) * 1024;
  const rlimit limit{bytes, bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
  return "file limit";
}

std::unique_ptr<MasterKey> key_in(const std::string& folder) {
  return open_key_file(folder + "/key", KeyFileUse::insecure_accepted);
}

unsigned enrol_until_refused(IdentityStore& store, unsigned first) {
  for (unsigned number = first;; ++number) {
    const std::vector<float> values = face(number);
    try {
      store.enrol(StoreFixture::request(number, values));
    } catch (const StoreError& error) {
      std::printf("refused %d %s\n", static_cast<int>(error.trouble()), error.what());
      return number - first;
    }
    if (first == 1) {
      std::printf("%u\n", number);
      std::fflush(stdout);
    }
  }
}

int enrol(const std::string& folder) {
  const auto master = key_in(folder);
  IdentityStore store({folder + "/store.db", {}, {}}, *master);
  enrol_until_refused(store, 1);
  return 1;
}

int renew(const std::string& folder) {
  const auto master = key_in(folder);
  IdentityStore store({folder + "/store.db", {}, {}}, *master);
  if (!store.renewal().under_way) store.begin_renewal();
  std::string after;
  while (!store.renew_some(1, after).done) {
    std::printf("%s\n", after.c_str());
    std::fflush(stdout);
  }
  return 0;
}

int change(const std::string& folder, const std::string& fault, const std::string& operation) {
  const auto present = key_in(folder);
  const auto next = open_key_file(folder + "/next", KeyFileUse::insecure_accepted);
  fail_disk(fault, static_cast<unsigned>(std::stoul(operation)));
  try {
    const MasterKeyChanged changed = MasterKeyChange(folder + "/store.db").run(*present, *next);
    std::printf("%s %s in %u\n", changed.changed_before ? "changed before" : "changed",
                changed.old_erased ? "erased" : "not erased", disk_operations());
    return 0;
  } catch (const StoreError& error) {
    std::printf("refused %d %s\n", static_cast<int>(error.trouble()), error.what());
    return 1;
  }
}

int fill(const std::string& folder, const std::string& kilobytes) {
  const auto master = key_in(folder);
  const char* how = make_small_disk(folder, kilobytes);
  unsigned kept = 0;
  {
    IdentityStore store({folder + "/store.db", {}, {}}, *master);
    kept = enrol_until_refused(store, 1000);
    // Everybody is still there, and reading needs no room.
    for (unsigned number = 1000; number < 1000 + kept; ++number) {
      if (!store.find(StoreFixture::phone(number), "model-a")) std::printf("lost %u\n", number);
    }
    if (store.find(StoreFixture::phone(1000 + kept), "model-a")) std::printf("half kept %u\n", 1000 + kept);
  }
  IdentityStore store({folder + "/store.db", {}, {}}, *master);
  std::printf("kept %u customers %zu templates %zu by %s\n", kept, store.customers(),
              store.enrolments("model-a"), how);
  return 0;
}

}  // namespace
}  // namespace sesame::biometric

int main(int count, char** arguments) {
  const std::string what = count > 1 ? arguments[1] : "";
  if (what == "enrol" && count == 3) return sesame::biometric::enrol(arguments[2]);
  if (what == "renew" && count == 3) return sesame::biometric::renew(arguments[2]);
  if (what == "change" && count == 5)
    return sesame::biometric::change(arguments[2], arguments[3], arguments[4]);
  if (what == "fill" && count == 4) return sesame::biometric::fill(arguments[2], arguments[3]);
  std::fputs("store_writer enrol FOLDER | renew FOLDER | change FOLDER FAULT N | fill FOLDER KILOBYTES\n",
             stderr);
  return 2;
}
