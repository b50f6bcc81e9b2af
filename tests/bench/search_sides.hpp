// Who is compared in `search`: the same customers, probes and threads for each. Used by one thread.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "biometric/gallery.hpp"

namespace sesame::bench {

inline constexpr std::size_t face_length = biometric::template_length;
using Rows = std::span<const float>;  // one after the other, face_length each

/// Faces as an embedding spreads them: directions at random, with families of four that are alike (a cosine of 0.3), and probes
/// whose cosine with their own customer is that of good and bad captures (0.5, give or take 0.15).
class People {
 public:
  explicit People(std::size_t count) : count_(count) {}
  std::size_t count() const { return count_; }
  /// Customers `first` and on, as many as fit.
  void make(std::size_t first, std::span<float> rows) const;
  struct Probe {
    std::vector<float> values;
    std::size_t customer;
  };
  /// Made of customers spread over all of them; the next `count` of them.
  std::vector<Probe> probes(std::size_t count, std::size_t from) const;

 private:
  std::size_t count_;
};

/// A search by somebody, over all that was added.
class Side {
 public:
  virtual ~Side() = default;
  virtual std::string name() const = 0;
  virtual void add(Rows rows) = 0;
  virtual void search(const std::vector<std::span<const float>>& probes, std::size_t maximum, int threads) = 0;
};

/// FAISS, where it was found: exact over floats, and over bytes. Empty elsewhere.
std::vector<std::unique_ptr<Side>> faiss_sides(std::size_t count);

/// Runs its argument with 0 ... parts - 1 on a pool.
using InParts = std::function<void(std::size_t parts, const std::function<void(std::size_t part)>& work)>;

/// Read every byte once, as four or eight streams side by side.
std::uint64_t plain_read_in_4(std::span<const std::uint8_t> bytes);
std::uint64_t plain_read_in_8(std::span<const std::uint8_t> bytes);

/// How many rows have a larger product with a probe than its own customer: by floats, in doubles where floats cannot tell.
class FloatRanks {
 public:
  FloatRanks(const People& people, std::vector<People::Probe> probes);
  void add(std::size_t first, Rows rows, const InParts& in_parts);
  std::size_t above(std::size_t probe) const { return above_[probe]; }
  const std::vector<People::Probe>& probes() const { return probes_; }

 private:
  std::vector<People::Probe> probes_;
  std::vector<double> own_;
  std::vector<std::size_t> above_;
};

}  // namespace sesame::bench
