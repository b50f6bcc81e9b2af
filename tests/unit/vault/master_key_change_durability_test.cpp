// The change of the master key, killed or out of disk at each of its writes, syncs and truncations.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <map>

#include "biometric/store/database.hpp"
#include "tests/unit/vault/earlier_store.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class MasterKeyChangeDurabilityTest : public testing::Test, public StoreFixture {
 protected:
  static constexpr unsigned customers = 5;
  enum class Under { old_key, new_key, neither };

  MasterKeyChangeDurabilityTest() {
    create_key_file(folder / "next");
    next = open_key_file(folder / "next", KeyFileUse::insecure_accepted);
    for (unsigned number = 1; number <= customers; ++number) enrol(number);
    store.reset();
  }

  void remember_old_keys() {
    Database database(file);
    for (const char* sql : {"SELECT wrapped FROM store_keys", "SELECT wrapped_key FROM customers",
                            "SELECT wrapped_key FROM enrolments"})
      for (const Row& row : database.query(sql)) {
        const Bytes& key = row.bytes(0);
        old_keys.emplace_back(key.begin(), key.end());
      }
  }

  // A process of its own, on the store as it was before any change or as the last one left it.
  void put_back() {
    for (const char* part : {"-wal", "-shm", "-journal"}) std::filesystem::remove(file.string() + part);
    std::filesystem::copy_file(folder / "before", file, std::filesystem::copy_options::overwrite_existing);
  }
  struct Ended {
    bool killed = false;
    int code = 0;
    std::string said;
  };
  Ended change(const std::string& fault, unsigned operation) {
    const std::string command = "exec timeout 60 " STORE_WRITER " change " + folder.path().string() + " " +
                                fault + " " + std::to_string(operation) + " 2>&1";
    Ended ended;
    FILE* const writer = popen(command.c_str(), "r");
    if (writer == nullptr) return ended;
    std::array<char, 512> line{};
    while (std::fgets(line.data(), line.size(), writer) != nullptr) ended.said += line.data();
    const int status = pclose(writer);
    // timeout says of a killed child that it was killed.
    ended.killed = WIFSIGNALED(status) || WEXITSTATUS(status) == 128 + SIGKILL;
    ended.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ended;
  }

  bool everything_opens(MasterKey& key) {
    IdentityStore opened(options(), key);
    for (unsigned number = 1; number <= customers; ++number) {
      const auto found = opened.find(phone(number), "model-a");
      if (!found || cosine(found->floats(), face(number)) < 0.99999F) return false;
      if (opened.held_on(found->customer, IdentityStore::Templates::opened).consents.size() != 1)
        return false;
    }
    return true;
  }
  // Which key opens all of it, with the other one refused.
  Under opens_under() {
    const bool old_refused = trouble_of([&] { IdentityStore(options(), *master); }).has_value();
    const bool new_refused = trouble_of([&] { IdentityStore(options(), *next); }).has_value();
    if (old_refused == new_refused) return Under::neither;
    if (!everything_opens(old_refused ? *next : *master)) return Under::neither;
    return old_refused ? Under::new_key : Under::old_key;
  }
  bool old_keys_on_disk() const {
    const std::string disk = bytes_on_disk();
    return std::ranges::any_of(old_keys,
                               [&](const std::string& key) { return disk.find(key) != std::string::npos; });
  }

  // Fails one operation after the other until there are no more; how often the store came to be under each
  // key.
  std::map<Under, unsigned> sweep(const std::string& fault,
                                  const std::function<void(const Ended&, Under)>& look) {
    remember_old_keys();
    std::filesystem::copy_file(file, folder / "before");
    unsigned operations = 0;
    const std::string said = change("never", 0).said;
    const std::size_t line = said.find("changed erased in ");
    if (line != std::string::npos) std::sscanf(said.c_str() + line, "changed erased in %u", &operations);
    EXPECT_GT(operations, 20U) << said;
    std::map<Under, unsigned> seen;
    for (unsigned at = 1; at <= operations; ++at) {
      SCOPED_TRACE(fault + " at operation " + std::to_string(at));
      put_back();
      const Ended ended = change(fault, at);
      // Looked at before anybody opens the store, which would empty the log.
      const bool said_erased = ended.said.find("changed erased") != std::string::npos;
      EXPECT_FALSE(said_erased && old_keys_on_disk());
      const Under under = opens_under();
      EXPECT_NE(under, Under::neither) << ended.said;
      ++seen[under];
      look(ended, under);
      // Whoever runs it again brings it to its end.
      const Ended again = change("never", 0);
      EXPECT_EQ(again.code, 0) << again.said;
      EXPECT_NE(again.said.find(" erased"), std::string::npos) << again.said;
      EXPECT_EQ(opens_under(), Under::new_key);
      EXPECT_FALSE(old_keys_on_disk());
      if (HasFailure()) break;
    }
    RecordProperty("operations", static_cast<int>(operations));
    return seen;
  }

  std::unique_ptr<MasterKey> next;
  std::vector<std::string> old_keys;
};

TEST_F(MasterKeyChangeDurabilityTest, kill_9_at_any_write_leaves_a_store_that_is_wholly_under_one_key) {
  auto seen = sweep("killed", [](const Ended& ended, Under) { EXPECT_TRUE(ended.killed) << ended.said; });
  EXPECT_GT(seen[Under::old_key], 0U);
  EXPECT_GT(seen[Under::new_key], 0U);
}

TEST_F(MasterKeyChangeDurabilityTest, kill_9_while_an_earlier_version_is_taken_over_loses_nobody) {
  make_version_2(file, *master);
  auto seen = sweep("killed", [](const Ended& ended, Under) { EXPECT_TRUE(ended.killed) << ended.said; });
  EXPECT_GT(seen[Under::old_key], 0U);
  EXPECT_GT(seen[Under::new_key], 0U);
}

TEST_F(MasterKeyChangeDurabilityTest, a_disk_that_is_full_from_any_write_on_is_told_and_mixes_no_keys) {
  unsigned not_erased = 0;
  auto seen = sweep("full", [&not_erased](const Ended& ended, Under under) {
    if (under == Under::old_key) {
      EXPECT_EQ(ended.code, 1) << ended.said;
      EXPECT_NE(ended.said.find("refused " + std::to_string(static_cast<int>(StoreTrouble::disk_full))),
                std::string::npos)
          << ended.said;
    } else {
      EXPECT_EQ(ended.code, 0) << ended.said;
      if (ended.said.find("not erased") != std::string::npos) ++not_erased;
    }
  });
  EXPECT_GT(seen[Under::old_key], 0U);
  EXPECT_GT(not_erased, 0U) << "it is kept in the log, and what the old key opens is in the file";
}

}  // namespace
}  // namespace sesame::biometric
