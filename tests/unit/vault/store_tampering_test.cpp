// Somebody with a database browser and an afternoon: every edit that would move a face, a card or a right to
// somebody else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "biometric/store/database.hpp"
#include "biometric/store/store_gallery.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class StoreTamperingTest : public testing::Test, public StoreFixture {
 protected:
  StoreTamperingTest() {
    enrol(1);  // the attacker
    enrol(2);  // the victim
  }
  // Everybody is listed; the first customer as damaged.
  void expect_only_first_damaged() {
    std::size_t listed = 0;
    for (const IdentitySummary& summary : store->identities()) {
      ++listed;
      EXPECT_EQ(!summary.damaged.empty(), summary.customer == "customer-1") << summary.customer << ": " << summary.damaged;
    }
    EXPECT_EQ(listed, store->customers());
  }
  void edit(const std::string& sql) {
    store.reset();
    {
      Database database(file);
      database.execute("PRAGMA foreign_keys=OFF");
      database.execute(sql);
    }
    reopen();
  }
};

// Published against Windows Hello: exchange two users' templates in the database and log in as the other.
TEST_F(StoreTamperingTest, windows_hello_template_swap_attack_opens_nothing) {
  edit(
      "UPDATE enrolments SET box = (SELECT box FROM enrolments WHERE customer = 'customer-1'), wrapped_key = "
      "(SELECT wrapped_key FROM enrolments WHERE customer = 'customer-1') WHERE customer = 'customer-2'");
  EXPECT_TROUBLE(store->find(phone(2), "model-a"), StoreTrouble::damaged);
  EXPECT_TRUE(store->find(phone(1), "model-a")) << "the other rows must not suffer";
}

TEST_F(StoreTamperingTest, whole_enrolment_rows_given_to_each_other_open_nothing) {
  edit(
      "UPDATE enrolments SET customer = CASE customer WHEN 'customer-1' THEN 'customer-2' ELSE 'customer-1' "
      "END");
  EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
  EXPECT_TROUBLE(store->find(phone(2), "model-a"), StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, the_victims_card_does_not_come_to_the_attackers_face) {
  edit(
      "UPDATE tokens SET box = (SELECT box FROM tokens WHERE customer = 'customer-2') WHERE customer = "
      "'customer-1'");
  EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, the_victims_claim_does_not_lead_to_the_attacker) {
  edit("UPDATE claims SET customer = 'customer-1' WHERE customer = 'customer-2'");
  EXPECT_TROUBLE(store->find(phone(2), "model-a"), StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, a_suspended_customer_does_not_come_back_by_an_edit) {
  store->set_status("customer-1", CustomerStatus::suspended);
  edit("UPDATE customers SET status = 'active'");
  EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, issuer_consent_model_and_epoch_cannot_be_rewritten) {
  for (const char* sql :
       {"UPDATE customers SET issuer = 'other bank'", "UPDATE consents SET purpose = 'advertising'",
        "UPDATE consents SET gaze_start = 1", "UPDATE enrolments SET epoch = 0",
        "UPDATE enrolments SET consent = (SELECT consent FROM enrolments WHERE customer = 'customer-2')",
        "UPDATE customers SET attributes = (SELECT attributes FROM customers WHERE id = 'customer-2')",
        "UPDATE enrolments SET box = zeroblob(2077)", "UPDATE enrolments SET box = x'01'",
        "UPDATE enrolments SET wrapped_key = zeroblob(60)", "UPDATE customers SET tag = zeroblob(32)"}) {
    store.reset();  // its log goes into the file
    std::filesystem::copy_file(file, folder / "before", std::filesystem::copy_options::overwrite_existing);
    edit(sql);
    const auto told = trouble_of([&] { store->find(phone(1), "model-a"); });
    EXPECT_TRUE(told && told->trouble == StoreTrouble::damaged) << sql;
    if (told) {
      EXPECT_EQ(told->sentence.find("900000001"), std::string::npos);
    }
    store.reset();
    std::filesystem::remove(file.string() + "-wal");
    std::filesystem::copy_file(folder / "before", file, std::filesystem::copy_options::overwrite_existing);
    reopen();
    EXPECT_TRUE(store->find(phone(1), "model-a")) << "not put back after " << sql;
  }
}

TEST_F(StoreTamperingTest, keys_of_the_store_cannot_be_exchanged) {
  store.reset();
  {
    Database database(file);
    database.execute(
        "UPDATE store_keys SET wrapped = (SELECT wrapped FROM store_keys WHERE name = 'rows 3') WHERE name = "
        "'claims'");
  }
  EXPECT_TROUBLE(reopen(), StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, an_old_template_does_not_pass_as_young_nor_a_young_one_as_old) {
  for (const char* sql : {"UPDATE enrolments SET created = created + 86400 WHERE customer = 'customer-1'",
                          "UPDATE enrolments SET created = created - 86400 WHERE customer = 'customer-1'",
                          "UPDATE enrolments SET captures = 9 WHERE customer = 'customer-1'",
                          "UPDATE enrolments SET tag = x'' WHERE customer = 'customer-1'"}) {
    SCOPED_TRACE(sql);
    enrol(1);
    edit(sql);
    EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
    EXPECT_TROUBLE(store->held_on("customer-1"), StoreTrouble::damaged);
    expect_only_first_damaged();
    EXPECT_TRUE(store->find(phone(2), "model-a")) << "the other rows must not suffer";
    EXPECT_EQ(store->held_on("customer-2").enrolments.size(), 1U);
    StoreGallery gallery(*store, "model-a");
    EXPECT_EQ(gallery.damaged().size(), 1U);
    EXPECT_EQ(gallery.search(face(1), 1).at(0).customer_id, "customer-2");
  }
}

TEST_F(StoreTamperingTest, an_edited_last_use_is_told_as_damaged_and_the_next_login_makes_it_true) {
  enrol(3);
  for (unsigned number = 1; number <= 3; ++number) store->note_use("customer-" + std::to_string(number));
  now += std::chrono::days(1);
  store->note_use("customer-3");
  for (const char* sql :
       {"UPDATE uses SET day = day + 86400 WHERE customer = 'customer-1'",
        "UPDATE uses SET day = day - 86400 WHERE customer = 'customer-1'",
        "UPDATE uses SET day = -1 WHERE customer = 'customer-1'",
        "UPDATE uses SET tag = x'' WHERE customer = 'customer-1'",
        "UPDATE uses SET (day, tag) = (SELECT day, tag FROM uses WHERE customer = 'customer-3') "
        "WHERE customer = 'customer-1'",
        "DELETE FROM uses WHERE customer = 'customer-1'"}) {
    SCOPED_TRACE(sql);
    edit(sql);
    EXPECT_TROUBLE(store->held_on("customer-1"), StoreTrouble::damaged);
    expect_only_first_damaged();
    EXPECT_TRUE(store->held_on("customer-2").age.last_used);
    EXPECT_TRUE(store->find(phone(2), "model-a"));
    ASSERT_TRUE(store->find(phone(1), "model-a"));
    store->note_use("customer-1");
    EXPECT_EQ(store->held_on("customer-1").age.last_used, now);
    EXPECT_EQ(store->identities().size(), 3U);
  }
}

TEST_F(StoreTamperingTest, a_customer_whose_row_was_edited_hides_nobody_else_from_the_list) {
  for (const char* sql : {"UPDATE customers SET status = 'suspended' WHERE id = 'customer-1'",
                          "UPDATE customers SET status = 'unheard of' WHERE id = 'customer-1'",
                          "UPDATE customers SET created = 'yesterday' WHERE id = 'customer-1'",
                          "UPDATE customers SET tag = x'' WHERE id = 'customer-1'"}) {
    SCOPED_TRACE(sql);
    edit(sql);
    expect_only_first_damaged();
    StoreGallery gallery(*store, "model-a");
    const std::vector<IdentityLine> lines = gallery.identities("", 10);
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_THAT(lines[0].damaged, testing::HasSubstr("customer-1"));
    EXPECT_EQ(lines[0].deletion_due, "");
    EXPECT_EQ(lines[1].damaged, "");
    EXPECT_EQ(lines[1].enrolments, 1U);
    store->forget("customer-1", "damaged");
    enrol(1);
  }
}

TEST_F(StoreTamperingTest, since_when_a_customer_and_a_claim_are_known_cannot_be_rewritten) {
  edit("UPDATE claims SET created = created - 86400 WHERE customer = 'customer-1'");
  EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
  EXPECT_TROUBLE(store->held_on("customer-1"), StoreTrouble::damaged);
  EXPECT_TRUE(store->find(phone(2), "model-a"));
  edit("UPDATE customers SET created = created - 86400 WHERE id = 'customer-2'");
  EXPECT_TROUBLE(store->held_on("customer-2"), StoreTrouble::damaged);
}

// Else whoever edits dates has them tagged by the store itself.
TEST_F(StoreTamperingTest, a_store_that_is_made_to_look_like_an_earlier_version_gets_no_tags_anew) {
  store.reset();
  {
    Database database(file);
    for (const char* sql : {"ALTER TABLE enrolments DROP COLUMN tag", "ALTER TABLE uses DROP COLUMN tag",
                            "UPDATE enrolments SET created = 0", "UPDATE store SET schema_version = 2",
                            "UPDATE store_keys SET name = 'rows' WHERE name = 'rows 3'"})
      database.execute(sql);
  }
  EXPECT_TROUBLE(reopen(), StoreTrouble::damaged);
  Database database(file);
  EXPECT_EQ(database.number("SELECT count(*) FROM store WHERE schema_version = 2"), 1);
  EXPECT_EQ(database.number("SELECT count(*) FROM pragma_table_info('uses') WHERE name = 'tag'"), 0);
}

TEST_F(StoreTamperingTest, a_store_of_a_newer_release_is_left_alone) {
  store.reset();
  {
    Database database(file);
    database.execute("UPDATE store SET schema_version = 99");
  }
  const auto told = trouble_of([&] { reopen(); });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->trouble, StoreTrouble::newer_version);
  EXPECT_NE(told->sentence.find("version 99"), std::string::npos);
  Database database(file);
  EXPECT_EQ(database.number("SELECT count(*) FROM enrolments"), 2);
}

TEST_F(StoreTamperingTest, a_file_that_is_no_store_or_was_overwritten_is_told_as_damaged) {
  store.reset();
  std::filesystem::remove(file.string() + "-wal");
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(0)
      << "what is this, and why is it here?";
  EXPECT_TROUBLE(reopen(), StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, a_broken_page_is_told_as_damaged_and_not_a_crash) {
  store.reset();
  {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    for (std::uintmax_t at = 4096; at < std::filesystem::file_size(file); at += 4096) {
      stream.seekp(static_cast<std::streamoff>(at));
      stream << std::string(64, '\xff');
    }
  }
  EXPECT_TROUBLE(
      {
        reopen();
        store->find(phone(1), "model-a");
      },
      StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, a_file_that_others_may_read_is_refused) {
  store.reset();
  std::filesystem::permissions(file, std::filesystem::perms(0644));
  EXPECT_TROUBLE(reopen(), StoreTrouble::not_writable);
}

TEST_F(StoreTamperingTest, a_value_of_another_kind_is_told_as_damaged) {
  edit("UPDATE customers SET issuer = x'00ff'");
  EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
}

TEST_F(StoreTamperingTest, a_customer_with_damaged_rows_can_still_be_forgotten) {
  edit("UPDATE customers SET tag = zeroblob(32) WHERE id = 'customer-1'");
  EXPECT_EQ(store->forget("customer-1", "asked by customer").receipts.size(), 1U);
  EXPECT_EQ(store->customers(), 1U);
}

TEST_F(StoreTamperingTest, a_receipt_that_was_changed_or_taken_out_breaks_the_chain) {
  enrol(3);
  for (const char* customer : {"customer-1", "customer-2", "customer-3"})
    store->forget(customer, "asked by customer");
  EXPECT_FALSE(store->broken_receipt());
  edit("UPDATE receipts SET reason = 'by mistake' WHERE number = 2");
  EXPECT_EQ(store->broken_receipt(), 2);
  edit("DELETE FROM receipts WHERE number = 2");
  EXPECT_EQ(store->broken_receipt(), 2);
}

}  // namespace
}  // namespace sesame::biometric
