// The bound by which a search leaves rows out: it must hold for every row, and be of use.
#include "biometric/store/int8_rows.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "biometric/store/int8_scan.hpp"
#include "tests/unit/vault/faces.hpp"
#include "tests/unit/vault/instruction_sets.hpp"
#include "tests/unit/vault/plain_search.hpp"

namespace sesame::biometric::int8 {
namespace {

// A block's worth of rows, and one probe.
class Block {
 public:
  explicit Block(std::size_t dimension) : shape_(dimension), memory_(shape_.bytes()), dimension_(dimension) {}

  void put(std::size_t row, std::span<const float> values) {
    std::vector<std::int8_t> codes(dimension_);
    const Rounding rounding = round_to_bytes(values, codes);
    BlockRow(shape_, memory_.data(), row).write(codes, rounding);
  }
  bool in_reach(std::size_t row, std::span<const float> probe, float reach) const {
    const Probes probes(shape_, std::span(&probe, 1));
    std::array<std::uint32_t, 1> rows{};
    rows_in_reach(shape_, memory_.data(), probes.codes(), std::array{reach}, rows);
    return (rows[0] >> row & 1) != 0;
  }
  BlockRow row(std::size_t index) { return {shape_, memory_.data(), index}; }
  const std::uint8_t* data() const { return memory_.data(); }

 private:
  BlockShape shape_;
  LockedMemory memory_;
  std::size_t dimension_;
};

// Vectors whose rounding all errs to the same side, in the direction of the probe: where the bound is met.
std::vector<float> worst_row(std::size_t dimension, float below_half) {
  std::vector<float> values(dimension, below_half / 127);
  values[0] = 1;
  return values;
}

void expect_bounds_to_hold(std::size_t dimension) {
  Block block(dimension);
  for (unsigned seed = 0; seed < 300; ++seed) {
    const auto row = seed % 3 == 0 ? worst_row(dimension, 0.3F + 0.199F * static_cast<float>(seed) / 300)
                                   : face(seed, dimension);
    const auto probe = seed % 2 == 0 ? worst_row(dimension, 0.49F) : face(seed + 1, dimension);
    block.put(seed % rows_in_block, row);
    ASSERT_TRUE(block.in_reach(seed % rows_in_block, probe, float_below(plain_product(row, probe)))) << seed;
  }
}

TEST(Int8Rows, no_row_scores_more_than_its_bound) {
  with_each_instruction_set([] {
    for (const std::size_t dimension : {1, 4, 30, 512}) expect_bounds_to_hold(dimension);
  });
}

TEST(Int8Rows, the_bound_of_a_face_is_near_its_score) {
  Block block(template_length);
  for (unsigned seed = 0; seed < 200; ++seed) {
    const auto probe = face_again(seed, 0.5F);
    block.put(seed % rows_in_block, face(seed));
    ASSERT_FALSE(block.in_reach(seed % rows_in_block, probe, cosine(face(seed), probe) + 0.025F)) << seed;
  }
}

TEST(Int8Rows, a_row_is_read_from_its_own_place) {
  Block block(40);
  for (std::size_t row = 0; row < rows_in_block; ++row) block.put(row, face(static_cast<unsigned>(row), 40));
  block.row(3).copy_from(block.row(31));
  block.row(31).clear();
  for (std::size_t row = 0; row < 31; ++row) {
    const auto probe = face(row == 3 ? 31U : static_cast<unsigned>(row), 40);
    for (std::size_t other = 0; other < 31; ++other)
      EXPECT_EQ(block.in_reach(other, probe, 0.95F), other == row);
  }
}

TEST(Int8Rows, blocks_read_side_by_side_answer_each_for_itself) {
  const auto probe = face(5000, 63);
  const std::span<const float> view(probe);
  const BlockShape shape(63);
  std::vector<Block> blocks;
  BlocksSideBySide places;
  for (unsigned b = 0; b < blocks_side_by_side; ++b) {
    Block& block = blocks.emplace_back(63);
    for (unsigned row = 0; row < rows_in_block; ++row) block.put(row, face(b * 100 + row, 63));
    block.put(7 * b, probe);
    places[b] = block.data();
  }
  const Probes probes(shape, std::span(&view, 1));
  with_each_instruction_set([&] {
    const auto far = rows_in_reach(shape, places, probes.codes()[0], 0.95F);
    const auto near = rows_in_reach(shape, places, probes.codes()[0], 0.1F);
    for (unsigned b = 0; b < blocks_side_by_side; ++b) {
      EXPECT_EQ(far[b], 1U << 7 * b);
      for (unsigned row = 0; row < rows_in_block; ++row)
        EXPECT_EQ((near[b] >> row & 1) != 0, blocks[b].in_reach(row, probe, 0.1F)) << b << " " << row;
    }
  });
}

TEST(Int8Rows, floats_above_and_below_enclose_a_double) {
  constexpr float most = std::numeric_limits<float>::max();
  for (const double value : {0.0, 0.1, -0.1, 1.0, 1e-60, -1e-60, 1e30, 1e300, -1e300, double{most}}) {
    EXPECT_GE(float_above(value), value);
    EXPECT_LE(float_below(value), value);
  }
  EXPECT_EQ(float_above(0.5), 0.5F);
  EXPECT_EQ(float_below(-0.5), -0.5F);
  EXPECT_EQ(float_below(1e300), most);
}

}  // namespace
}  // namespace sesame::biometric::int8
