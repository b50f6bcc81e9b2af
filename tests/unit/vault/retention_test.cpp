// How long faces are kept: the rules, and what the store says by them.
#include <gtest/gtest.h>

#include "biometric/store/database.hpp"
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

// Version 1 knew neither guardians nor uses nor who ordered a deletion.
TEST_F(RetentionTest, a_store_of_the_first_version_is_taken_over_whole) {
  enrol(1);
  enrol(2);
  store->forget("customer-2", "asked by customer");
  store.reset();
  {
    Database database(file);
    for (const char* sql :
         {"DROP TABLE uses", "DROP INDEX enrolments_by_epoch", "ALTER TABLE consents DROP COLUMN age",
          "ALTER TABLE consents DROP COLUMN guardian", "ALTER TABLE receipts DROP COLUMN by_whom",
          "ALTER TABLE store DROP COLUMN journaled", "UPDATE store SET schema_version = 1"})
      database.execute(sql);
  }
  reopen();
  EXPECT_TRUE(store->find(phone(1), "model-a"));
  EXPECT_EQ(store->held_on("customer-1").consents.at(0).second.age, unknown_age);
  EXPECT_FALSE(store->broken_receipt());
  store->note_use("customer-1");
  store->forget("customer-1", "asked by customer", "operator");
  EXPECT_FALSE(store->broken_receipt());
  EXPECT_EQ(store->receipts().at(1).by, "operator");
}

}  // namespace
}  // namespace sesame::biometric
