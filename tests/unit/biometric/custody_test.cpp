// What is owed to people whose faces are kept, by the face process, on a clock of the test's own.
#include "biometric/process/store_custody.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "biometric/engine.hpp"
#include "biometric/store/database.hpp"
#include "biometric/store/store_gallery.hpp"
#include "spi/service/virtual_executor.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class T>
spi::Task<void> keep(spi::Task<T> task, std::optional<T>& out, std::string& error) {
  try {
    out = co_await task;
  } catch (const EngineRefusal& refusal) {
    error = refusal.what();
  }
}

// A token that may go away for a while.
class FailingToken final : public MasterKey {
 public:
  explicit FailingToken(MasterKey& key) : key_(key) {}
  std::string id() const override { return key_.id(); }
  Bytes wrap(const Secret& data_key, ByteView context) override {
    if (works_left == 0) throw std::runtime_error("the token went away");
    --works_left;
    return key_.wrap(data_key, context);
  }
  Secret unwrap(ByteView wrapped, ByteView context) override { return key_.unwrap(wrapped, context); }
  int works_left = 1'000'000;

 private:
  MasterKey& key_;
};

class CustodyTest : public testing::Test, public StoreFixture {
 protected:
  // The store's clock is the executor's from here on.
  void open(bool gives_templates_away = false) {
    custody.reset();
    gallery.reset();
    store.reset();
    StoreOptions options = this->options();
    options.clock = [this] { return std::chrono::floor<std::chrono::seconds>(executor.wall_now()); };
    store = std::make_unique<IdentityStore>(std::move(options), token);
    gallery.emplace(*store, "model-a");
    custody.emplace(executor, *store, *gallery, gives_templates_away);
  }
  template <class T>
  std::optional<T> run(spi::Task<T> task) {
    std::optional<T> out;
    error.clear();
    spi::TaskScope scope(executor);
    scope.spawn(keep(std::move(task), out, error));
    executor.run_until([&] { return out.has_value() || !error.empty(); });
    return out;
  }
  // What the journal is given until nothing comes for a while.
  CustodyNews journaled() {
    CustodyNews all;
    std::int64_t last = 0;
    for (int asked = 0; asked < 50; ++asked) {
      std::optional<CustodyNews> news;
      spi::TaskScope scope(executor);
      scope.spawn(keep(custody->news(last), news, error));
      executor.advance(5s);
      if (!news) return all;
      for (DeletionReceipt& receipt : news->receipts) {
        last = receipt.number;
        all.receipts.push_back(std::move(receipt));
      }
      for (std::string& note : news->notes) all.notes.push_back(std::move(note));
    }
    ADD_FAILURE() << "the news do not end";
    return all;
  }

  spi::VirtualExecutor executor;
  FailingToken token{*master};
  std::string error;
  std::optional<StoreGallery> gallery;
  std::optional<StoreCustody> custody;
};

TEST_F(CustodyTest, the_clock_deletes_who_is_not_seen_any_more_and_the_journal_has_the_receipt) {
  rules.unused = days(40);
  open();
  const Enrolled first = enrol(1);
  enrol(2);
  executor.advance(days(30));
  gallery->note_use("customer-2");
  executor.advance(days(10) - 2h);
  EXPECT_EQ(store->customers(), 2U);
  executor.advance(4h);
  EXPECT_EQ(store->customers(), 1U);
  EXPECT_TRUE(gallery->search(face(1), 1).at(0).customer_id == "customer-2");
  const CustodyNews news = journaled();
  ASSERT_EQ(news.receipts.size(), 1U);
  EXPECT_EQ(news.receipts[0].enrolment, first.enrolment);
  EXPECT_EQ(news.receipts[0].by, "retention clock");
  EXPECT_THAT(news.receipts[0].reason, HasSubstr("retention: not used since "));
  EXPECT_THAT(journaled().receipts, IsEmpty()) << "the same receipt twice";
}

TEST_F(CustodyTest, a_receipt_whose_arrival_was_not_acknowledged_comes_again_after_a_restart) {
  open();
  enrol(1);
  gallery->forget("customer-1", "asked", "operator anna");
  const auto lost = run(custody->news(0));
  ASSERT_TRUE(lost);
  ASSERT_EQ(lost->receipts.size(), 1U);
  open();
  EXPECT_EQ(journaled().receipts.size(), 1U);
  open();
  EXPECT_THAT(journaled().receipts, IsEmpty());
}

TEST_F(CustodyTest, a_clock_that_would_delete_most_customers_at_once_deletes_nobody_and_says_so) {
  rules.unused = days(40);
  open();
  for (unsigned number = 1; number <= 12; ++number) enrol(number);
  executor.advance(days(41));
  EXPECT_EQ(store->customers(), 12U);
  EXPECT_THAT(journaled().notes, ElementsAre(HasSubstr("12 of 12 customers are due for deletion at once")));
  executor.advance(6h);
  EXPECT_THAT(journaled().notes, IsEmpty()) << "once an hour is no news";
  const auto said = run(custody->expire(true, "operator anna"));
  ASSERT_TRUE(said) << error;
  EXPECT_EQ(said->due_in_all, 12U);
  EXPECT_EQ(store->customers(), 12U);
  const auto done = run(custody->expire(false, "operator anna"));
  ASSERT_TRUE(done) << error;
  EXPECT_EQ(done->receipts.size(), 12U);
  EXPECT_EQ(done->receipts.at(0).by, "operator anna");
  EXPECT_EQ(store->customers(), 0U);
}

TEST_F(CustodyTest, an_old_template_is_told_to_the_operator_once_and_still_lets_in) {
  rules.enrol_again = days(70);
  open();
  enrol(1);
  executor.advance(days(69));
  EXPECT_THAT(journaled().notes, IsEmpty());
  executor.advance(days(2));
  EXPECT_THAT(journaled().notes, ElementsAre(HasSubstr("asked to enrol again: 1")));
  executor.advance(days(2));
  EXPECT_THAT(journaled().notes, IsEmpty());
  EXPECT_TRUE(gallery->find(phone(1)));
  EXPECT_TRUE(gallery->identities("", 10).at(0).enrol_again);
  EXPECT_TRUE(gallery->held("customer-1")->enrol_again);
}

TEST_F(CustodyTest, dates_that_were_edited_are_told_to_the_operator_and_the_others_are_deleted) {
  rules.unused = days(40);
  open();
  for (unsigned number = 1; number <= 3; ++number) enrol(number);
  Database(file).execute("UPDATE enrolments SET created = created + 864000 WHERE customer = 'customer-1'");
  Database(file).execute("DELETE FROM uses WHERE customer = 'customer-2'");
  executor.advance(days(41));
  EXPECT_EQ(store->customers(), 2U);
  const CustodyNews news = journaled();
  EXPECT_EQ(news.receipts.size(), 1U);
  EXPECT_THAT(news.notes, ElementsAre(AllOf(HasSubstr("dates were changed"), HasSubstr(": 2 ("))));
  executor.advance(6h);
  EXPECT_THAT(journaled().notes, IsEmpty()) << "once an hour is no news";
  const auto said = run(custody->expire(true, "operator anna"));
  ASSERT_TRUE(said) << error;
  EXPECT_EQ(said->due_in_all, 0U);
  EXPECT_EQ(said->damaged_in_all, 2U);
  EXPECT_THAT(said->damaged, ElementsAre("customer-1", "customer-2"));
}

TEST_F(CustodyTest, the_export_has_the_template_only_where_that_is_configured_and_asked_for) {
  open();
  enrol(1);
  const auto plain = run(custody->export_held("customer-1", false));
  ASSERT_TRUE(plain && *plain) << error;
  EXPECT_THAT(**plain, HasSubstr("\"values\": " + std::to_string(template_length)));
  EXPECT_THAT(**plain, testing::Not(HasSubstr("\"template\"")));
  EXPECT_FALSE(run(custody->export_held("customer-1", true)));
  EXPECT_THAT(error, HasSubstr("not configured"));
  open(true);
  const auto whole = run(custody->export_held("customer-1", true));
  ASSERT_TRUE(whole && *whole) << error;
  const std::size_t at = (*whole)->find("\"template\": [");
  ASSERT_NE(at, std::string::npos);
  EXPECT_NEAR(std::stof((*whole)->substr(at + 13)), face(1).at(0), 1e-5F);
  EXPECT_FALSE(run(custody->export_held("nobody", false))->has_value());
}

TEST_F(CustodyTest, a_rotation_serves_everybody_meanwhile_and_says_how_far_it_is) {
  open();
  for (unsigned number = 1; number <= 100; ++number) enrol(number);
  std::vector<std::uint64_t> steps;
  const auto done = run(custody->rotate([&](const Rotation& rotation) {
    steps.push_back(rotation.renewed);
    EXPECT_EQ(rotation.wanted, 100U);
    const unsigned asked = 1 + static_cast<unsigned>(steps.size()) * 7;
    EXPECT_EQ(gallery->search(face(asked), 1).at(0).customer_id, "customer-" + std::to_string(asked));
    EXPECT_TRUE(gallery->find(phone(asked)));
  }));
  ASSERT_TRUE(done) << error;
  EXPECT_EQ(done->epoch, 2U);
  EXPECT_EQ(done->renewed, 100U);
  EXPECT_FALSE(done->taken_up);
  EXPECT_GE(steps.size(), 4U);
  EXPECT_TRUE(std::ranges::is_sorted(steps));
  EXPECT_THAT(journaled().notes, ElementsAre("the gallery has another key: epoch 2, 100 templates renewed"));
}

TEST_F(CustodyTest, a_rotation_that_was_interrupted_goes_on_by_itself_at_the_next_start) {
  open();
  for (unsigned number = 1; number <= 40; ++number) enrol(number);
  store->begin_renewal();
  std::string after;
  store->renew_some(10, after);
  open();
  executor.advance(1s);
  EXPECT_FALSE(store->renewal().under_way);
  EXPECT_EQ(store->epoch(), 2U);
  EXPECT_THAT(journaled().notes, ElementsAre(HasSubstr("30 templates renewed")));
}

TEST_F(CustodyTest, a_token_that_goes_away_in_the_middle_stops_a_rotation_and_loses_nobody) {
  open();
  for (unsigned number = 1; number <= 100; ++number) enrol(number);
  token.works_left = 50;
  EXPECT_FALSE(run(custody->rotate({})));
  EXPECT_EQ(error, "the token went away");
  EXPECT_THAT(journaled().notes, ElementsAre(HasSubstr("stopped: the token went away")));
  token.works_left = 1'000'000;
  for (unsigned number = 1; number <= 100; ++number)
    EXPECT_EQ(gallery->search(face(number), 1).at(0).customer_id, "customer-" + std::to_string(number));
  const auto done = run(custody->rotate({}));
  ASSERT_TRUE(done) << error;
  EXPECT_TRUE(done->taken_up);
  EXPECT_EQ(done->epoch, 2U);
  EXPECT_FALSE(store->renewal().under_way);
}

TEST_F(CustodyTest, a_rotation_goes_on_when_nobody_waits_for_it) {
  open();
  for (unsigned number = 1; number <= 100; ++number) enrol(number);
  {
    std::optional<Rotation> nobody_waits;
    spi::TaskScope scope(executor);
    spi::CancelScope* const all = &scope.cancel_scope();
    scope.spawn(keep(custody->rotate([all](const Rotation&) { all->request(); }), nobody_waits, error));
    executor.run_ready();
    EXPECT_FALSE(nobody_waits);
  }
  EXPECT_FALSE(store->renewal().under_way);
}

}  // namespace
}  // namespace sesame::biometric
