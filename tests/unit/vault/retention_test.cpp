// How long faces are kept: the rules, and what the store says by them.
#include <gtest/gtest.h>

#include "biometric/store/database.hpp"
#include "tests/unit/vault/earlier_store.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

using std::chrono::days;
using std::chrono::hours;

TEST(PrivacyRules, delete_by_whichever_comes_first) {
  PrivacyRules rules;
  FaceAge age{Time(days(1000)), std::nullopt};
  EXPECT_FALSE(deletion_due(rules, age));
  rules.unused = days(100);
  EXPECT_EQ(deletion_due(rules, age), Time(days(1100)));
  age.last_used = Time(days(1050));
  EXPECT_EQ(deletion_due(rules, age), Time(days(1150)));
  rules.enrolled = days(140);
  EXPECT_EQ(deletion_due(rules, age), Time(days(1140)));
  EXPECT_EQ(why_due(rules, age, Time(days(1140)) - hours(1)), "");
  EXPECT_EQ(why_due(rules, age, Time(days(1140))), "enrolled on 1972-09-27");
  rules.enrolled = days(0);
  EXPECT_EQ(why_due(rules, age, Time(days(1150))), "not used since 1972-11-16");
}

class RetentionTest : public testing::Test, public StoreFixture {
 protected:
  std::vector<std::string> due() {
    std::vector<std::string> names;
    for (const DueCustomer& one : store->due("", 100).due) names.push_back(one.customer);
    return names;
  }
  void edit(const std::vector<std::string>& statements) {
    store.reset();
    {
      Database database(file);
      for (const std::string& sql : statements) database.execute(sql);
    }
    reopen();
  }
};

TEST_F(RetentionTest, who_is_seen_no_more_is_due_and_a_login_begins_anew) {
  rules.unused = days(365);
  reopen();
  enrol(1);
  enrol(2);
  now += days(300);
  store->note_use("customer-2");
  EXPECT_TRUE(due().empty());
  now += days(65);
  EXPECT_EQ(due(), std::vector<std::string>{"customer-1"});
  EXPECT_EQ(store->due("", 100).due.at(0).why, "not used since 2026-03-14");
  now += days(299);
  EXPECT_EQ(due(), std::vector<std::string>{"customer-1"});
  now += days(1);
  EXPECT_EQ(due().size(), 2U);
}

TEST_F(RetentionTest, an_enrolment_ends_however_often_it_is_used_and_another_begins_anew) {
  rules.enrolled = days(1000);
  rules.enrol_again = days(700);
  reopen();
  enrol(1);
  enrol(2);
  now += days(700);
  EXPECT_EQ(store->due("", 100).enrol_again, 2U);
  EXPECT_TRUE(store->find(phone(1), "model-a")) << "an old template answers until it is deleted";
  enrol(2);
  EXPECT_EQ(store->due("", 100).enrol_again, 1U);
  now += days(300);
  store->note_use("customer-1");
  EXPECT_EQ(due(), std::vector<std::string>{"customer-1"});
}

TEST_F(RetentionTest, is_told_page_by_page) {
  rules.unused = days(1);
  reopen();
  for (unsigned number = 1; number <= 5; ++number) enrol(number);
  now += days(2);
  const DuePage first = store->due("", 3);
  EXPECT_EQ(first.due.size(), 3U);
  EXPECT_EQ(first.customers, 3U);
  EXPECT_EQ(first.last, "customer-3");
  EXPECT_EQ(store->due(first.last, 3).due.size(), 2U);
  EXPECT_EQ(store->due("customer-5", 3).last, "");
}

TEST_F(RetentionTest, a_use_is_kept_as_a_day_and_goes_with_the_customer) {
  enrol(1);
  now += hours(13);
  store->note_use("customer-1");
  store->note_use("customer-1");
  store->note_use("nobody");
  EXPECT_EQ(store->identities().at(0).age.last_used, std::chrono::floor<days>(now));
  EXPECT_EQ(store->held_on("customer-1").age.last_used, std::chrono::floor<days>(now));
  EXPECT_NE(to_json(store->held_on("customer-1")).find("\"lastUsed\": \"2026-03-14\""), std::string::npos);
  store->forget("customer-1", "asked by customer");
  EXPECT_EQ(Database(file).number("SELECT count(*) FROM uses"), 0);
}

TEST_F(RetentionTest, dates_that_were_edited_delete_nobody_and_keep_nobody_in_silence) {
  rules.unused = days(365);
  reopen();
  for (unsigned number = 1; number <= 8; ++number) enrol(number);
  now += days(300);
  for (unsigned number = 5; number <= 8; ++number) store->note_use("customer-" + std::to_string(number));
  now += days(65);
  const std::vector<std::string> true_due{"customer-1", "customer-2", "customer-3", "customer-4"};
  EXPECT_EQ(due(), true_due);
  EXPECT_TRUE(store->due("", 100).damaged.empty());
  edit({"UPDATE enrolments SET created = created + 8640000 WHERE customer = 'customer-1'",
        "UPDATE customers SET created = created + 8640000 WHERE id = 'customer-2'",
        "UPDATE uses SET day = day + 86400 * 365 WHERE customer = 'customer-5'",
        "UPDATE uses SET day = 0 WHERE customer = 'customer-6'",
        "DELETE FROM uses WHERE customer = 'customer-7'"});
  EXPECT_EQ(due(), (std::vector<std::string>{"customer-3", "customer-4"}));
  const DuePage page = store->due("", 100);
  EXPECT_EQ(page.customers, 8U);
  EXPECT_EQ(page.damaged,
            (std::vector<std::string>{"customer-1", "customer-2", "customer-5", "customer-6", "customer-7"}));
  store->note_use("customer-6");
  now += days(364);
  EXPECT_EQ(due(), (std::vector<std::string>{"customer-3", "customer-4", "customer-8"}));
}

TEST_F(RetentionTest, the_end_of_an_enrolment_comes_whatever_was_done_to_the_last_use) {
  rules.unused = days(100);
  rules.enrolled = days(1000);
  reopen();
  enrol(1);
  enrol(2);
  edit({"UPDATE uses SET day = day + 86400 * 5000 WHERE customer = 'customer-1'",
        "DELETE FROM uses WHERE customer = 'customer-2'"});
  now += days(999);
  EXPECT_TRUE(due().empty());
  EXPECT_EQ(store->due("", 100).damaged.size(), 2U);
  now += days(1);
  EXPECT_EQ(due().size(), 2U);
  EXPECT_EQ(store->due("", 100).due.at(0).why, "enrolled on 2026-03-14");
  EXPECT_TRUE(store->due("", 100).damaged.empty()) << "who goes is no news";
}

TEST_F(RetentionTest, a_store_of_the_first_version_is_taken_over_whole) {
  enrol(1);
  enrol(2);
  store->forget("customer-2", "asked by customer");
  store.reset();
  make_version_1(file, *master);
  reopen();
  EXPECT_TRUE(store->find(phone(1), "model-a"));
  EXPECT_EQ(store->held_on("customer-1").consents.at(0).second.age, unknown_age);
  EXPECT_FALSE(store->broken_receipt());
  store->note_use("customer-1");
  store->forget("customer-1", "asked by customer", "operator");
  EXPECT_FALSE(store->broken_receipt());
  EXPECT_EQ(store->receipts().at(1).by, "operator");
}

TEST_F(RetentionTest, a_store_of_the_second_version_gets_tags_for_the_dates_it_has) {
  rules.unused = days(100);
  reopen();
  for (unsigned number = 1; number <= 300; ++number) enrol(number);
  now += days(50);
  store->note_use("customer-1");
  store.reset();
  make_version_2(file, *master);
  Database(file).execute("UPDATE claims SET customer = 'customer-3' WHERE customer = 'customer-2'");
  reopen();
  EXPECT_EQ(store->held_on("customer-1").age.last_used, now);
  EXPECT_FALSE(store->held_on("customer-4").age.last_used);
  EXPECT_EQ(store->held_on("customer-4").age.enrolled, now - days(50));
  EXPECT_TROUBLE(store->find(phone(2), "model-a"), StoreTrouble::damaged);
  now += days(50);
  EXPECT_EQ(store->due("", 1000).due.size(), 299U);
  EXPECT_TRUE(store->due("", 1000).damaged.empty());
  edit({"UPDATE enrolments SET created = 0 WHERE customer = 'customer-5'",
        "DELETE FROM uses WHERE customer = 'customer-6'"});
  EXPECT_EQ(store->due("", 1000).damaged.size(), 2U);
  reopen();
  EXPECT_TRUE(store->find(phone(300), "model-a"));
}

TEST_F(RetentionTest, a_store_of_the_second_version_that_cannot_be_taken_over_stays_what_it_is) {
  enrol(1);
  store.reset();
  make_version_2(file, *master);
  Database(file).execute("UPDATE store_keys SET wrapped = zeroblob(60) WHERE name = 'rows'");
  EXPECT_TROUBLE(reopen(), StoreTrouble::damaged);
  Database database(file);
  EXPECT_EQ(database.number("SELECT count(*) FROM store WHERE schema_version = 2"), 1);
  EXPECT_EQ(database.number("SELECT count(*) FROM pragma_table_info('enrolments') WHERE name = 'tag'"), 0);
}

}  // namespace
}  // namespace sesame::biometric
