// Compiled once for each set of instructions that Highway knows of this processor's family.
#include "biometric/store/int8_scan.hpp"

#include <array>
#include <bit>

// Ice Lake and later, with instructions for products of bytes. Vectors without a size known to the compiler
// cannot stand in arrays.
#define HWY_WANT_AVX3_DL
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "biometric/store/int8_scan.cpp"
#include "hwy/cache_control.h"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
#if HWY_TARGET == HWY_AVX3_DL
// Highway 1.0.3 asks the processor for it but does not tell the compiler.
#pragma GCC target("avx512vnni")
#endif
namespace sesame::biometric::int8::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
static_assert(std::endian::native == std::endian::little);  // how groups of bytes are read as words

// A row a lane, 16 lanes at most.
using Sums = hn::CappedTag<std::int32_t, 16>;
using Floats = hn::RebindToFloat<Sums>;
constexpr std::size_t lanes = HWY_MIN(HWY_LANES(std::int32_t), 16);
// Two vectors of rows at a time share what is read of the probes.
constexpr std::size_t tile_vectors = 2;
constexpr std::size_t tile_rows = tile_vectors * lanes;
static_assert(rows_in_block % tile_rows == 0);
// As many probes at a time as there are registers for.
constexpr std::size_t most_probes = HWY_CAP_GE512 ? 8 : 4;

// Rows of one group, ready to be multiplied.
#if HWY_TARGET == HWY_AVX3_DL
using Group = hn::Vec<Sums>;
HWY_INLINE Group read_group(const std::uint8_t* bytes) {
  return hn::Load(Sums(), reinterpret_cast<const std::int32_t*>(bytes));
}
HWY_INLINE hn::Vec<Sums> add_products(hn::Vec<Sums> sum, const Group& rows, const ProbeCodes& probe,
                                      std::size_t group) {
  return hn::Vec<Sums>{_mm512_dpbusd_epi32(sum.raw, rows.raw, _mm512_set1_epi32(probe.fours[group]))};
}
#elif HWY_TARGET == HWY_SCALAR
using Group = const std::uint8_t*;
HWY_INLINE Group read_group(const std::uint8_t* bytes) { return bytes; }
HWY_INLINE hn::Vec<Sums> add_products(hn::Vec<Sums> sum, const Group& rows, const ProbeCodes& probe,
                                      std::size_t group) {
  for (std::size_t i = 0; i < group_bytes; ++i) {
    const auto code = static_cast<std::int8_t>(static_cast<std::uint32_t>(probe.fours[group]) >> 8 * i);
    sum.raw += rows[i] * code;
  }
  return sum;
}
#else
using Words = hn::Repartition<std::int16_t, Sums>;
struct Group {
  hn::Vec<Words> even, odd;
};
HWY_INLINE Group read_group(const std::uint8_t* bytes) {
  const hn::RebindToUnsigned<Words> bits;
  const auto both = hn::Load(bits, reinterpret_cast<const std::uint16_t*>(bytes));
  return {hn::BitCast(Words(), hn::And(both, hn::Set(bits, 0xFF))),
          hn::BitCast(Words(), hn::ShiftRight<8>(both))};
}
HWY_INLINE hn::Vec<Sums> add_products(hn::Vec<Sums> sum, const Group& rows, const ProbeCodes& probe,
                                      std::size_t group) {
  const auto pair = [&probe, group](std::size_t which) HWY_ATTR {
    return hn::BitCast(Words(), hn::Set(Sums(), probe.pairs[2 * group + which]));
  };
  // Where a product of two pairs lands among the lanes is the processor's choice until they are put in order.
  auto rest = hn::Zero(Sums()), products = hn::Zero(Sums());
  products = hn::ReorderWidenMulAccumulate(Sums(), rows.even, pair(0), products, rest);
  products = hn::ReorderWidenMulAccumulate(Sums(), rows.odd, pair(1), products, rest);
  return hn::Add(sum, hn::RearrangeToOddPlusEven(products, rest));
}
#endif

// One bit a row of this vector.
HWY_INLINE std::uint32_t in_reach(hn::Vec<Sums> sum, const ProbeCodes& probe, float reach,
                                  const float* bounds) {
  const Floats d;
  const auto products = hn::ConvertTo(d, hn::Sub(sum, hn::Set(Sums(), probe.offset)));
  const auto scale = hn::Mul(hn::Load(d, bounds), hn::Set(d, probe.scale));
  const auto length = hn::Load(d, bounds + rows_in_block);
  const auto leftover = hn::Load(d, bounds + 2 * rows_in_block);
  // Makes up for products so small that floats lose them.
  const auto lost = hn::Set(d, 0x1p-100F);
  const auto doubt =
      hn::MulAdd(length, hn::Set(d, probe.length), hn::MulAdd(leftover, hn::Set(d, probe.leftover), lost));
  const auto bound = hn::MulAdd(products, scale, doubt);
  const auto out = hn::Lt(bound, hn::Set(d, reach));  // not a number: not out
  if (HWY_LIKELY(hn::AllTrue(d, out))) return 0;
  std::array<std::uint8_t, 8> bits{};
  hn::StoreMaskBits(d, hn::Not(out), bits.data());
  return bits[0] | static_cast<std::uint32_t>(bits[1]) << 8;
}

// What the functions below are about: blocks, and what is asked of each. Probes come beside it: pointers out
// of one struct within another would be read again for every group.
struct Question {
  BlockShape shape;
  const std::uint8_t* const* blocks;
};

// How far before its use the memory is asked for a byte. Of one block: the block after it, while there is
// work on this; with many probes the memory would idle. Of several: what a plain read does best with.
template <std::size_t blocks>
std::size_t bytes_ahead(const BlockShape& shape) {
  return blocks == 1 ? shape.bytes() : 1024;
}

// Rows are by block, and by probe within it.
template <std::size_t blocks, std::size_t count>
HWY_INLINE void ask_tile(const Question& question, std::size_t tile, const ProbeCodes* probes,
                         const float* reach, std::uint32_t* rows) {
  hn::Vec<Sums> sums[blocks * count][tile_vectors];
  for (std::size_t i = 0; i < blocks * count; ++i) {
    for (std::size_t v = 0; v < tile_vectors; ++v) sums[i][v] = hn::Zero(Sums());
  }
  const std::size_t ahead = bytes_ahead<blocks>(question.shape);
  const std::uint8_t* bytes[blocks];
  for (std::size_t b = 0; b < blocks; ++b) bytes[b] = question.blocks[b] + tile * tile_rows * group_bytes;
  for (std::size_t group = 0; group < question.shape.groups(); ++group) {
    HWY_UNROLL(8)
    for (std::size_t b = 0; b < blocks; ++b, bytes[b - 1] += rows_in_block * group_bytes) {
      hwy::Prefetch(bytes[b] + ahead);
      hwy::Prefetch(bytes[b] + ahead + 64);
      const Group first = read_group(bytes[b]), second = read_group(bytes[b] + lanes * group_bytes);
      HWY_UNROLL(8)
      for (std::size_t i = 0; i < count; ++i) {
        auto& [left, right] = sums[b * count + i];
        left = add_products(left, first, probes[i], group);
        right = add_products(right, second, probes[i], group);
      }
    }
  }
  for (std::size_t i = 0; i < blocks * count; ++i) {
    const std::uint8_t* const codes_end = question.blocks[i / count] + question.shape.code_bytes();
    const auto* bounds = reinterpret_cast<const float*>(codes_end);
    for (std::size_t v = 0; v < tile_vectors; ++v) {
      const std::size_t row = tile * tile_rows + v * lanes;
      rows[i] |= in_reach(sums[i][v], probes[i % count], reach[i % count], bounds + row) << row;
    }
  }
}

template <std::size_t blocks, std::size_t count>
void ask(const Question& question, const ProbeCodes* probes, const float* reach, std::uint32_t* rows) {
  for (std::size_t i = 0; i < blocks * count; ++i) rows[i] = 0;
  for (std::size_t tile = 0; tile < rows_in_block / tile_rows; ++tile)
    ask_tile<blocks, count>(question, tile, probes, reach, rows);
}

void RowsInReach(const BlockShape& shape, const std::uint8_t* block, std::span<const ProbeCodes> probes,
                 const float* reach, std::uint32_t* rows) {
  const Question question{shape, &block};
  std::size_t done = 0;
  const auto left = [&] { return probes.size() - done; };
  for (; most_probes == 8 && left() >= 8; done += 8)
    ask<1, most_probes>(question, &probes[done], reach + done, rows + done);
  for (; left() >= 4; done += 4) ask<1, 4>(question, &probes[done], reach + done, rows + done);
  for (; left() >= 2; done += 2) ask<1, 2>(question, &probes[done], reach + done, rows + done);
  if (left() == 1) ask<1, 1>(question, &probes[done], reach + done, rows + done);
}

void RowsInReachSideBySide(const BlockShape& shape, const std::uint8_t* const* blocks,
                           const ProbeCodes& probe, float reach, std::uint32_t* rows) {
  ask<blocks_side_by_side, 1>({shape, blocks}, &probe, &reach, rows);
}

// Shorter vectors have to come back for the rest of a block's rows, and have no registers for more blocks.
bool BetterSideBySide() { return tile_rows == rows_in_block; }

}  // namespace sesame::biometric::int8::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sesame::biometric::int8 {

HWY_EXPORT(RowsInReach);
HWY_EXPORT(RowsInReachSideBySide);
HWY_EXPORT(BetterSideBySide);

void rows_in_reach(const BlockShape& shape, const std::uint8_t* block, std::span<const ProbeCodes> probes,
                   std::span<const float> reach, std::span<std::uint32_t> rows) {
  HWY_DYNAMIC_DISPATCH(RowsInReach)(shape, block, probes, reach.data(), rows.data());
}

std::array<std::uint32_t, blocks_side_by_side> rows_in_reach(const BlockShape& shape,
                                                             const BlocksSideBySide& blocks,
                                                             const ProbeCodes& probe, float reach) {
  std::array<std::uint32_t, blocks_side_by_side> rows;
  HWY_DYNAMIC_DISPATCH(RowsInReachSideBySide)(shape, blocks.data(), probe, reach, rows.data());
  return rows;
}

bool better_side_by_side() { return HWY_DYNAMIC_DISPATCH(BetterSideBySide)(); }

}  // namespace sesame::biometric::int8
#endif
