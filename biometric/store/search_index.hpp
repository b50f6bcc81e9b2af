// SearchIndex: all templates of one model in one block of locked memory, searched exactly by cosine.
// Anonymous, never swapped, left out of core dumps, cleansed row by row as customers go. Owned by the gallery
// of the face process; one thread at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "biometric/template/secret.hpp"

namespace sesame::biometric {

class SearchIndex {
 public:
  explicit SearchIndex(std::size_t dimension) : dimension_(dimension) {}

  // `values`: dimension floats of unit length. A customer may have several. Throws std::runtime_error when
  // memory cannot be locked: the index is then what it was.
  void add(const std::string& customer, std::span<const float> values);
  // Takes all of a customer's rows out and overwrites them.
  void remove(const std::string& customer);

  struct Hit {
    std::string customer;
    float cosine = 0;
  };
  // The `maximum` best rows, best first.
  std::vector<Hit> search(std::span<const float> probe, std::size_t maximum) const;

  std::size_t size() const { return customers_.size(); }
  std::size_t dimension() const { return dimension_; }

 private:
  std::span<float> row(std::size_t index);
  std::span<const float> row(std::size_t index) const;
  void grow();

  std::size_t dimension_;
  LockedMemory rows_;
  std::vector<std::string> customers_;                                 // by row
  std::unordered_map<std::string, std::vector<std::size_t>> rows_of_;  // by customer
};

}  // namespace sesame::biometric
