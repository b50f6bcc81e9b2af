#include "biometric/store/search_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/unit/vault/faces.hpp"

namespace sesame::biometric {
namespace {

TEST(SearchIndex, finds_what_a_plain_sort_finds) {
  SearchIndex index(64);
  std::vector<std::pair<float, std::string>> all;
  const auto probe = face(5000, 64);
  for (unsigned i = 0; i < 700; ++i) {
    index.add("c" + std::to_string(i), face(i, 64));
    all.emplace_back(cosine(face(i, 64), probe), "c" + std::to_string(i));
  }
  std::ranges::sort(all, std::greater<>());
  for (const std::size_t maximum : {std::size_t{1}, std::size_t{10}, std::size_t{700}, std::size_t{900}}) {
    const auto hits = index.search(probe, maximum);
    ASSERT_EQ(hits.size(), std::min<std::size_t>(maximum, 700));
    for (std::size_t i = 0; i < hits.size(); ++i) {
      EXPECT_NEAR(hits[i].cosine, all[i].first, 1e-5F);
      if (i < 10) {
        EXPECT_EQ(hits[i].customer, all[i].second);
      }
    }
  }
}

TEST(SearchIndex, random_adding_and_removing_agrees_with_a_map) {
  SearchIndex index(16);
  std::multimap<std::string, unsigned> model;
  std::mt19937 generator(1);
  for (unsigned step = 0; step < 4000; ++step) {
    const std::string customer = "c" + std::to_string(generator() % 60);
    if (generator() % 3 != 0) {
      index.add(customer, face(step, 16));
      model.emplace(customer, step);
    } else {
      index.remove(customer);
      model.erase(customer);
    }
    ASSERT_EQ(index.size(), model.size());
    if (step % 100 == 0) {
      for (const auto& [name, seed] : model) {
        const auto hits = index.search(face(seed, 16), 1);
        ASSERT_EQ(hits.at(0).customer, name);
        ASSERT_GT(hits.at(0).cosine, 0.999F);
      }
    }
  }
}

TEST(SearchIndex, everybody_from_a_score_on_is_who_a_search_ranks_so_high) {
  SearchIndex index(64);
  for (unsigned i = 0; i < 700; ++i) index.add("c" + std::to_string(i % 500), face(i, 64));
  for (unsigned i = 0; i < 90; i += 7) index.remove("c" + std::to_string(i));
  const auto probe = face(5000, 64);
  const auto all = index.search(probe, 1000);
  ASSERT_EQ(all.size(), index.size());
  for (const float least : {-2.0F, 0.0F, 0.2F, all[3].cosine, all[0].cosine, 0.9F}) {
    std::vector<std::pair<std::string, float>> expected;
    for (const auto& hit : all)
      if (hit.cosine >= least) expected.emplace_back(hit.customer, hit.cosine);
    std::vector<std::pair<std::string, float>> found;
    index.for_each_from(probe, least,
                        [&](const std::string& name, float cosine) { found.emplace_back(name, cosine); });
    std::ranges::sort(expected);
    std::ranges::sort(found);
    EXPECT_EQ(found, expected) << least;
  }
  EXPECT_THROW(index.for_each_from(face(1, 8), 0, [](const std::string&, float) {}), std::invalid_argument);
}

TEST(SearchIndex, tells_whom_it_has_and_gives_their_rows) {
  SearchIndex index(16);
  index.add("anna", face(1, 16));
  index.add("berta", face(2, 16));
  index.add("anna", face(3, 16));
  auto names = index.customers();
  std::ranges::sort(names);
  EXPECT_EQ(names, (std::vector<std::string>{"anna", "berta"}));
  ASSERT_EQ(index.rows_of("anna").size(), 2U);
  EXPECT_TRUE(std::ranges::equal(index.rows_of("anna")[1], face(3, 16)));
  index.remove("anna");
  EXPECT_TRUE(index.rows_of("anna").empty());
  EXPECT_EQ(index.customers(), std::vector<std::string>{"berta"});
}

TEST(SearchIndex, of_nobody_finds_nobody) {
  SearchIndex index(16);
  EXPECT_TRUE(index.search(face(1, 16), 5).empty());
  index.remove("nobody");
  index.add("c", face(1, 16));
  EXPECT_TRUE(index.search(face(1, 16), 0).empty());
  EXPECT_THROW(index.search(face(1, 8), 1), std::invalid_argument);
  EXPECT_THROW(index.add("c", face(1, 8)), std::invalid_argument);
}

}  // namespace
}  // namespace sesame::biometric
