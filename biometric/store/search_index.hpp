// SearchIndex: all templates of one model in locked memory, searched exactly by cosine. Anonymous, never
// swapped, left out of core dumps, cleansed row by row as customers go. Each row is kept twice: as signed
// bytes, which a search reads from end to end, and as floats, of which it reads only what the bytes cannot
// rule out. Owned by the gallery of the face process; one thread at a time.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "biometric/store/int8_rows.hpp"
#include "biometric/template/secret.hpp"

namespace sesame::biometric {

// Who does the work of a search. `run` calls its argument with 0 ... parts - 1, each once, on whatever
// threads it likes, and returns when all calls have; they do not throw.
struct SearchWorkers {
  std::size_t parts = 1;
  std::function<void(std::size_t parts, const std::function<void(std::size_t part)>& work)> run;
};

class SearchIndex {
 public:
  explicit SearchIndex(std::size_t dimension) : dimension_(dimension), shape_(dimension) {}

  // `values`: dimension finite floats, of unit length where the score is to be a cosine. A customer may have
  // several rows. Throws std::invalid_argument for another number of values or one that is not finite, and
  // std::runtime_error when memory cannot be locked: the index is then what it was.
  void add(const std::string& customer, std::span<const float> values);
  // Takes all of a customer's rows out and overwrites them.
  void remove(const std::string& customer);

  struct Hit {
    std::string customer;
    float cosine = 0;
  };
  // The `maximum` best rows, best first: by the product of the floats, summed in double precision. Rows that
  // score the same come by their customers' names, so that the answer does not depend on what was removed
  // before. Throws std::invalid_argument as add() does.
  std::vector<Hit> search(std::span<const float> probe, std::size_t maximum) const;
  // The same for many probes, for which the rows are read once. It is guaranteed that the answers are those
  // of one search a probe, with any workers.
  std::vector<std::vector<Hit>> search(std::span<const std::span<const float>> probes, std::size_t maximum,
                                       const SearchWorkers& workers = {}) const;

  // Calls `visit` once for every row that scores at least `least`, in any order, with the score that search() gives. It
  // must not change the index. Throws std::invalid_argument as add() does.
  void for_each_from(std::span<const float> probe, float least,
                     const std::function<void(const std::string& customer, float cosine)>& visit) const;

  // Everybody who has a row, in any order.
  std::vector<std::string> customers() const;
  // A customer's rows, until the index is changed.
  std::vector<std::span<const float>> rows_of(const std::string& customer) const;

  std::size_t size() const { return customers_.size(); }
  std::size_t dimension() const { return dimension_; }

 private:
  class Scan;
  // Rows that are read together (int8_rows.hpp), and their floats, row by row.
  struct Block {
    std::uint8_t* codes;
    float* floats;
  };

  void check(std::span<const float> values, const char* what) const;
  std::span<float> floats(std::size_t row) const;
  int8::BlockRow codes(std::size_t row) const;
  void grow();
  void shrink();

  std::size_t dimension_;
  int8::BlockShape shape_;
  std::vector<LockedMemory> chunks_;
  std::vector<Block> blocks_;                                          // in all chunks
  std::vector<std::size_t> blocks_in_;                                 // by chunk
  std::vector<std::string> customers_;                                 // by row
  std::unordered_map<std::string, std::vector<std::size_t>> rows_of_;  // by customer
};

}  // namespace sesame::biometric
