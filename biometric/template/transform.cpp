#include "biometric/template/transform.hpp"

#include <bit>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "biometric/template/crypto.hpp"

namespace sesame::biometric {

namespace {

// Walsh-Hadamard over blocks whose sizes are the powers of two in the dimension (512; 192 = 128 + 64), each
// scaled to be orthonormal. Its own inverse.
void walsh_hadamard(std::span<float> values) {
  while (!values.empty()) {
    const std::size_t size = std::bit_floor(values.size());
    for (std::size_t half = 1; half < size; half *= 2) {
      for (std::size_t block = 0; block < size; block += 2 * half) {
        for (std::size_t i = block; i < block + half; ++i) {
          const float left = values[i];
          const float right = values[i + half];
          values[i] = left + right;
          values[i + half] = left - right;
        }
      }
    }
    const float scale = 1.0F / std::sqrt(static_cast<float>(size));
    for (float& value : values.first(size)) value *= scale;
    values = values.subspan(size);
  }
}

std::span<const std::uint32_t> round_of(const LockedMemory& table, std::size_t round, std::size_t dimension) {
  return {reinterpret_cast<const std::uint32_t*>(table.data()) + round * dimension, dimension};
}

}  // namespace

GalleryTransform::GalleryTransform(const Secret& gallery_key, std::uint32_t epoch, std::size_t dimension)
    : dimension_(dimension), table_(rounds * dimension * sizeof(std::uint32_t)) {
  if (dimension < 8 || dimension > 65536) throw std::invalid_argument("a template has 8 to 65536 values");
  Fields info("sesame gallery transform 1");
  info.add_number(epoch).add_number(dimension);
  const Secret seed = hkdf_sha256(gallery_key.view(), {}, info.view(), key_bytes);
  KeyStream stream(seed.view());
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::span<std::uint32_t> entries(
        reinterpret_cast<std::uint32_t*>(table_.data()) + round * dimension, dimension);
    std::iota(entries.begin(), entries.end(), 0U);
    for (std::uint32_t i = static_cast<std::uint32_t>(dimension) - 1; i > 0; --i) {
      std::swap(entries[i], entries[stream.below(i + 1)]);
    }
    for (std::uint32_t& entry : entries) entry = entry << 1 | (stream.next() & 1);
  }
}

void GalleryTransform::apply(std::span<float> values) const {
  if (values.size() != dimension_)
    throw std::invalid_argument("a template of another length than the gallery's");
  std::vector<float> before(dimension_);
  for (std::size_t round = 0; round < rounds; ++round) {
    const auto entries = round_of(table_, round, dimension_);
    std::ranges::copy(values, before.begin());
    for (std::size_t i = 0; i < dimension_; ++i) {
      const float value = before[entries[i] >> 1];
      values[i] = (entries[i] & 1) != 0 ? -value : value;
    }
    walsh_hadamard(values);
  }
  cleanse(std::span(before));
}

void GalleryTransform::invert(std::span<float> values) const {
  if (values.size() != dimension_)
    throw std::invalid_argument("a template of another length than the gallery's");
  std::vector<float> before(dimension_);
  for (std::size_t round = rounds; round-- > 0;) {
    const auto entries = round_of(table_, round, dimension_);
    walsh_hadamard(values);
    std::ranges::copy(values, before.begin());
    for (std::size_t i = 0; i < dimension_; ++i) {
      values[entries[i] >> 1] = (entries[i] & 1) != 0 ? -before[i] : before[i];
    }
  }
  cleanse(std::span(before));
}

}  // namespace sesame::biometric
