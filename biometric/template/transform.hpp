// GalleryTransform: turns templates of an embedding model into templates of one gallery and epoch, and back.
// It is orthonormal: cosines between two transformed templates are those between the originals, while one
// transformed and one not, or two of different epochs, have nothing in common (ISO/IEC 24745: renewability).
// Revoking a gallery is beginning its next epoch. Owned by the store; immutable once made, so any thread may
// use it.
#pragma once

#include <cstdint>
#include <span>

#include "biometric/template/secret.hpp"

namespace sesame::biometric {

class GalleryTransform {
 public:
  // `dimension` >= 8. The key decides the transform wholly: same key, epoch and dimension, same transform, on
  // any machine.
  GalleryTransform(const Secret& gallery_key, std::uint32_t epoch, std::size_t dimension);

  // In place; `values` has dimension() floats. Orthonormal within float rounding (1e-6).
  void apply(std::span<float> values) const;
  void invert(std::span<float> values) const;

  std::size_t dimension() const { return dimension_; }

 private:
  // Rounds of {signs, shuffle, Walsh-Hadamard}: exact +-1 and integers from the key, so that no rounding
  // depends on the machine. Four of them mix every value into every other, whatever the dimension.
  static constexpr std::size_t rounds = 4;

  std::size_t dimension_;
  LockedMemory table_;  // a round: dimension_ entries of 32 bits, source index << 1 | sign
};

}  // namespace sesame::biometric
