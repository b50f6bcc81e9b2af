#include "biometric/store/search_index.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace sesame::biometric {

using int8::rows_in_block;

namespace {

// 42 MB of templates of 512: enough for large pages, little to have in reserve.
constexpr std::size_t most_blocks_in_chunk = 512;

}  // namespace

void SearchIndex::check(std::span<const float> values, const char* what) const {
  if (values.size() != dimension_)
    throw std::invalid_argument(std::string(what) + " of another length than the index's");
  if (!std::ranges::all_of(values, [](float value) { return std::isfinite(value); }))
    throw std::invalid_argument(std::string(what) + " with values that are no numbers");
}

std::span<float> SearchIndex::floats(std::size_t row) const {
  return {blocks_[row / rows_in_block].floats + row % rows_in_block * dimension_, dimension_};
}

int8::BlockRow SearchIndex::codes(std::size_t row) const {
  return {shape_, blocks_[row / rows_in_block].codes, row % rows_in_block};
}

// By chunks, so that a large gallery is never in memory twice; each as large as all before it, so that a
// small one takes little.
void SearchIndex::grow() {
  if (size() < blocks_.size() * rows_in_block) return;
  const std::size_t count = std::clamp<std::size_t>(blocks_.size(), 1, most_blocks_in_chunk);
  const std::size_t float_bytes = rows_in_block * dimension_ * sizeof(float);
  LockedMemory chunk(count * (shape_.bytes() + float_bytes));
  blocks_in_.reserve(chunks_.size() + 1);
  chunks_.reserve(chunks_.size() + 1);
  blocks_.reserve(blocks_.size() + count);
  for (std::size_t i = 0; i < count; ++i) {
    std::uint8_t* const rows = chunk.data() + count * shape_.bytes() + i * float_bytes;
    blocks_.push_back({chunk.data() + i * shape_.bytes(), reinterpret_cast<float*>(rows)});
  }
  blocks_in_.push_back(count);
  chunks_.push_back(std::move(chunk));
}

// One empty chunk stays, for who is enrolled next.
void SearchIndex::shrink() {
  while (chunks_.size() > 1) {
    const std::size_t last = blocks_in_.back(), before = blocks_in_[blocks_in_.size() - 2];
    if (size() > (blocks_.size() - last - before) * rows_in_block) return;
    blocks_.resize(blocks_.size() - last);
    blocks_in_.pop_back();
    chunks_.pop_back();
  }
}

void SearchIndex::add(const std::string& customer, std::span<const float> values) {
  check(values, "a template");
  grow();
  // The bytes are made where the floats go afterwards.
  const std::span bytes(reinterpret_cast<std::int8_t*>(floats(size()).data()), dimension_);
  codes(size()).write(bytes, int8::round_to_bytes(values, bytes));
  std::ranges::copy(values, floats(size()).begin());
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
      std::ranges::copy(floats(last), floats(hole).begin());
      codes(hole).copy_from(codes(last));
      customers_[hole] = std::move(customers_[last]);
      std::ranges::replace(rows_of_.at(customers_[hole]), last, hole);
    }
    cleanse(floats(last));
    codes(last).clear();
    customers_.pop_back();
  }
  shrink();
}

std::vector<std::string> SearchIndex::customers() const {
  std::vector<std::string> names;
  names.reserve(rows_of_.size());
  for (const auto& [name, rows] : rows_of_) names.push_back(name);
  return names;
}

std::vector<std::span<const float>> SearchIndex::rows_of(const std::string& customer) const {
  std::vector<std::span<const float>> rows;
  const auto found = rows_of_.find(customer);
  if (found == rows_of_.end()) return rows;
  for (const std::size_t row : found->second) rows.emplace_back(floats(row));
  return rows;
}

}  // namespace sesame::biometric
