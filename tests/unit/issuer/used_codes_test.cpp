#include "cardless/issuer/used_codes.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "tests/unit/vault/temporary_folder.hpp"

namespace sesame::cardless {
namespace {

biometric::Secret key(std::uint8_t value = 1) {
  return biometric::Secret(biometric::ByteView(biometric::Bytes(32, value)));
}

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class UsedCodesFileTest : public testing::Test {
 protected:
  std::string refusal(std::uint8_t with_key = 1) {
    try {
      UsedCodesFile used(file, key(with_key));
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
  TemporaryFolder folder;
  const std::filesystem::path file = folder / "used";
};

TEST_F(UsedCodesFileTest, goes_forward_only_and_survives_a_restart) {
  {
    UsedCodesFile used(file, key());
    EXPECT_EQ(used.last("9999010000000003"), 0U);
    EXPECT_TRUE(used.use("9999010000000003", 10));
    EXPECT_FALSE(used.use("9999010000000003", 10));
    EXPECT_FALSE(used.use("9999010000000003", 9));
    EXPECT_TRUE(used.use("9999010000000011", 5));
  }
  UsedCodesFile used(file, key());
  EXPECT_EQ(used.last("9999010000000003"), 10U);
  EXPECT_EQ(used.last("9999010000000011"), 5U);
  EXPECT_FALSE(used.use("9999010000000003", 10));
  EXPECT_TRUE(used.use("9999010000000003", 11));
}

TEST_F(UsedCodesFileTest, holds_no_pan_and_is_the_owners_alone) {
  UsedCodesFile used(file, key());
  used.use("9999010000000003", 10);
  EXPECT_EQ(contents(file).find("999901"), std::string::npos);
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
}

TEST_F(UsedCodesFileTest, belongs_to_one_process_at_a_time) {
  const UsedCodesFile used(file, key());
  EXPECT_NE(refusal().find("in use by another process"), std::string::npos);
}

TEST_F(UsedCodesFileTest, an_unfinished_last_record_was_never_used) {
  {
    UsedCodesFile used(file, key());
    used.use("a", 10);
    used.use("a", 11);
  }
  for (const std::uintmax_t size : {63, 40, 33}) {
    std::filesystem::resize_file(file, size);
    UsedCodesFile used(file, key());
    EXPECT_EQ(used.last("a"), 10U);
    EXPECT_TRUE(used.use("a", 11));
  }
}

TEST_F(UsedCodesFileTest, zeros_that_a_power_cut_left_are_dropped_and_a_changed_last_record_is_refused) {
  {
    UsedCodesFile used(file, key());
    used.use("a", 10);
    used.use("a", 11);
  }
  const std::string good = contents(file);
  std::ofstream(file, std::ios::binary) << good << std::string(32, '\0');
  EXPECT_EQ(UsedCodesFile(file, key()).last("a"), 11U);
  std::string changed = good;
  changed[50] = static_cast<char>(changed[50] ^ 1);
  std::ofstream(file, std::ios::binary) << changed;
  EXPECT_NE(refusal().find("record 2 of 2"), std::string::npos);
}

TEST_F(UsedCodesFileTest, damage_in_the_middle_and_another_key_are_refused_and_nothing_is_changed) {
  {
    UsedCodesFile used(file, key());
    for (std::uint64_t moment = 1; moment < 5; ++moment) used.use("a", moment);
  }
  EXPECT_NE(refusal(2).find("another key"), std::string::npos);
  std::string bytes = contents(file);
  bytes[40] = static_cast<char>(bytes[40] ^ 1);
  std::ofstream(file, std::ios::binary) << bytes;
  EXPECT_NE(refusal().find("record 2 of 4"), std::string::npos) << refusal();
  EXPECT_EQ(contents(file), bytes);
}

TEST_F(UsedCodesFileTest, is_rewritten_short_when_opened) {
  {
    UsedCodesFile used(file, key());
    for (std::uint64_t moment = 1; moment <= 1500; ++moment) used.use("a", moment);
  }
  EXPECT_EQ(std::filesystem::file_size(file), 1500U * 32);
  UsedCodesFile used(file, key());
  EXPECT_EQ(std::filesystem::file_size(file), 32U);
  EXPECT_EQ(used.last("a"), 1500U);
  EXPECT_TRUE(used.use("a", 1501));
  EXPECT_NE(refusal().find("in use"), std::string::npos);
}

TEST_F(UsedCodesFileTest, what_was_said_to_be_used_is_used_after_kill_9) {
  int report[2];
  ASSERT_EQ(pipe(report), 0);
  const pid_t child = fork();
  if (child == 0) {
    alarm(60);
    UsedCodesFile used(file, key());
    for (std::uint64_t moment = 1;; ++moment) {
      used.use("a", moment);
      if (write(report[1], &moment, sizeof moment) != sizeof moment) _exit(1);
    }
  }
  close(report[1]);
  std::uint64_t told = 0;
  while (told < 200 && read(report[0], &told, sizeof told) == sizeof told) {
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  while (read(report[0], &told, sizeof told) == sizeof told) {
  }
  close(report[0]);
  const UsedCodesFile used(file, key());
  EXPECT_GE(used.last("a"), told);
  EXPECT_GE(told, 200U);
}

// A file that may not grow behaves as a full disk does.
TEST_F(UsedCodesFileTest, that_cannot_grow_uses_nothing_and_goes_on_when_it_can) {
  UsedCodesFile used(file, key());
  EXPECT_TRUE(used.use("a", 1));
  signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit tight{48, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &tight), 0);
  EXPECT_THROW(used.use("a", 2), std::runtime_error);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(used.last("a"), 1U);
  EXPECT_EQ(std::filesystem::file_size(file), 32U);
  EXPECT_TRUE(used.use("a", 2));
}

}  // namespace
}  // namespace sesame::cardless
