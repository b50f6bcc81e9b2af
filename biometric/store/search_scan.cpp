// The search of SearchIndex: bounds over bytes, block by block, and the floats of what is in reach.
#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <limits>
#include <numeric>
#include <utility>

#include "biometric/store/int8_scan.hpp"
#include "biometric/store/search_index.hpp"

namespace sesame::biometric {

using int8::rows_in_block;

namespace {

// Taken by a worker at a time: 1 MB of rows, so that none waits long for another at the end.
constexpr std::size_t blocks_in_run = 64;
// A multiple of what the first pass does in one go; a block stays in the nearest cache for all.
constexpr std::size_t probes_at_once = 16;

// The score. Products of floats are exact in doubles and the order of the sums is fixed, so that every
// processor has the same. Side by side, because a compiler may not reorder one sum but vectorises these.
double product(std::span<const float> left, std::span<const float> right) {
  constexpr std::size_t side = 16;
  std::array<double, side> sums{};
  std::size_t i = 0;
  for (; i + side <= left.size(); i += side) {
    for (std::size_t k = 0; k < side; ++k) sums[k] += double{left[i + k]} * right[i + k];
  }
  for (std::size_t k = 0; i + k < left.size(); ++k) sums[k] += double{left[i + k]} * right[i + k];
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

struct Scored {
  double score;
  std::size_t row;
};

// Of what was found of a block, which of its rows were written: the first `rows` of them.
std::uint32_t written(std::uint32_t found, std::size_t rows) {
  return rows >= rows_in_block ? found : found & ((1U << rows) - 1);
}

}  // namespace

// One search, by any number of workers.
class SearchIndex::Scan {
  auto before() const {
    return [this](const Scored& left, const Scored& right) {
      if (left.score != right.score) return left.score > right.score;
      return index_.customers_[left.row] < index_.customers_[right.row];
    };
  }

 public:
  Scan(const SearchIndex& index, std::span<const std::span<const float>> probes, std::size_t maximum,
       std::size_t parts)
      : index_(index), probes_(probes), codes_(index.shape_, probes), maximum_(maximum) {
    for (std::size_t i = 0; i < parts; ++i) parts_.emplace_back(probes.size(), maximum);
  }

  // Takes runs of blocks until none is left. Nothing in here throws: all memory is there.
  void work(std::size_t part) {
    const std::size_t blocks = (index_.size() + rows_in_block - 1) / rows_in_block;
    for (;;) {
      const std::size_t first = next_.fetch_add(blocks_in_run, std::memory_order_relaxed);
      if (first >= blocks) return;
      look_at_run(parts_[part], first, std::min(first + blocks_in_run, blocks));
    }
  }

  std::vector<Hit> hits(std::size_t probe) {
    std::vector<Scored> all;
    for (const Part& part : parts_) all.insert(all.end(), part.best[probe].begin(), part.best[probe].end());
    std::ranges::sort(all, before());
    if (all.size() > maximum_) all.resize(maximum_);
    std::vector<Hit> hits;
    for (const Scored& each : all)
      hits.push_back({index_.customers_[each.row], static_cast<float>(each.score)});
    return hits;
  }

 private:
  // What one worker knows, by probe: the best rows so far as a heap with the worst on top, and what a row
  // must score to be among them.
  struct Part {
    Part(std::size_t probes, std::size_t maximum)
        : best(probes), reach(probes, -std::numeric_limits<float>::infinity()) {
      for (auto& heap : best) heap.reserve(maximum + 1);
    }
    std::vector<std::vector<Scored>> best;
    std::vector<float> reach;
  };

  // Side by side only with a score to beat: before there is one, every row is looked at.
  void look_at_run(Part& part, std::size_t first, std::size_t end) {
    constexpr std::size_t apart = blocks_in_run / int8::blocks_side_by_side;
    static_assert(blocks_in_run == apart * int8::blocks_side_by_side);
    if (side_by_side_ && part.best[0].size() == maximum_ && end - first == blocks_in_run) {
      for (std::size_t block = first; block < first + apart; ++block) look_side_by_side(part, block, apart);
    } else {
      for (std::size_t block = first; block < end; ++block) look_at(part, block);
    }
  }

  void look_side_by_side(Part& part, std::size_t block, std::size_t apart) {
    int8::BlocksSideBySide blocks;
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i] = index_.blocks_[block + i * apart].codes;
    const auto found = int8::rows_in_reach(index_.shape_, blocks, codes_.codes()[0], part.reach[0]);
    for (std::size_t i = 0; i < blocks.size(); ++i) score(part, 0, block + i * apart, found[i]);
  }

  void look_at(Part& part, std::size_t block) {
    for (std::size_t first = 0; first < probes_.size(); first += probes_at_once) {
      const std::size_t count = std::min(probes_at_once, probes_.size() - first);
      // On the stack: beside those of another worker, each would wait for the other's cache line.
      std::array<std::uint32_t, probes_at_once> found;
      const std::span<const float> reach(&part.reach[first], count);
      int8::rows_in_reach(index_.shape_, index_.blocks_[block].codes, codes_.codes().subspan(first, count),
                          reach, std::span(found).first(count));
      for (std::size_t i = 0; i < count; ++i) score(part, first + i, block, found[i]);
    }
  }

  // What was found of a block, as far as rows were written.
  void score(Part& part, std::size_t probe, std::size_t block, std::uint32_t found) {
    for (std::uint32_t rows = written(found, index_.size() - block * rows_in_block); rows != 0; rows &= rows - 1)
      score(part, probe, block * rows_in_block + static_cast<std::size_t>(std::countr_zero(rows)));
  }

  void score(Part& part, std::size_t probe, std::size_t row) {
    std::vector<Scored>& best = part.best[probe];
    best.push_back({product(probes_[probe], index_.floats(row)), row});
    std::ranges::push_heap(best, before());
    if (best.size() > maximum_) {
      std::ranges::pop_heap(best, before());
      best.pop_back();
    }
    if (best.size() == maximum_) part.reach[probe] = int8::float_below(best.front().score);
  }

  const SearchIndex& index_;
  std::span<const std::span<const float>> probes_;
  int8::Probes codes_;
  bool side_by_side_ = probes_.size() == 1 && int8::better_side_by_side();
  std::size_t maximum_;
  std::vector<Part> parts_;
  std::atomic<std::size_t> next_{0};
};

std::vector<std::vector<SearchIndex::Hit>> SearchIndex::search(std::span<const std::span<const float>> probes,
                                                               std::size_t maximum,
                                                               const SearchWorkers& workers) const {
  for (const std::span<const float> probe : probes) check(probe, "a probe");
  maximum = std::min(maximum, size());
  std::vector<std::vector<Hit>> hits(probes.size());
  if (maximum == 0 || probes.empty()) return hits;
  const std::size_t parts = workers.run ? std::max<std::size_t>(workers.parts, 1) : 1;
  Scan scan(*this, probes, maximum, parts);
  if (parts == 1)
    scan.work(0);
  else
    workers.run(parts, [&scan](std::size_t part) { scan.work(part); });
  for (std::size_t probe = 0; probe < probes.size(); ++probe) hits[probe] = scan.hits(probe);
  return hits;
}

void SearchIndex::for_each_from(std::span<const float> probe, float least,
                                const std::function<void(const std::string&, float)>& visit) const {
  check(probe, "a probe");
  const int8::Probes codes(shape_, std::span(&probe, 1));
  for (std::size_t first = 0; first < size(); first += rows_in_block) {
    std::uint32_t found = 0;
    int8::rows_in_reach(shape_, blocks_[first / rows_in_block].codes, codes.codes(), std::span(&least, 1),
                        std::span(&found, 1));
    for (std::uint32_t rows = written(found, size() - first); rows != 0; rows &= rows - 1) {
      const std::size_t row = first + static_cast<std::size_t>(std::countr_zero(rows));
      const auto score = static_cast<float>(product(probe, floats(row)));
      if (score >= least) visit(customers_[row], score);
    }
  }
}

std::vector<SearchIndex::Hit> SearchIndex::search(std::span<const float> probe, std::size_t maximum) const {
  return std::move(search(std::span(&probe, 1), maximum).front());
}

}  // namespace sesame::biometric
