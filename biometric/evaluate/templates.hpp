// Templates: vectors of unit length in one block of memory, and every comparison of them. Wiped when it goes.
// Readers on any thread once filled.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace sesame::evaluation {

class Templates {
 public:
  Templates() = default;
  ~Templates();
  Templates(Templates&&) = default;
  Templates& operator=(Templates&&) = default;
  Templates(const Templates&) = delete;
  Templates& operator=(const Templates&) = delete;

  // All have the length of the first.
  void add(std::span<const float> values);
  std::size_t size() const { return size_; }
  std::size_t length() const { return length_; }
  // Rows are padded with zeros to whole vectors of 16.
  std::size_t stride() const { return stride_; }
  const float* row(std::size_t index) const { return values_.data() + index * stride_; }
  // The same without the padding.
  std::span<const float> values(std::size_t index) const { return {row(index), length_}; }

 private:
  std::size_t length_ = 0;
  std::size_t stride_ = 0;
  std::size_t size_ = 0;
  std::vector<float> values_;
};

double cosine(const Templates& templates, std::size_t one, std::size_t other);

// The cosines of row `one` with the rows from `first_other` on. Called by several workers at once, each with
// its number.
using Visit = std::function<void(unsigned worker, std::size_t one, std::size_t first_other,
                                 std::span<const float> cosines)>;
// How many of so many blocks are done; called by one worker at a time.
using Progress = std::function<void(std::uint64_t done, std::uint64_t wanted)>;

// Every pair of two rows once, `one` < `other`.
void compare_pairs(const Templates& templates, unsigned workers, const Visit& visit,
                   const Progress& progress = {});
// Every row of `probes` (`one`) with every row of `gallery` (`other`).
void compare_with(const Templates& probes, const Templates& gallery, unsigned workers, const Visit& visit);

}  // namespace sesame::evaluation
