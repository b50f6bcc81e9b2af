#include "biometric/store/search_index.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace sesame::biometric {

namespace {

// Sixteen sums side by side: a compiler may not reorder one sum of floats, but vectorises these.
float dot(std::span<const float> left, std::span<const float> right) {
  constexpr std::size_t lanes = 16;
  std::array<float, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= left.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += left[i + lane] * right[i + lane];
  }
  float sum = 0;
  for (const float part : sums) sum += part;
  for (; i < left.size(); ++i) sum += left[i] * right[i];
  return sum;
}

}  // namespace

std::span<float> SearchIndex::row(std::size_t index) {
  return {reinterpret_cast<float*>(rows_.data()) + index * dimension_, dimension_};
}

std::span<const float> SearchIndex::row(std::size_t index) const {
  return {reinterpret_cast<const float*>(rows_.data()) + index * dimension_, dimension_};
}

void SearchIndex::grow() {
  const std::size_t row_bytes = dimension_ * sizeof(float);
  if ((size() + 1) * row_bytes <= rows_.size()) return;
  LockedMemory larger(std::max<std::size_t>(size() + 1, size() * 3 / 2) * row_bytes);
  std::copy_n(rows_.data(), size() * row_bytes, larger.data());
  rows_ = std::move(larger);
}

void SearchIndex::add(const std::string& customer, std::span<const float> values) {
  if (values.size() != dimension_)
    throw std::invalid_argument("a template of another length than the index's");
  grow();
  std::ranges::copy(values, row(size()).begin());
  rows_of_[customer].push_back(size());
  customers_.push_back(customer);
}

void SearchIndex::remove(const std::string& customer) {
  const auto found = rows_of_.find(customer);
  if (found == rows_of_.end()) return;
  std::vector<std::size_t> gone = std::move(found->second);
  rows_of_.erase(found);
  // From the back, so that the row that fills a hole is never one that goes as well.
  std::ranges::sort(gone, std::greater<>());
  for (const std::size_t hole : gone) {
    const std::size_t last = size() - 1;
    if (hole != last) {
      std::ranges::copy(row(last), row(hole).begin());
      customers_[hole] = std::move(customers_[last]);
      std::ranges::replace(rows_of_.at(customers_[hole]), last, hole);
    }
    cleanse(row(last));
    customers_.pop_back();
  }
}

std::vector<SearchIndex::Hit> SearchIndex::search(std::span<const float> probe, std::size_t maximum) const {
  if (probe.size() != dimension_) throw std::invalid_argument("a probe of another length than the index's");
  if (maximum == 0) return {};
  // The worst of the best on top.
  std::vector<std::pair<float, std::size_t>> best;
  for (std::size_t index = 0; index < size(); ++index) {
    const float cosine = dot(probe, row(index));
    if (best.size() == maximum && !(cosine > best.front().first)) continue;
    if (best.size() == maximum) {
      std::ranges::pop_heap(best, std::greater<>());
      best.pop_back();
    }
    best.emplace_back(cosine, index);
    std::ranges::push_heap(best, std::greater<>());
  }
  std::ranges::sort(best, std::greater<>());
  std::vector<Hit> hits;
  for (const auto& [cosine, index] : best) hits.push_back({customers_[index], cosine});
  return hits;
}

}  // namespace sesame::biometric
