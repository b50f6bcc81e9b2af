// What a search should find, the plain way: every row, the whole product, a sort.
#pragma once

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "biometric/store/search_index.hpp"

namespace sesame::biometric {

inline double plain_product(std::span<const float> left, std::span<const float> right) {
  long double sum = 0;
  for (std::size_t i = 0; i < left.size(); ++i) sum += static_cast<long double>(left[i]) * right[i];
  return static_cast<double>(sum);
}

class PlainSearch {
 public:
  void add(const std::string& customer, std::vector<float> values) {
    rows_.emplace(customer, std::move(values));
  }
  void remove(const std::string& customer) { rows_.erase(customer); }
  std::size_t size() const { return rows_.size(); }

  std::vector<SearchIndex::Hit> search(std::span<const float> probe, std::size_t maximum) const {
    std::vector<std::pair<double, std::string>> all;
    for (const auto& [customer, values] : rows_) all.emplace_back(-plain_product(probe, values), customer);
    std::ranges::sort(all);
    std::vector<SearchIndex::Hit> hits;
    for (std::size_t i = 0; i < std::min(maximum, all.size()); ++i)
      hits.push_back({all[i].second, static_cast<float>(-all[i].first)});
    return hits;
  }

 private:
  std::multimap<std::string, std::vector<float>> rows_;
};

// The same customers in the same order, with the same scores but for the last bit.
inline void expect_same(const std::vector<SearchIndex::Hit>& found,
                        const std::vector<SearchIndex::Hit>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].customer, expected[i].customer) << "at " << i;
    ASSERT_FLOAT_EQ(found[i].cosine, expected[i].cosine) << "at " << i;
  }
}

// To the last bit.
inline void expect_equal(const std::vector<SearchIndex::Hit>& found,
                         const std::vector<SearchIndex::Hit>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].customer, expected[i].customer) << "at " << i;
    ASSERT_EQ(found[i].cosine, expected[i].cosine) << "at " << i;
  }
}

}  // namespace sesame::biometric
