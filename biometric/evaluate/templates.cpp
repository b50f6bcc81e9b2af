#include "biometric/evaluate/templates.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <stdexcept>

#include "biometric/evaluate/dot_products.hpp"
#include "biometric/evaluate/parallel.hpp"

namespace sesame::evaluation {
namespace {

constexpr std::size_t lanes = 16;
// Two blocks of 512 values a row stay in a core's second cache.
constexpr std::size_t block = 96;

struct Blocks {
  std::size_t begin;
  std::size_t count;
};
Blocks block_of(std::size_t index, std::size_t rows) {
  return {index * block, std::min(block, rows - index * block)};
}

// The block of products, then a visit for each row of it; within a block on the diagonal only what lies right
// of it.
void visit_block(const Templates& ones, Blocks one, const Templates& others, Blocks other, bool diagonal,
                 unsigned worker, const Visit& visit) {
  std::array<float, block * block> products;
  dot_products({ones.row(one.begin), one.count}, {others.row(other.begin), other.count}, ones.stride(),
               products.data(), block);
  for (std::size_t i = 0; i < one.count; ++i) {
    const std::size_t skipped = diagonal ? i + 1 : 0;
    if (skipped >= other.count) break;
    visit(worker, one.begin + i, other.begin + skipped,
          std::span(products.data() + i * block + skipped, other.count - skipped));
  }
}

}  // namespace

Templates::~Templates() {
  volatile float* at = values_.data();
  for (std::size_t i = 0; i < values_.size(); ++i) at[i] = 0;
}

void Templates::add(std::span<const float> values) {
  if (size_ == 0) {
    length_ = values.size();
    stride_ = (length_ + lanes - 1) / lanes * lanes;
  }
  if (values.size() != length_) throw std::invalid_argument("a template of another length than the others");
  values_.insert(values_.end(), values.begin(), values.end());
  values_.resize(++size_ * stride_, 0.0F);
}

double cosine(const Templates& templates, std::size_t one, std::size_t other) {
  float product = 0;
  dot_products({templates.row(one), 1}, {templates.row(other), 1}, templates.stride(), &product, 1);
  return static_cast<double>(product);
}

void compare_pairs(const Templates& templates, unsigned workers, const Visit& visit,
                   const Progress& progress) {
  const std::size_t rows = templates.size();
  const std::size_t blocks = (rows + block - 1) / block;
  std::mutex telling;
  std::uint64_t done = 0;
  // A row of blocks is one item; the long ones come first, so that the workers end together.
  in_parallel(workers, blocks, [&](unsigned worker, std::size_t one) {
    for (std::size_t other = one; other < blocks; ++other)
      visit_block(templates, block_of(one, rows), templates, block_of(other, rows), one == other, worker,
                  visit);
    const std::lock_guard guard(telling);
    done += blocks - one;
    if (progress) progress(done, blocks * (blocks + 1) / 2);
  });
}

void compare_with(const Templates& probes, const Templates& gallery, unsigned workers, const Visit& visit) {
  const std::size_t blocks = (probes.size() + block - 1) / block;
  in_parallel(workers, blocks, [&](unsigned worker, std::size_t one) {
    for (std::size_t other = 0; other * block < gallery.size(); ++other)
      visit_block(probes, block_of(one, probes.size()), gallery, block_of(other, gallery.size()), false,
                  worker, visit);
  });
}

}  // namespace sesame::evaluation
