#include <gtest/gtest.h>

#include "biometric/store/database.hpp"
#include "biometric/template/crypto.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class ForgetTest : public testing::Test, public StoreFixture {
 protected:
  Bytes stored(const std::string& sql) {
    Database database(file);
    return database.query(sql).at(0).bytes(0);
  }
};

TEST_F(ForgetTest, leaves_nothing_but_a_receipt) {
  const Enrolled enrolled = enrol(1);
  enrol(2);
  store->count_failure(phone(1), "ATM-7");
  now += std::chrono::hours(1);
  const Forgotten forgotten = store->forget("customer-1", "asked by customer");
  ASSERT_EQ(forgotten.receipts.size(), 1U);
  EXPECT_EQ(forgotten.receipts[0].enrolment, enrolled.enrolment);
  EXPECT_EQ(forgotten.receipts[0].consent, enrolled.consent);
  EXPECT_EQ(forgotten.receipts[0].reason, "asked by customer");
  EXPECT_EQ(forgotten.receipts[0].time, now);
  EXPECT_FALSE(store->find(phone(1), "model-a"));
  EXPECT_EQ(store->customers(), 1U);
  EXPECT_EQ(store->back_off(phone(1), "ATM-7").failures, 0);
  Database database(file);
  for (const char* table : {"enrolments", "tokens", "claims", "consents"}) {
    EXPECT_TRUE(
        database.query(std::string("SELECT customer FROM ") + table + " WHERE customer = 'customer-1'")
            .empty())
        << table;
  }
  EXPECT_TROUBLE(store->forget("customer-1", "again"), StoreTrouble::unknown_customer);
}

TEST_F(ForgetTest, wrapped_keys_and_boxes_are_gone_from_database_and_log) {
  enrol(1);
  enrol(2);
  std::vector<std::string> gone;
  for (const char* sql : {"SELECT wrapped_key FROM enrolments WHERE customer = 'customer-1'",
                          "SELECT box FROM enrolments WHERE customer = 'customer-1'",
                          "SELECT wrapped_key FROM customers WHERE id = 'customer-1'",
                          "SELECT box FROM tokens WHERE customer = 'customer-1'",
                          "SELECT digest FROM claims WHERE customer = 'customer-1'"}) {
    const Bytes bytes = stored(sql);
    gone.emplace_back(bytes.begin(), bytes.begin() + std::min<std::ptrdiff_t>(32, std::ssize(bytes)));
  }
  const std::string before = bytes_on_disk();
  for (const std::string& bytes : gone)
    EXPECT_NE(before.find(bytes), std::string::npos) << "not there to begin with";
  const Forgotten forgotten = store->forget("customer-1", "asked by customer");
  EXPECT_TRUE(forgotten.log_erased);
  const std::string after = bytes_on_disk();
  for (const std::string& bytes : gone) EXPECT_EQ(after.find(bytes), std::string::npos);
}

TEST_F(ForgetTest, a_replaced_template_is_gone_as_well) {
  enrol(1);
  const Bytes key = stored("SELECT wrapped_key FROM enrolments");
  enrol(1);
  EXPECT_EQ(bytes_on_disk().find(std::string(key.begin(), key.end())), std::string::npos);
}

TEST_F(ForgetTest, a_receipt_names_the_key_that_was_destroyed_and_follows_from_the_last) {
  enrol(1);
  enrol(2);
  const Digest digest = sha256(stored("SELECT wrapped_key FROM enrolments WHERE customer = 'customer-2'"));
  const Receipt first = store->forget("customer-1", "asked by customer").receipts.at(0);
  const Receipt second = store->forget("customer-2", "end of contract").receipts.at(0);
  EXPECT_EQ(second.destroyed_key, Bytes(digest.begin(), digest.end()));
  EXPECT_EQ(first.number, 1);
  EXPECT_EQ(first.previous, Bytes(32, 0));
  EXPECT_EQ(second.previous, first.hash);
  EXPECT_FALSE(store->broken_receipt());
}

TEST_F(ForgetTest, a_forgotten_customer_may_come_again_and_begins_anew) {
  enrol(1);
  store->forget("customer-1", "asked by customer");
  const auto values = face(1);
  EnrolmentRequest ask = request(1, values);
  ask.allot_token = [] { return std::string("9999010000000555"); };
  EXPECT_EQ(store->enrol(ask).token_pan, "9999010000000555");
  EXPECT_TRUE(store->find(phone(1), "model-a"));
}

}  // namespace
}  // namespace sesame::biometric
