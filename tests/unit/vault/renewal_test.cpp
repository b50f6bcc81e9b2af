// Another key for the gallery while it is used, and what is stolen before being useless after.
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "biometric/store/database.hpp"
#include "biometric/store/store_gallery.hpp"
#include "tests/unit/vault/store_fixture.hpp"

namespace sesame::biometric {
namespace {

class RenewalTest : public testing::Test, public StoreFixture {
 protected:
  Row row(const std::string& customer) {
    return Database(file)
        .query("SELECT epoch, wrapped_key, box FROM enrolments WHERE customer = $1", {customer})
        .at(0);
  }
  std::int64_t gallery_keys() {
    return Database(file).number("SELECT count(*) FROM store_keys WHERE name LIKE 'gallery %'");
  }
  static std::string best(StoreGallery& gallery, unsigned number) {
    const auto hits = gallery.search(face_again(number, 0.7F), 1);
    return hits.empty() || hits[0].cosine < 0.5F ? "" : hits[0].customer_id;
  }
  static std::string name(unsigned number) { return "customer-" + std::to_string(number); }
};

TEST_F(RenewalTest, everybody_is_found_by_claim_and_by_face_between_any_two_batches) {
  constexpr unsigned customers = 40;
  for (unsigned number = 1; number <= customers; ++number) enrol(number);
  StoreGallery gallery(*store, "model-a");
  IdentityStore other_process(options(), *master);
  StoreGallery elsewhere(other_process, "model-a");
  const Renewal begun = store->begin_renewal();
  EXPECT_EQ(begun.epoch, 2U);
  EXPECT_EQ(begun.remaining, customers);
  std::string after;
  unsigned batches = 0;
  for (bool done = false; !done; ++batches) {
    const unsigned asked = 1 + batches * 7 % customers;
    EXPECT_EQ(best(gallery, asked), name(asked));
    EXPECT_EQ(best(elsewhere, asked), name(asked));
    const auto found = store->find(phone(asked), "model-a");
    ASSERT_TRUE(found);
    EXPECT_GT(cosine(found->floats(), face(asked)), 0.99999F);
    enrol(100 + batches);  // of the new epoch at once
    EXPECT_EQ(best(gallery, 100 + batches), name(100 + batches));
    done = store->renew_some(5, after).done;
  }
  EXPECT_GE(batches, 8U);
  EXPECT_FALSE(store->renewal().under_way);
  EXPECT_EQ(gallery_keys(), 1);
  EXPECT_EQ(Database(file).number("SELECT count(*) FROM enrolments WHERE epoch <> 2"), 0);
  reopen();
  StoreGallery again(*store, "model-a");
  for (unsigned number = 1; number <= customers; ++number) EXPECT_EQ(best(again, number), name(number));
}

TEST_F(RenewalTest, a_template_that_was_stolen_before_matches_nothing_after) {
  for (unsigned number = 1; number <= 20; ++number) enrol(number);
  std::vector<float> stolen = face(5);  // as an index or an opened row has it
  store->to_index_space(stolen);
  store->renew_gallery();
  reopen();
  // Shown to the gallery as a probe, and compared with what the gallery has now of the same person.
  StoreGallery gallery(*store, "model-a");
  EXPECT_LT(gallery.search(stolen, 1).at(0).cosine, 0.3F);
  std::vector<float> renewed = face(5);
  store->to_index_space(renewed);
  EXPECT_LT(std::abs(cosine(stolen, renewed)), 0.25F);
}

TEST_F(RenewalTest, a_row_that_was_copied_before_and_put_back_after_opens_nothing) {
  enrol(1);
  enrol(2);
  const Row before = row("customer-1");
  StoreGallery running(*store, "model-a");  // still has the old key in memory, for its index
  store->renew_gallery();
  Database(file).execute(
      "UPDATE enrolments SET epoch = $1, wrapped_key = $2, box = $3 WHERE customer = 'customer-1'",
      {before.number(0), before.bytes(1), before.bytes(2)});
  EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
  reopen();
  EXPECT_TROUBLE(store->find(phone(1), "model-a"), StoreTrouble::damaged);
  StoreGallery gallery(*store, "model-a");
  EXPECT_EQ(best(gallery, 1), "");
  EXPECT_EQ(best(gallery, 2), "customer-2");
}

TEST_F(RenewalTest, nothing_of_the_old_rows_is_left_on_the_disk) {
  for (unsigned number = 1; number <= 3; ++number) enrol(number);
  const Bytes key = row("customer-2").bytes(1);
  const Bytes gallery =
      Database(file).query("SELECT wrapped FROM store_keys WHERE name = 'gallery 1'").at(0).bytes(0);
  store->renew_gallery();
  const std::string disk = bytes_on_disk();
  EXPECT_EQ(disk.find(std::string(key.begin(), key.end())), std::string::npos);
  EXPECT_EQ(disk.find(std::string(gallery.begin(), gallery.end())), std::string::npos);
}

TEST_F(RenewalTest, a_row_that_does_not_open_is_named_and_stops_nobody) {
  for (unsigned number = 1; number <= 9; ++number) enrol(number);
  Database(file).execute("UPDATE enrolments SET box = zeroblob(2077) WHERE customer = 'customer-4'");
  store->begin_renewal();
  std::string after;
  std::vector<std::string> damaged;
  std::size_t rows = 0;
  for (bool done = false; !done;) {
    Renewed renewed = store->renew_some(2, after);
    damaged.insert(damaged.end(), renewed.damaged.begin(), renewed.damaged.end());
    rows += renewed.rows;
    done = renewed.done;
  }
  EXPECT_EQ(damaged, std::vector<std::string>{"customer-4"});
  EXPECT_EQ(rows, 8U);
  EXPECT_TRUE(store->find(phone(5), "model-a"));
  EXPECT_TRUE(store->renewal().under_way)
      << "the only key of a template went, which a token may open tomorrow";
  store->forget("customer-4", "damaged");
  after.clear();
  EXPECT_TRUE(store->renew_some(2, after).done);
  EXPECT_FALSE(store->renewal().under_way);
}

TEST_F(RenewalTest, dates_stay_bound_and_an_edited_one_is_named) {
  for (unsigned number = 1; number <= 3; ++number) enrol(number);
  Database(file).execute("UPDATE enrolments SET created = created + 1 WHERE customer = 'customer-2'");
  store->begin_renewal();
  std::string after;
  const Renewed renewed = store->renew_some(10, after);
  EXPECT_EQ(renewed.rows, 2U);
  EXPECT_EQ(renewed.damaged, std::vector<std::string>{"customer-2"});
  EXPECT_EQ(store->due("", 10).damaged, std::vector<std::string>{"customer-2"});
  Database(file).execute("UPDATE enrolments SET created = created + 1 WHERE customer = 'customer-3'");
  EXPECT_TRUE(store->find(phone(1), "model-a"));
  EXPECT_TROUBLE(store->find(phone(3), "model-a"), StoreTrouble::damaged);
}

// A process that renews one row at a time, killed once it said so of `enough` rows.
void renew_and_kill(const std::string& folder, unsigned enough) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  const std::string writer = STORE_WRITER;
  std::array<char*, 4> words{const_cast<char*>(writer.c_str()), const_cast<char*>("renew"),
                             const_cast<char*>(folder.c_str()), nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, writer.c_str(), &actions, nullptr, words.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::size_t lines = 0;
  char byte = 0;
  while (lines < enough && read(ends[0], &byte, 1) == 1) lines += byte == '\n' ? 1 : 0;
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(ends[0]);
  EXPECT_EQ(lines, enough);
}

TEST_F(RenewalTest, kill_9_in_the_middle_loses_nobody_and_whoever_comes_next_goes_on) {
  constexpr unsigned customers = 60;
  for (unsigned number = 1; number <= customers; ++number) enrol(number);
  std::size_t before = customers;
  for (unsigned run = 0; run < 4; ++run) {
    store.reset();
    renew_and_kill(folder.path().string(), 3 + run * 4);
    reopen();
    const Renewal left = store->renewal();
    EXPECT_TRUE(left.under_way);
    EXPECT_EQ(left.epoch, 2U) << "it did not go on, but began again";
    EXPECT_LT(left.remaining, before);
    before = left.remaining;
    StoreGallery gallery(*store, "model-a");
    EXPECT_TRUE(gallery.damaged().empty());
    for (unsigned number = 1; number <= customers; ++number) {
      const auto found = store->find(phone(number), "model-a");
      ASSERT_TRUE(found) << number;
      EXPECT_GT(cosine(found->floats(), face(number)), 0.99999F);
    }
    EXPECT_EQ(best(gallery, 1 + run * 13), name(1 + run * 13));
  }
  std::string after;
  while (!store->renew_some(8, after).done) {
  }
  EXPECT_FALSE(store->renewal().under_way);
  EXPECT_EQ(Database(file).query("PRAGMA integrity_check").at(0).text(0), "ok");
}

}  // namespace
}  // namespace sesame::biometric
