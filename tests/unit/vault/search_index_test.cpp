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
