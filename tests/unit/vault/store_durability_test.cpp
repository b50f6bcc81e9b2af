#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

#include "biometric/store/database.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class StoreDurabilityTest : public testing::Test, public StoreFixture {};

// Runs the writer, kills it once it has said `enough` numbers and a little of the next one is done; the last
// number it said.
unsigned enrolled_before_kill(const std::string& folder, unsigned enough, unsigned microseconds_more) {
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return 0;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, pipe_ends[0]);
  const std::string writer = STORE_WRITER;
  std::array<char*, 4> arguments{const_cast<char*>(writer.c_str()), const_cast<char*>("enrol"),
                                 const_cast<char*>(folder.c_str()), nullptr};
  pid_t child = 0;
  const bool started = posix_spawn(&child, writer.c_str(), &actions, nullptr, arguments.data(), environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  std::string said;
  unsigned last = 0;
  bool killed = false;
  pollfd readable{pipe_ends[0], POLLIN, 0};
  while (started && poll(&readable, 1, 60000) == 1) {
    std::array<char, 256> bytes{};
    const ssize_t got = read(pipe_ends[0], bytes.data(), bytes.size());
    if (got <= 0) break;
    said.append(bytes.data(), static_cast<std::size_t>(got));
    for (std::size_t end = said.find('\n'); end != std::string::npos; end = said.find('\n')) {
      std::sscanf(said.c_str(), "%u", &last);
      said.erase(0, end + 1);
    }
    if (last >= enough && !killed) {
      // In the middle of the next one: each run a little later.
      poll(nullptr, 0, static_cast<int>(microseconds_more / 1000));
      kill(child, SIGKILL);
      killed = true;
    }
  }
  if (started) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  close(pipe_ends[0]);
  return last;
}

TEST_F(StoreDurabilityTest, kill_9_in_the_middle_of_writing_leaves_whole_customers_only) {
  for (unsigned run = 0; run < 8; ++run) {
    store.reset();
    for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + part);
    const unsigned told = enrolled_before_kill(folder.path().string(), 5 + run * 3, run * 1000);
    ASSERT_GE(told, 5U);
    reopen();
    const std::size_t kept = store->customers();
    EXPECT_GE(kept, told) << "a customer that was said to be kept is not";
    EXPECT_LE(kept, told + 1);
    for (unsigned number = 1; number <= kept; ++number) {
      const auto found = store->find(phone(number), "model-a");
      ASSERT_TRUE(found);
      EXPECT_EQ(found->token_pan, std::to_string(9999010000000000 + number));
      EXPECT_GT(cosine(found->floats(), face(number)), 0.99999F);
      EXPECT_EQ(store->held_on(found->customer).claims.size(), 2U);
    }
    Database database(file);
    EXPECT_EQ(database.query("PRAGMA integrity_check").at(0).text(0), "ok");
    EXPECT_TRUE(database.query("PRAGMA foreign_key_check").empty());
    for (const char* table : {"enrolments", "consents", "tokens"}) {
      EXPECT_EQ(database.number(std::string("SELECT count(*) FROM ") + table),
                static_cast<std::int64_t>(kept));
    }
  }
}

TEST_F(StoreDurabilityTest, a_full_disk_is_told_in_a_sentence_and_loses_nothing) {
  store.reset();
  for (const char* part : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + part);
  const std::string command = "timeout 60 " STORE_WRITER " fill " + folder.path().string() + " 2500 2>&1";
  FILE* const writer = popen(command.c_str(), "r");
  ASSERT_NE(writer, nullptr);
  std::string said;
  std::array<char, 512> line{};
  while (std::fgets(line.data(), line.size(), writer) != nullptr) said += line.data();
  EXPECT_EQ(pclose(writer), 0) << said;
  EXPECT_NE(said.find("refused " + std::to_string(static_cast<int>(StoreTrouble::disk_full)) + " the disk"),
            std::string::npos)
      << said;
  EXPECT_EQ(said.find("lost"), std::string::npos) << said;
  EXPECT_EQ(said.find("half kept"), std::string::npos) << said;
  unsigned kept = 0;
  unsigned customers = 0;
  unsigned templates = 0;
  const std::size_t at = said.find("kept ");
  ASSERT_NE(at, std::string::npos) << said;
  ASSERT_EQ(
      std::sscanf(said.c_str() + at, "kept %u customers %u templates %u", &kept, &customers, &templates), 3);
  EXPECT_GT(kept, 10U);
  EXPECT_EQ(kept, customers);
  EXPECT_EQ(kept, templates);
  RecordProperty("how", said.substr(said.rfind(" by ")));
}

TEST_F(StoreDurabilityTest, two_processes_write_in_turns) {
  IdentityStore other(options(), *master);
  for (unsigned number = 1; number <= 20; ++number) {
    const auto values = face(number);
    (number % 2 == 0 ? other : *store).enrol(request(number, values));
  }
  EXPECT_EQ(store->customers(), 20U);
  EXPECT_EQ(other.customers(), 20U);
}

}  // namespace
}  // namespace sesame::biometric
