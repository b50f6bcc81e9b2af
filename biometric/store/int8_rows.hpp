// A template of floats as signed bytes, with what the rounding can have done to a cosine; and how the bytes
// of many rows lie in memory for a search. Values and free functions; no state.
//
// The bound. With a row x = s q + r and a probe p = t u + e (q, u: whole numbers in -127..127; s, t: scales;
// r, e: what rounding left over) the product is
//   <p, x> = s t <u, q>  +  <e, s q>  +  <p, r>
// and by Cauchy and Schwarz
//   <p, x> <= s t <u, q>  +  |e| |s q|  +  |p| |r|.
// <u, q> is exact in whole numbers; the three lengths are known from when row and probe were rounded. So no
// row can score more than this, whatever its leftovers are, and a row whose bound is below a score in hand
// needs no second look. For unit vectors of 512 the bound lies about 0.015 above the cosine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace sesame::biometric::int8 {

// What the bound needs of a vector beside its bytes. Lengths are rounded up.
struct Rounding {
  float scale = 0;     // s
  float length = 0;    // |s q|
  float leftover = 0;  // |r|; infinite where the vector is too large or small for the bound's arithmetic
};

// `codes`: as many as `values`, all finite. A vector whose largest value is outside 2^-40..2^40 gets an
// infinite leftover, so that it is always looked at again.
Rounding round_to_bytes(std::span<const float> values, std::span<std::int8_t> codes);

// The smallest float not below `value`, and the largest not above.
float float_above(double value);
float float_below(double value);

// Rows stand side by side, so that a vector register has a row in each lane and no sum runs across lanes:
// block = groups x rows_in_block x 4 bytes, then scale, length and leftover of each row. Bytes of rows are
// kept plus 128, unsigned: the instructions that multiply bytes want one side so.
inline constexpr std::size_t rows_in_block = 32;
inline constexpr std::size_t group_bytes = 4;  // values of one row that lie together
inline constexpr int byte_offset = 128;

class BlockShape {
 public:
  explicit BlockShape(std::size_t dimension) : groups_((dimension + group_bytes - 1) / group_bytes) {}
  std::size_t groups() const { return groups_; }
  std::size_t code_bytes() const { return groups_ * group_bytes * rows_in_block; }
  std::size_t bytes() const { return code_bytes() + 3 * rows_in_block * sizeof(float); }

 private:
  std::size_t groups_;
};

// One row of a block, in place.
class BlockRow {
 public:
  BlockRow(const BlockShape& shape, std::uint8_t* block, std::size_t row)
      : shape_(shape), block_(block), row_(row) {}
  void write(std::span<const std::int8_t> codes, const Rounding& rounding);
  void copy_from(const BlockRow& other);
  void clear();

 private:
  std::uint8_t* group(std::size_t index) const;
  float& bound(std::size_t which) const;

  BlockShape shape_;
  std::uint8_t* block_;
  std::size_t row_;
};

}  // namespace sesame::biometric::int8
