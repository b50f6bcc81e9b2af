#include "biometric/store/store_gallery.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "biometric/memory_gallery.hpp"
#include "biometric/store/database.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class StoreGalleryTest : public testing::Test, public StoreFixture {
 protected:
  static EnrolmentRecord record(unsigned number) {
    EnrolmentRecord record;
    record.customer_id = "customer-" + std::to_string(number);
    record.issuer = "bank";
    record.claims = {phone(number)};
    record.consent.text_version = "en-2";
    record.consent.given_at = "2026-03-14T09:26:53Z";
    record.token_pan = std::to_string(9999010000000000 + number);
    record.attributes = {{"language", "bo"}};
    record.model = "model-a";
    record.reference = face(number);
    return record;
  }
  static std::string best(StoreGallery& gallery, unsigned number) {
    const auto hits = gallery.search(face_again(number, 0.7F), 3);
    return hits.empty() || hits[0].cosine < 0.5F ? "" : hits[0].customer_id;
  }
};

TEST_F(StoreGalleryTest, enrols_finds_searches_and_forgets) {
  StoreGallery gallery(*store, "model-a");
  for (unsigned number = 1; number <= 40; ++number) gallery.enrol(record(number));
  EXPECT_EQ(gallery.size(), 40U);
  const auto found = gallery.find(phone(3));
  ASSERT_TRUE(found);
  EXPECT_EQ(found->customer_id, "customer-3");
  EXPECT_EQ(found->token_pan, "9999010000000003");
  EXPECT_EQ(found->consent.language, "bo");
  EXPECT_GT(cosine(found->reference, face(3)), 0.99999F);
  EXPECT_NEAR(gallery.search(face_again(3, 0.7F), 1).at(0).cosine, cosine(face_again(3, 0.7F), face(3)),
              1e-5F);
  EXPECT_EQ(best(gallery, 3), "customer-3");
  EXPECT_EQ(best(gallery, 99), "");
  EXPECT_TRUE(gallery.forget("customer-3", "asked", "operator").known);
  EXPECT_FALSE(gallery.forget("customer-3", "asked", "operator").known);
  EXPECT_EQ(best(gallery, 3), "");
  EXPECT_FALSE(gallery.find(phone(3)));
}

TEST_F(StoreGalleryTest, refuses_in_words_what_the_store_refuses) {
  StoreGallery gallery(*store, "model-a");
  gallery.enrol(record(1));
  EnrolmentRecord no_consent = record(2);
  no_consent.consent = {};
  EXPECT_THROW(gallery.enrol(no_consent), GalleryRefusal);
  EnrolmentRecord taken = record(3);
  taken.claims = {phone(1)};
  EXPECT_THROW(gallery.enrol(taken), GalleryRefusal);
  EnrolmentRecord same_token = record(4);
  same_token.token_pan = record(1).token_pan;
  EXPECT_THROW(gallery.enrol(same_token), TokenTaken);
  EnrolmentRecord other_model = record(5);
  other_model.model = "model-b";
  EXPECT_THROW(gallery.enrol(other_model), GalleryRefusal);
  EXPECT_EQ(gallery.size(), 1U);
}

TEST_F(StoreGalleryTest, tells_which_token_a_customer_has) {
  StoreGallery gallery(*store, "model-a");
  EXPECT_EQ(gallery.enrol(record(1)).token_pan, "9999010000000001");
  EnrolmentRecord again = record(1);
  again.token_pan = "9999010000000002";
  EXPECT_EQ(gallery.enrol(again).token_pan, "9999010000000001")
      << "a card number that the host knows changed";
}

TEST_F(StoreGalleryTest, who_paused_is_found_by_nobody_but_who_wants_to_see_what_is_his) {
  rules.unused = std::chrono::days(400);
  reopen();
  StoreGallery gallery(*store, "model-a");
  gallery.enrol(record(1));
  gallery.note_use("customer-1");
  EXPECT_TRUE(gallery.set_status("customer-1", CustomerStatus::paused));
  EXPECT_FALSE(gallery.find(phone(1)));
  EXPECT_EQ(best(gallery, 1), "");
  ASSERT_TRUE(gallery.find(phone(1), Among::everybody));
  EXPECT_EQ(gallery.identities("", 10).at(0).status, CustomerStatus::paused);
  const auto held = gallery.held("customer-1");
  ASSERT_TRUE(held);
  EXPECT_EQ(held->status, CustomerStatus::paused);
  EXPECT_EQ(held->enrolled, "2026-03-14");
  EXPECT_EQ(held->last_used, "2026-03-14");
  EXPECT_EQ(held->deletion_due, "2027-04-18");
  EXPECT_EQ(held->text_version, "en-2");
  EXPECT_FALSE(gallery.held("nobody"));
  reopen();
  StoreGallery again(*store, "model-a");
  EXPECT_FALSE(again.find(phone(1)));
}

TEST_F(StoreGalleryTest, waits_as_long_as_a_gallery_in_memory_whatever_happens) {
  StoreGallery kept(*store, "model-a");
  MemoryGallery passing([this] { return now; });
  std::mt19937 random(7);
  const std::array<Claim, 3> claims = {phone(1), phone(2), Claim{}};
  std::int64_t longest = 0;
  for (int step = 0; step < 400; ++step) {
    const Claim& claim = claims[random() % claims.size()];
    const std::string terminal = "ATM-" + std::to_string(random() % 2);
    const unsigned event = random() % 20;
    now += std::chrono::seconds(event == 0 ? 90'000 : random() % 60);
    for (Gallery* gallery : {static_cast<Gallery*>(&kept), static_cast<Gallery*>(&passing)}) {
      if (event == 1) gallery->count_success(claim, terminal);
      if (event > 1) gallery->count_failure(claim, terminal);
    }
    const auto wait = kept.back_off(claim, terminal);
    ASSERT_EQ(wait, passing.back_off(claim, terminal)) << "step " << step;
    longest = std::max(longest, wait.count());
  }
  EXPECT_GT(longest, 30);
}

TEST_F(StoreGalleryTest, what_another_process_does_is_in_effect_at_the_next_search) {
  StoreGallery gallery(*store, "model-a");
  IdentityStore command_line(options(), *master);
  for (unsigned number = 1; number <= 600; ++number) command_line.enrol(request(number, face(number)));
  EXPECT_EQ(best(gallery, 7), "customer-7");
  EXPECT_EQ(best(gallery, 600), "customer-600");
  command_line.forget("customer-7", "asked by customer");
  EXPECT_EQ(best(gallery, 7), "");
  command_line.set_status("customer-8", CustomerStatus::suspended);
  EXPECT_EQ(best(gallery, 8), "");
  command_line.set_status("customer-8", CustomerStatus::active);
  EXPECT_EQ(best(gallery, 8), "customer-8");
  command_line.renew_gallery();
  EXPECT_EQ(best(gallery, 9), "customer-9");
  const auto values = face(1000);
  command_line.enrol(request(9, values));
  EXPECT_EQ(best(gallery, 9), "");
  EXPECT_EQ(best(gallery, 1000), "customer-9");
}

TEST_F(StoreGalleryTest, a_row_that_does_not_open_is_left_out_and_named) {
  for (unsigned number = 1; number <= 3; ++number) enrol(number);
  const std::string enrolment = store->find(phone(2), "model-a")->enrolment;
  store.reset();
  Database(file).execute("UPDATE enrolments SET box = zeroblob(2077) WHERE customer = 'customer-2'");
  reopen();
  StoreGallery gallery(*store, "model-a");
  EXPECT_EQ(best(gallery, 1), "customer-1");
  EXPECT_EQ(best(gallery, 2), "");
  EXPECT_EQ(best(gallery, 3), "customer-3");
  EXPECT_EQ(gallery.damaged(), std::vector<std::string>{enrolment});
}

}  // namespace
}  // namespace sesame::biometric
