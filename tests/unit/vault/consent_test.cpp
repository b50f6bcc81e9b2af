// What a consent must say before a face is kept, and that it stays as it was given.
#include <gtest/gtest.h>

#include "biometric/memory_gallery.hpp"
#include "biometric/store/database.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class ConsentTest : public testing::Test, public StoreFixture {
 protected:
  ConsentTest() {
    rules.guardian_under = 16;
    reopen();
  }
  // What the store says to a consent with these; "" when it enrols.
  std::string refusal(int age, const std::string& given_by, const std::string& guardian) {
    const auto values = face(1);
    EnrolmentRequest ask = request(1, values);
    ask.consent.age = age;
    ask.consent.given_by = given_by;
    ask.consent.guardian = guardian;
    const auto told = trouble_of([&] { store->enrol(ask); });
    if (!told) return "";
    EXPECT_EQ(told->trouble, StoreTrouble::no_consent);
    return told->sentence;
  }
};

TEST_F(ConsentTest, below_the_age_limit_a_guardian_consents_and_is_named) {
  EXPECT_EQ(refusal(15, "customer", ""),
            "customer customer-1 is not enrolled: under 16 years a guardian consents");
  EXPECT_EQ(refusal(15, "guardian", ""),
            "customer customer-1 is not enrolled: the guardian who consented is not named");
  EXPECT_EQ(refusal(unknown_age, "customer", ""),
            "customer customer-1 is not enrolled: the customer's age is not stated, and under 16 years a "
            "guardian consents");
  EXPECT_EQ(store->customers(), 0U);
  EXPECT_EQ(refusal(15, "guardian", "file 8/2026"), "");
}

TEST_F(ConsentTest, at_the_age_limit_the_customer_consents) { EXPECT_EQ(refusal(16, "customer", ""), ""); }

TEST_F(ConsentTest, without_an_age_limit_no_age_is_asked_for) {
  rules = {};
  reopen();
  EXPECT_EQ(refusal(unknown_age, "customer", ""), "");
}

TEST_F(ConsentTest, a_gallery_in_memory_has_the_same_age_limit) {
  MemoryGallery gallery({}, rules);
  EnrolmentRecord record;
  record.customer_id = "anna";
  record.consent.reference = "paper";
  record.reference = face(1);
  EXPECT_THROW(gallery.enrol(record), GalleryRefusal);
  record.consent.age = 40;
  EXPECT_NO_THROW(gallery.enrol(record));
}

TEST_F(ConsentTest, all_of_it_is_kept_with_the_enrolment_and_exported) {
  ASSERT_EQ(refusal(15, "guardian", "file 8/2026"), "");
  reopen();
  const HeldOnPerson held = store->held_on("customer-1");
  ASSERT_EQ(held.consents.size(), 1U);
  EXPECT_EQ(held.consents[0].second.age, 15);
  EXPECT_EQ(held.consents[0].second.guardian, "file 8/2026");
  EXPECT_EQ(held.enrolments.at(0).consent, held.consents[0].first);
  const std::string json = to_json(held);
  for (const char* part : {"\"purpose\": \"login at the ATM\"", "\"textVersion\": \"en-2\"",
                           "\"language\": \"ja\"", "\"givenAt\": \"2026-03-14T09:26:53Z\"",
                           "\"givenBy\": \"guardian\"", "\"guardian\": \"file 8/2026\"", "\"age\": 15"})
    EXPECT_NE(json.find(part), std::string::npos) << part << "\n" << json;
}

TEST_F(ConsentTest, a_guardian_or_an_age_that_was_written_in_afterwards_is_found) {
  ASSERT_EQ(refusal(16, "customer", ""), "");
  for (const char* edit :
       {"UPDATE consents SET guardian = 'file 9'", "UPDATE consents SET age = 40, guardian = ''"}) {
    store.reset();
    Database(file).execute(edit);
    reopen();
    EXPECT_TROUBLE(store->held_on("customer-1"), StoreTrouble::damaged);
  }
}

}  // namespace
}  // namespace sesame::biometric
