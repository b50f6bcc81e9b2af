#include "biometric/store/identity_store.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class IdentityStoreTest : public testing::Test, public StoreFixture {};

TEST_F(IdentityStoreTest, gives_back_who_was_enrolled_by_each_of_their_claims) {
  const Enrolled enrolled = enrol(7);
  for (const Claim& claim : {phone(7), Claim{"passcode", "1000007"}}) {
    const auto found = store->find(claim, "model-a");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->customer, "customer-7");
    EXPECT_EQ(found->issuer, "bank");
    EXPECT_EQ(found->enrolment, enrolled.enrolment);
    EXPECT_EQ(found->token_pan, "9999010000000007");
    EXPECT_EQ(found->attributes.at("name"), "Canary Customer 7");
    EXPECT_EQ(found->consent.text_version, "en-2");
    EXPECT_GT(cosine(found->floats(), face(7)), 0.99999F);
  }
}

TEST_F(IdentityStoreTest, keeps_all_of_it_over_a_restart) {
  enrol(7);
  reopen();
  const auto found = store->find(phone(7), "model-a");
  ASSERT_TRUE(found);
  EXPECT_GT(cosine(found->floats(), face(7)), 0.99999F);
}

TEST_F(IdentityStoreTest, knows_nobody_by_a_claim_that_nobody_has_or_of_another_kind_or_model) {
  enrol(7);
  EXPECT_FALSE(store->find(phone(8), "model-a"));
  EXPECT_FALSE(store->find({"id", phone(7).value}, "model-a"));
  EXPECT_FALSE(store->find(phone(7), "model-b"));
  EXPECT_FALSE(store->find({"", ""}, "model-a"));
  EXPECT_FALSE(store->find_customer("customer-8", "model-a"));
  EXPECT_FALSE(store->find_customer("-", "model-a"));
  EXPECT_TRUE(store->find_customer("customer-7", "model-a"));
}

TEST_F(IdentityStoreTest, a_claim_may_be_written_in_many_ways) {
  const auto values = face(1);
  EnrolmentRequest ask = request(1, values);
  ask.claims = {{"phone", "+81 (90) 1234-5678"}, {"id", "11010519491231002x"}};
  store->enrol(ask);
  EXPECT_TRUE(store->find({"phone", "819012345678"}, "model-a"));
  EXPECT_TRUE(store->find({"id", "11010519491231002X"}, "model-a"));
}

TEST_F(IdentityStoreTest, enrolment_without_a_consent_record_is_refused_whatever_part_is_missing) {
  const auto values = face(1);
  const std::vector<std::function<void(ConsentRecord&)>> holes{
      [](ConsentRecord& consent) { consent = {}; },
      [](ConsentRecord& consent) { consent.purpose.clear(); },
      [](ConsentRecord& consent) { consent.text_version.clear(); },
      [](ConsentRecord& consent) { consent.language.clear(); },
      [](ConsentRecord& consent) { consent.given_by.clear(); },
      [](ConsentRecord& consent) { consent.given_at = "yesterday"; },
      [](ConsentRecord& consent) { consent.given_at = "2026-03-14 09:26:53Z"; }};
  for (const auto& hole : holes) {
    EnrolmentRequest ask = request(1, values);
    hole(ask.consent);
    EXPECT_TROUBLE(store->enrol(ask), StoreTrouble::no_consent);
  }
  EXPECT_EQ(store->customers(), 0U);
}

TEST_F(IdentityStoreTest, a_claim_of_somebody_else_is_refused_and_nothing_is_kept_of_the_attempt) {
  enrol(1);
  const auto values = face(2);
  EnrolmentRequest ask = request(2, values);
  ask.claims.push_back(phone(1));
  const auto told = trouble_of([&] { store->enrol(ask); });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->trouble, StoreTrouble::refused);
  EXPECT_EQ(told->sentence.find("900000001"), std::string::npos) << "the sentence tells the claim";
  EXPECT_EQ(store->customers(), 1U);
  EXPECT_FALSE(store->find(phone(2), "model-a"));
  EXPECT_EQ(store->find(phone(1), "model-a")->customer, "customer-1");
}

TEST_F(IdentityStoreTest, an_incomplete_request_is_refused) {
  const auto values = face(1);
  const std::vector<float> long_values(512, 1.0F);
  const std::vector<float> not_numbers(512, std::nanf(""));
  const std::vector<std::function<void(EnrolmentRequest&)>> faults{
      [](EnrolmentRequest& ask) { ask.customer.clear(); },
      [](EnrolmentRequest& ask) { ask.customer = "-"; },
      [](EnrolmentRequest& ask) { ask.issuer.clear(); },
      [](EnrolmentRequest& ask) { ask.model.clear(); },
      [](EnrolmentRequest& ask) { ask.claims[0].value = " - "; },
      [](EnrolmentRequest& ask) { ask.claims[0].kind.clear(); },
      [](EnrolmentRequest& ask) { ask.values = {}; },
      [&](EnrolmentRequest& ask) { ask.values = long_values; },
      [&](EnrolmentRequest& ask) { ask.values = not_numbers; },
      [](EnrolmentRequest& ask) { ask.allot_token = nullptr; }};
  for (const auto& fault : faults) {
    EnrolmentRequest ask = request(1, values);
    fault(ask);
    EXPECT_TROUBLE(store->enrol(ask), StoreTrouble::refused);
  }
  EXPECT_EQ(store->customers(), 0U);
}

TEST_F(IdentityStoreTest, enrolling_again_destroys_the_old_template_and_keeps_the_token) {
  const Enrolled before = enrol(1);
  const auto values = face(50);
  EnrolmentRequest ask = request(1, values);
  ask.claims = {{"phone", "777"}};
  ask.allot_token = [] { return std::string("9999010000009999"); };
  const Enrolled after = store->enrol(ask);
  EXPECT_EQ(after.token_pan, before.token_pan);
  EXPECT_NE(after.enrolment, before.enrolment);
  EXPECT_EQ(store->enrolments("model-a"), 1U);
  EXPECT_EQ(store->customers_without("model-a"), 0U);
  EXPECT_EQ(store->customers_without("model-b"), 1U);
  EXPECT_FALSE(store->find(phone(1), "model-a")) << "the old phone still works";
  EXPECT_TRUE(store->find({"passcode", "1000001"}, "model-a")) << "a kind that was not given was taken away";
  EXPECT_GT(cosine(store->find({"phone", "777"}, "model-a")->floats(), face(50)), 0.99999F);
  ASSERT_EQ(store->receipts().size(), 1U);
  EXPECT_EQ(store->receipts()[0].enrolment, before.enrolment);
  EXPECT_EQ(store->receipts()[0].reason, "replaced");
}

TEST_F(IdentityStoreTest, a_second_model_stands_beside_the_first) {
  enrol(1);
  const auto values = face(2, 192);
  EnrolmentRequest ask = request(1, values);
  ask.model = "model-b";
  store->enrol(ask);
  EXPECT_EQ(store->enrolments("model-a"), 1U);
  EXPECT_EQ(store->enrolments("model-b"), 1U);
  EXPECT_EQ(store->customers_without("model-b"), 0U);
  EXPECT_GT(cosine(store->find(phone(1), "model-b")->floats(), values), 0.99999F);
}

TEST_F(IdentityStoreTest, a_customer_of_one_issuer_is_not_anothers) {
  enrol(1);
  const auto values = face(1);
  EnrolmentRequest ask = request(1, values);
  ask.issuer = "other bank";
  EXPECT_TROUBLE(store->enrol(ask), StoreTrouble::refused);
}

TEST_F(IdentityStoreTest, a_token_is_never_given_twice) {
  enrol(1);
  const auto values = face(2);
  EnrolmentRequest ask = request(2, values);
  int asked = 0;
  ask.allot_token = [&] {
    return ++asked == 1 ? std::string("9999010000000001") : std::string("9999010000000099");
  };
  EXPECT_EQ(store->enrol(ask).token_pan, "9999010000000099");
  EXPECT_EQ(asked, 2);
  const auto others = face(3);
  EnrolmentRequest third = request(3, others);
  third.allot_token = [] { return std::string("9999010000000001"); };
  EXPECT_TROUBLE(store->enrol(third), StoreTrouble::token_taken);
}

TEST_F(IdentityStoreTest, a_suspended_customer_is_nobody_until_taken_up_again) {
  enrol(1);
  store->set_status("customer-1", CustomerStatus::suspended);
  EXPECT_FALSE(store->find(phone(1), "model-a"));
  EXPECT_EQ(store->enrolments("model-a"), 0U);
  EXPECT_EQ(store->identities().at(0).status, CustomerStatus::suspended);
  store->set_status("customer-1", CustomerStatus::active);
  EXPECT_TRUE(store->find(phone(1), "model-a"));
  EXPECT_TROUBLE(store->set_status("nobody", CustomerStatus::active), StoreTrouble::unknown_customer);
}

TEST_F(IdentityStoreTest, lists_customers_page_by_page) {
  for (unsigned number = 1; number <= 5; ++number) enrol(number);
  const auto first = store->identities("", 3);
  ASSERT_EQ(first.size(), 3U);
  EXPECT_EQ(first[0].customer, "customer-1");
  EXPECT_EQ(first[0].claim_kinds, (std::vector<std::string>{"passcode", "phone"}));
  EXPECT_EQ(first[0].enrolments, 1U);
  EXPECT_EQ(first[0].created, now);
  EXPECT_EQ(store->identities(first.back().customer, 3).size(), 2U);
  EXPECT_EQ(store->customers(), 5U);
}

TEST_F(IdentityStoreTest, tells_a_person_what_is_held_and_no_template) {
  enrol(1);
  store->count_failure(phone(1), "ATM-7");
  const auto values = face(9);
  store->enrol(request(1, values));
  const HeldOnPerson held = store->held_on("customer-1");
  EXPECT_EQ(held.token_pan_masked, "999901******0001");
  EXPECT_EQ(held.consents.size(), 2U);
  EXPECT_EQ(held.enrolments.size(), 1U);
  EXPECT_EQ(held.enrolments[0].values, template_length);
  EXPECT_EQ(held.claims.size(), 2U);
  EXPECT_EQ(held.back_off.size(), 2U);
  EXPECT_EQ(held.receipts.size(), 1U);
  const std::string json = to_json(held);
  for (const char* part :
       {"\"customer\": \"customer-1\"", "\"givenAt\": \"2026-03-14T09:26:53Z\"",
        "\"created\": \"2026-03-14T00:00:00Z\"", "\"kind\": \"phone\"", "\"name\": \"Canary Customer 1\"",
        "999901******0001", "\"reason\": \"replaced\""}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << "\n" << json;
  }
  EXPECT_EQ(json.find("900000001"), std::string::npos);
  EXPECT_TROUBLE(store->held_on("nobody"), StoreTrouble::unknown_customer);
}

// The design: claim values, templates, card numbers and attributes are in no file in the clear.
TEST_F(IdentityStoreTest, canaries_are_in_no_file) {
  for (unsigned number = 1; number <= 20; ++number) enrol(number);
  store->find(phone(3), "model-a");
  store->count_failure(phone(3), "ATM-7");
  for (int when = 0; when < 2; ++when) {
    if (when == 1) store.reset();  // once more after the log went into the database
    const std::string disk = bytes_on_disk();
    if (when == 1) reopen();
    ASSERT_GT(disk.size(), 50000U);
    EXPECT_NE(disk.find("customer-3"), std::string::npos) << "this test looks at the wrong files";
    for (unsigned number = 1; number <= 20; ++number) {
      for (const std::string& canary :
           {std::to_string(900000000 + number), std::to_string(1000000 + number),
            std::to_string(9999010000000000 + number), std::string("Canary Customer")}) {
        EXPECT_EQ(disk.find(canary), std::string::npos) << canary;
      }
      std::vector<float> values = face(number);
      for (int space = 0; space < 2; ++space) {
        for (std::size_t i = 0; i + 2 <= values.size(); i += 2) {
          std::string bytes(8, '\0');
          std::memcpy(bytes.data(), &values[i], bytes.size());
          ASSERT_EQ(disk.find(bytes), std::string::npos) << "template bytes";
        }
        store->to_index_space(values);
      }
    }
  }
}

TEST_F(IdentityStoreTest, of_another_master_key_is_refused_and_unchanged) {
  enrol(1);
  store.reset();
  create_key_file(folder / "other");
  const auto other = open_key_file(folder / "other", KeyFileUse::insecure_accepted);
  const auto told = trouble_of([&] { IdentityStore wrong(options(), *other); });
  ASSERT_TRUE(told);
  EXPECT_EQ(told->trouble, StoreTrouble::wrong_master_key);
  EXPECT_NE(told->sentence.find(other->id()), std::string::npos);
  EXPECT_NE(told->sentence.find(master->id()), std::string::npos);
  reopen();
  EXPECT_TRUE(store->find(phone(1), "model-a"));
}

TEST_F(IdentityStoreTest, renewing_the_gallery_keeps_everybody_and_changes_every_stored_byte) {
  for (unsigned number = 1; number <= 300; ++number) enrol(number);
  std::vector<float> stolen = face(5);
  store->to_index_space(stolen);
  EXPECT_EQ(store->renew_gallery(), 2U);
  reopen();  // the index of who is running stays in the space it began in
  std::vector<float> renewed = face(5);
  store->to_index_space(renewed);
  EXPECT_LT(std::abs(cosine(stolen, renewed)), 0.25F);
  for (int when = 0; when < 2; ++when) {
    for (const unsigned number : {1U, 5U, 300U}) {
      const auto found = store->find(phone(number), "model-a");
      ASSERT_TRUE(found);
      EXPECT_GT(cosine(found->floats(), face(number)), 0.99999F);
    }
    reopen();
  }
}

TEST_F(IdentityStoreTest, what_one_process_renews_another_takes_up) {
  enrol(1);
  IdentityStore other(options(), *master);
  EXPECT_TRUE(other.find(phone(1), "model-a"));
  store->renew_gallery();
  const auto found = other.find(phone(1), "model-a");
  ASSERT_TRUE(found);
  EXPECT_GT(cosine(found->floats(), face(1)), 0.99999F);
  EXPECT_FALSE(other.find(phone(2), "model-a"));
  EXPECT_EQ(other.epoch(), 2U);
}

}  // namespace
}  // namespace sesame::biometric
