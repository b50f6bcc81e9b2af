#include "biometric/store/int8_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace sesame::biometric::int8 {

namespace {

constexpr float largest_code = 127;
// Between these a product of two scales is a normal float, and the bound's sum of products is finite.
constexpr float smallest_peak = 0x1p-40F;
constexpr float largest_peak = 0x1p40F;

}  // namespace

float float_above(double value) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (value > std::numeric_limits<float>::max()) return infinity;
  const auto nearest = static_cast<float>(std::max(value, -double{std::numeric_limits<float>::max()}));
  return nearest < value ? std::nextafter(nearest, infinity) : nearest;
}

float float_below(double value) { return -float_above(-value); }

Rounding round_to_bytes(std::span<const float> values, std::span<std::int8_t> codes) {
  float peak = 0;
  for (const float value : values) peak = std::max(peak, std::abs(value));
  std::ranges::fill(codes, std::int8_t{0});
  if (peak == 0) return {};
  if (peak < smallest_peak || peak > largest_peak) return {0, 0, std::numeric_limits<float>::infinity()};
  Rounding rounding;
  rounding.scale = peak / largest_code;
  double squares = 0, leftover = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float code = std::clamp(std::nearbyint(values[i] / rounding.scale), -largest_code, largest_code);
    codes[i] = static_cast<std::int8_t>(code);
    // Exact in doubles: 24 bits times 7, and a difference whose bits lie close together.
    const double kept = double{rounding.scale} * code;
    const double rest = values[i] - kept;
    squares += kept * kept;
    leftover += rest * rest;
  }
  // The double sums are off by far less than this allowance.
  constexpr double allowance = 1 + 0x1p-30;
  rounding.length = float_above(std::sqrt(squares) * allowance);
  rounding.leftover = float_above(std::sqrt(leftover) * allowance);
  return rounding;
}

std::uint8_t* BlockRow::group(std::size_t index) const {
  return block_ + (index * rows_in_block + row_) * group_bytes;
}

float& BlockRow::bound(std::size_t which) const {
  return reinterpret_cast<float*>(block_ + shape_.code_bytes())[which * rows_in_block + row_];
}

void BlockRow::write(std::span<const std::int8_t> codes, const Rounding& rounding) {
  for (std::size_t i = 0; i < shape_.groups() * group_bytes; ++i) {
    const int code = i < codes.size() ? codes[i] : 0;
    group(i / group_bytes)[i % group_bytes] = static_cast<std::uint8_t>(code + byte_offset);
  }
  bound(0) = rounding.scale;
  bound(1) = rounding.length;
  bound(2) = rounding.leftover;
}

void BlockRow::copy_from(const BlockRow& other) {
  for (std::size_t i = 0; i < shape_.groups(); ++i) std::memcpy(group(i), other.group(i), group_bytes);
  for (std::size_t i = 0; i < 3; ++i) bound(i) = other.bound(i);
}

void BlockRow::clear() {
  for (std::size_t i = 0; i < shape_.groups(); ++i) std::memset(group(i), 0, group_bytes);
  for (std::size_t i = 0; i < 3; ++i) bound(i) = 0;
}

}  // namespace sesame::biometric::int8
