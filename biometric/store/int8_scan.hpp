// The first pass of a search: which rows of a block can score as much as is asked for (int8_rows.hpp has the
// bound). Highway chooses the instructions at run time; every choice gives bounds that hold. Thread rule: a
// ProbeCodes is a value that is only read; any number of scans at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "biometric/store/int8_rows.hpp"
#include "biometric/template/secret.hpp"

namespace sesame::biometric::int8 {

// One probe as the instructions want it: signed bytes in fours, and the same as 16-bit pairs of the even and
// the odd ones for processors that multiply no bytes. Looks into memory of its owner.
struct ProbeCodes {
  const std::int32_t* fours = nullptr;  // one a group
  const std::int32_t* pairs = nullptr;  // two a group
  std::int32_t offset = 0;              // what the rows' offset adds to every sum
  // The bound's factors of a row's scale, length and leftover, with room for the rounding of floats.
  float scale = 0, length = 0, leftover = 0;
};

// Several probes, rounded, in locked memory of their own.
class Probes {
 public:
  // All of the shape's dimension, finite.
  Probes(const BlockShape& shape, std::span<const std::span<const float>> probes);
  std::span<const ProbeCodes> codes() const { return codes_; }

 private:
  LockedMemory memory_;
  std::vector<ProbeCodes> codes_;
};

// For each probe one bit a row of the block: set where the bound is not below reach[probe]. A set bit
// promises nothing; a row whose bit is clear has a cosine below reach[probe]. Rows never written have any
// bit.
void rows_in_reach(const BlockShape& shape, const std::uint8_t* block, std::span<const ProbeCodes> probes,
                   std::span<const float> reach, std::span<std::uint32_t> rows);

// The same of one probe, which costs so little that all waits for memory: several blocks are read side by
// side, and memory has as many places to bring from at a time. Best where each lies before those that the
// next calls ask for, and no two are in one page; and only with instructions for which it pays.
inline constexpr std::size_t blocks_side_by_side = 4;
using BlocksSideBySide = std::array<const std::uint8_t*, blocks_side_by_side>;
std::array<std::uint32_t, blocks_side_by_side> rows_in_reach(const BlockShape& shape,
                                                             const BlocksSideBySide& blocks,
                                                             const ProbeCodes& probe, float reach);
bool better_side_by_side();

}  // namespace sesame::biometric::int8
