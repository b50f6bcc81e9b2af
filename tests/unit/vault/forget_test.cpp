#include <gtest/gtest.h>

#include "biometric/store/database.hpp"
#include "biometric/template/crypto.hpp"
#include "biometric/template/sealed_template.hpp"
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

// A backup, a disk taken out, a dump: the sealed template is there, and the master key is still the same.
TEST_F(ForgetTest, a_sealed_template_that_was_copied_before_does_not_open_after) {
  const Enrolled enrolled = enrol(1);
  enrol(2);
  Database database(file);
  const Row copied =
      database
          .query(
              "SELECT wrapped_key, box, consent, epoch, model FROM enrolments WHERE customer = 'customer-1'")
          .at(0);
  const TemplateBinding binding{
      "customer-1",  "bank", enrolled.enrolment, copied.text(2), static_cast<std::uint32_t>(copied.number(3)),
      copied.text(4)};
  std::vector<float> values(values_in(copied.bytes(1)));
  EXPECT_NO_THROW(open_template({copied.bytes(0), copied.bytes(1)}, binding, *master, values));
  store->forget("customer-1", "withdrawn", "customer at atm-1");
  // All keys that are left in the store, and none of them is this template's.
  std::vector<Bytes> keys;
  for (const char* sql : {"SELECT wrapped_key FROM enrolments", "SELECT wrapped_key FROM customers",
                          "SELECT wrapped FROM store_keys"})
    for (const Row& row : database.query(sql)) keys.push_back(row.bytes(0));
  ASSERT_EQ(keys.size(), 5U);
  for (const Bytes& key : keys)
    EXPECT_THROW(open_template({key, copied.bytes(1)}, binding, *master, values), DoesNotOpen);
  EXPECT_EQ(values, std::vector<float>(values.size(), 0.0F));
  const std::string disk = bytes_on_disk();
  EXPECT_EQ(disk.find(std::string(copied.bytes(0).begin(), copied.bytes(0).end())), std::string::npos);
}

TEST_F(ForgetTest, a_receipt_says_who_ordered_it_and_that_cannot_be_changed) {
  enrol(1);
  const Receipt receipt = store->forget("customer-1", "withdrawn", "customer at atm-1").receipts.at(0);
  EXPECT_EQ(receipt.by, "customer at atm-1");
  const DeletionReceipt line = to_deletion_receipt(receipt);
  EXPECT_EQ(to_line(line), "receipt 1: 2026-03-14T00:00:00Z, enrolment " + receipt.enrolment +
                               ", withdrawn, by customer at atm-1, key " + to_hex(receipt.destroyed_key) +
                               " destroyed");
  EXPECT_EQ(to_line(line).find("customer-1"), std::string::npos) << "the journal names no customer";
  Database(file).execute("UPDATE receipts SET by_whom = 'operator'");
  EXPECT_EQ(store->broken_receipt(), 1);
}

TEST_F(ForgetTest, the_store_remembers_which_receipts_are_in_the_journal) {
  EXPECT_EQ(store->journaled(), 0);
  store->set_journaled(3);
  store->set_journaled(2);
  reopen();
  EXPECT_EQ(store->journaled(), 3);
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
