// Another master key: from any kind to any other, and what makes it refuse.
#include "biometric/store/master_key_change.hpp"

#include <gtest/gtest.h>

#include "tests/unit/vault/soft_tokens.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

class MasterKeyChangeTest : public testing::Test, public StoreFixture {
 protected:
  static constexpr unsigned customers = 5;

  MasterKeyChangeTest() {
    create_key_file(folder / "next");
    next = open_key_file(folder / "next", KeyFileUse::insecure_accepted);
    for (unsigned number = 1; number <= customers; ++number) enrol(number);
  }

  MasterKeyChanged change(MasterKey& from, MasterKey& to) {
    store.reset();
    return MasterKeyChange(file).run(from, to);
  }
  // Under this key everything, under the other one nothing.
  void expect_under(MasterKey& key, MasterKey& other) {
    store.reset();
    EXPECT_TROUBLE(IdentityStore(options(), other), StoreTrouble::wrong_master_key);
    IdentityStore opened(options(), key);
    for (unsigned number = 1; number <= customers; ++number) {
      const auto found = opened.find(phone(number), "model-a");
      ASSERT_TRUE(found) << number;
      EXPECT_GT(cosine(found->floats(), face(number)), 0.99999F);
      EXPECT_EQ(found->token_pan, std::to_string(9999010000000000 + number));
      EXPECT_EQ(opened.held_on(found->customer, IdentityStore::Templates::opened).consents.size(), 1U);
    }
    EXPECT_EQ(opened.identities().size(), customers);
  }
  // The change is refused, in a sentence with `word`, and the file is what it was to the byte.
  void expect_refused(MasterKey& from, MasterKey& to, StoreTrouble trouble, const std::string& word) {
    store.reset();
    const std::string before = contents(file);
    const auto told = trouble_of([&] { MasterKeyChange(file).run(from, to); });
    ASSERT_TRUE(told) << "it was not refused";
    EXPECT_EQ(static_cast<int>(told->trouble), static_cast<int>(trouble)) << told->sentence;
    EXPECT_NE(told->sentence.find(word), std::string::npos) << told->sentence;
    EXPECT_TRUE(contents(file) == before);
  }
  void edit(const std::string& sql) {
    store.reset();
    Database database(file);
    database.execute("PRAGMA foreign_keys=OFF");
    database.execute(sql);
  }

  std::unique_ptr<MasterKey> next;
};

TEST_F(MasterKeyChangeTest, everything_opens_under_the_new_key_and_nothing_under_the_old) {
  const MasterKeyChanged changed = change(*master, *next);
  EXPECT_EQ(changed.store_keys, 3U);
  EXPECT_EQ(changed.customers, customers);
  EXPECT_EQ(changed.templates, customers);
  EXPECT_TRUE(changed.old_erased);
  EXPECT_FALSE(changed.changed_before);
  expect_under(*next, *master);
}

TEST_F(MasterKeyChangeTest, nothing_that_the_old_key_opens_is_left_on_the_disk) {
  std::vector<Bytes> wrapped;
  for (const char* sql : {"SELECT wrapped FROM store_keys", "SELECT wrapped_key FROM customers",
                          "SELECT wrapped_key FROM enrolments"})
    for (const Row& row : Database(file).query(sql)) wrapped.push_back(row.bytes(0));
  ASSERT_EQ(wrapped.size(), 3 + 2 * customers);
  change(*master, *next);
  const std::string disk = bytes_on_disk();
  for (const Bytes& key : wrapped)
    EXPECT_EQ(disk.find(std::string(key.begin(), key.end())), std::string::npos);
}

TEST_F(MasterKeyChangeTest, what_is_not_a_key_stays_what_it_is) {
  store->count_failure(phone(1), "atm-1");
  store->forget("customer-5", "asked by customer", "operator anna");
  enrol(5);
  store->set_status("customer-2", CustomerStatus::suspended);
  change(*master, *next);
  IdentityStore opened(options(), *next);
  EXPECT_EQ(opened.back_off(phone(1), "atm-1").failures, 1);
  EXPECT_EQ(opened.receipts().size(), 1U);
  EXPECT_FALSE(opened.broken_receipt());
  EXPECT_FALSE(opened.find(phone(2), "model-a"));
  opened.set_status("customer-2", CustomerStatus::active);
  EXPECT_TRUE(opened.find(phone(2), "model-a"));
  opened.forget("customer-1", "asked by customer");
  EXPECT_EQ(opened.customers(), customers - 1);
}

TEST_F(MasterKeyChangeTest, a_change_of_the_gallerys_key_that_is_under_way_goes_on_after) {
  store->begin_renewal();
  std::string after;
  store->renew_some(2, after);
  EXPECT_EQ(change(*master, *next).store_keys, 4U);
  expect_under(*next, *master);
  IdentityStore opened(options(), *next);
  EXPECT_EQ(opened.renewal().remaining, customers - 2);
  after.clear();
  while (!opened.renew_some(2, after).done) {
  }
  EXPECT_FALSE(opened.renewal().under_way);
}

TEST_F(MasterKeyChangeTest, whoever_has_the_store_open_stops_it_and_nobody_opens_it_meanwhile) {
  const auto told = trouble_of([&] { MasterKeyChange refused(file); });
  ASSERT_TRUE(told);
  EXPECT_EQ(static_cast<int>(told->trouble), static_cast<int>(StoreTrouble::busy));
  EXPECT_NE(told->sentence.find("stop the host"), std::string::npos) << told->sentence;
  enrol(6);  // it goes on as if nothing had been
  store.reset();
  MasterKeyChange first(file);
  EXPECT_TROUBLE(MasterKeyChange second(file), StoreTrouble::busy);
  EXPECT_EQ(first.run(*master, *next).customers, customers + 1);
}

TEST_F(MasterKeyChangeTest, wrong_and_same_keys_are_refused) {
  create_key_file(folder / "third");
  const auto third = open_key_file(folder / "third", KeyFileUse::insecure_accepted);
  expect_refused(*third, *next, StoreTrouble::wrong_master_key, master->id());
  expect_refused(*third, *third, StoreTrouble::wrong_master_key, master->id());
  expect_refused(*master, *master, StoreTrouble::refused, "already");
  expect_under(*master, *next);
}

TEST_F(MasterKeyChangeTest, once_it_is_done_the_same_again_changes_nothing_and_says_so) {
  change(*master, *next);
  const MasterKeyChanged again = change(*master, *next);
  EXPECT_TRUE(again.changed_before);
  EXPECT_TRUE(again.old_erased);
  EXPECT_EQ(again.templates, 0U);
  expect_under(*next, *master);
}

TEST_F(MasterKeyChangeTest, a_file_that_is_no_store_is_refused_and_none_is_made) {
  const auto told = trouble_of([&] { MasterKeyChange(folder / "nowhere.db"); });
  ASSERT_TRUE(told);
  EXPECT_NE(told->sentence.find("nowhere.db"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(folder / "nowhere.db"));
  { Database other(folder / "other.db"); }
  EXPECT_TROUBLE(MasterKeyChange(folder / "other.db"), StoreTrouble::damaged);
}

TEST_F(MasterKeyChangeTest, rows_that_do_not_open_are_named_all_at_once_and_nothing_is_changed) {
  edit("UPDATE customers SET wrapped_key = zeroblob(60) WHERE id = 'customer-2'");
  edit("UPDATE enrolments SET wrapped_key = zeroblob(60) WHERE customer = 'customer-4'");
  expect_refused(*master, *next, StoreTrouble::damaged, "customer-2, customer-4 was changed");
  {
    IdentityStore opened(options(), *master);
    EXPECT_TRUE(opened.find(phone(3), "model-a"));
    opened.forget("customer-2", "damaged");
    opened.forget("customer-4", "damaged");
  }
  EXPECT_EQ(change(*master, *next).customers, customers - 2);
}

TEST_F(MasterKeyChangeTest, an_edited_row_gets_no_tag_that_says_it_is_true) {
  store->set_status("customer-3", CustomerStatus::suspended);
  edit("UPDATE customers SET status = 'active' WHERE id = 'customer-3'");
  expect_refused(*master, *next, StoreTrouble::damaged, "customer-3");
}

TEST_F(MasterKeyChangeTest, dates_stay_bound_and_an_edited_one_stops_it) {
  now += std::chrono::days(1);
  store->note_use("customer-2");
  edit("UPDATE enrolments SET created = created + 1 WHERE customer = 'customer-3'");
  expect_refused(*master, *next, StoreTrouble::damaged, "customer-3");
  edit("UPDATE enrolments SET created = created - 1 WHERE customer = 'customer-3'");
  change(*master, *next);
  expect_under(*next, *master);
  EXPECT_EQ(IdentityStore(options(), *next).held_on("customer-2").age.last_used, now);
  edit("UPDATE uses SET day = day + 86400 WHERE customer = 'customer-2'");
  edit("UPDATE enrolments SET created = created + 1 WHERE customer = 'customer-4'");
  IdentityStore opened(options(), *next);
  EXPECT_EQ(opened.due("", 100).damaged, (std::vector<std::string>{"customer-2", "customer-4"}));
  EXPECT_TROUBLE(opened.find(phone(4), "model-a"), StoreTrouble::damaged);
}

TEST_F(MasterKeyChangeTest, a_key_of_the_store_that_does_not_open_stops_it) {
  edit("INSERT INTO store_keys (name, wrapped) VALUES ('gallery 9', zeroblob(60))");
  expect_refused(*master, *next, StoreTrouble::damaged, "gallery 9");
}

TEST_F(MasterKeyChangeTest, a_template_that_belongs_to_nobody_stops_it_for_it_would_stay_under_the_old_key) {
  edit("DELETE FROM customers WHERE id = 'customer-1'");
  expect_refused(*master, *next, StoreTrouble::damaged, "without its customer");
}

// A token that goes away at the n-th call.
class GoesAway : public MasterKey {
 public:
  GoesAway(MasterKey& key, unsigned calls) : key_(key), calls_(calls) {}
  std::string id() const override { return key_.id(); }
  Bytes wrap(const Secret& data_key, ByteView context) override {
    use();
    return key_.wrap(data_key, context);
  }
  Secret unwrap(ByteView wrapped, ByteView context) override {
    use();
    return key_.unwrap(wrapped, context);
  }

 private:
  void use() {
    if (calls_ == 0) throw std::runtime_error("the token went away");
    --calls_;
  }
  MasterKey& key_;
  unsigned calls_;
};

TEST_F(MasterKeyChangeTest, a_token_that_goes_away_in_between_leaves_the_old_key_in_place) {
  store.reset();
  const std::string before = contents(file);
  for (const unsigned calls : {0U, 1U, 5U, 16U, 25U}) {
    GoesAway token(*next, calls);
    EXPECT_THROW(MasterKeyChange(file).run(*master, token), std::runtime_error);
    EXPECT_TRUE(contents(file) == before) << calls;
  }
  expect_under(*master, *next);
}

class MasterKeyChangeInTokens : public MasterKeyChangeTest {
 protected:
  void SetUp() override {
    if (!tokens.make("old") || !tokens.make("new", "9876"))
      GTEST_SKIP() << "SoftHSM is not installed (softhsm2), or makes no token";
  }
  SoftTokens tokens;
};

TEST_F(MasterKeyChangeInTokens, from_a_file_to_a_token_to_another_of_its_keys_to_another_token_and_back) {
  {
    const auto first = open_token_key(tokens.key("old", "first", true));
    EXPECT_EQ(change(*master, *first).templates, customers);
    expect_under(*first, *master);
    const auto second = open_token_key(tokens.key("old", "second", true));
    EXPECT_EQ(change(*first, *second).templates, customers);
    expect_under(*second, *first);
    const auto elsewhere = open_token_key(tokens.key("new", "first", true, "9876"));
    EXPECT_EQ(change(*second, *elsewhere).templates, customers);
    expect_under(*elsewhere, *second);
  }
  const auto elsewhere = open_token_key(tokens.key("new", "first", false, "9876"));
  change(*elsewhere, *next);
  expect_under(*next, *elsewhere);
}

}  // namespace
}  // namespace sesame::biometric
