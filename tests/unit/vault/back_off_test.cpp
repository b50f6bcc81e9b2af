#include <gtest/gtest.h>

#include "biometric/store/database.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

using std::chrono::seconds;

class BackOffTest : public testing::Test, public StoreFixture {
 protected:
  seconds wait(const std::string& terminal) { return store->back_off(claim, terminal).until - now; }
  Claim claim = phone(1);
};

TEST_F(BackOffTest, three_failures_are_free_and_waiting_doubles_from_then) {
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 6; ++i) waits.push_back((store->count_failure(claim, "ATM-1").until - now).count());
  EXPECT_EQ(waits, (std::vector<std::int64_t>{0, 0, 30, 60, 120, 240}));
}

TEST_F(BackOffTest, survives_a_restart) {
  for (int i = 0; i < 4; ++i) store->count_failure(claim, "ATM-1");
  reopen();
  EXPECT_EQ(store->back_off(claim, "ATM-1").failures, 4);
  EXPECT_EQ(wait("ATM-1"), seconds(60));
}

TEST_F(BackOffTest, is_per_claim_and_terminal) {
  for (int i = 0; i < 4; ++i) store->count_failure(claim, "ATM-1");
  EXPECT_LE(wait("ATM-2"), seconds(0));
  EXPECT_EQ(store->back_off(phone(2), "ATM-1").failures, 0);
}

TEST_F(BackOffTest, going_from_terminal_to_terminal_does_not_help) {
  for (int i = 0; i < 10; ++i) store->count_failure(claim, "ATM-" + std::to_string(i));
  EXPECT_EQ(wait("ATM-new"), seconds(30));
}

TEST_F(BackOffTest, success_takes_it_back) {
  for (int i = 0; i < 12; ++i) store->count_failure(claim, "ATM-1");
  store->count_success(claim, "ATM-1");
  EXPECT_EQ(store->back_off(claim, "ATM-1").failures, 0);
  EXPECT_LE(wait("ATM-1"), seconds(0));
  store->count_success(claim, "ATM-1");
}

TEST_F(BackOffTest, never_waits_longer_than_a_day_and_is_forgotten_a_day_after) {
  for (int i = 0; i < 80; ++i) store->count_failure(claim, "ATM-1");
  EXPECT_EQ(wait("ATM-1"), seconds(86400));
  now += seconds(86401);
  EXPECT_EQ(store->back_off(claim, "ATM-1").failures, 0);
  EXPECT_EQ(store->count_failure(claim, "ATM-1").failures, 1);
}

TEST_F(BackOffTest, claims_that_nobody_has_count_alike_and_leave_no_heap_of_rows) {
  for (unsigned i = 0; i < 50; ++i) store->count_failure(phone(i), "ATM-1");
  now += seconds(86401);
  store->count_failure(claim, "ATM-1");
  Database database(file);
  EXPECT_EQ(database.number("SELECT count(*) FROM back_off"), 2);
}

TEST_F(BackOffTest, without_a_claim_the_terminal_alone_counts) {
  claim = {"", ""};
  for (int i = 0; i < 20; ++i) store->count_failure(claim, "ATM-1");
  EXPECT_GT(wait("ATM-1"), seconds(0));
  EXPECT_LE(wait("ATM-2"), seconds(0));
  EXPECT_TROUBLE(store->count_failure(claim, ""), StoreTrouble::refused);
}

}  // namespace
}  // namespace sesame::biometric
