#include <cmath>

#include "biometric/store/int8_scan.hpp"

namespace sesame::biometric::int8 {

namespace {

std::int32_t packed(std::uint32_t low, std::uint32_t high, unsigned bits) {
  return static_cast<std::int32_t>(low | high << bits);
}

// Byte i of a group's four, as unsigned bits.
std::uint32_t byte_at(std::span<const std::int8_t> codes, std::size_t i) {
  return static_cast<std::uint8_t>(codes[i]);
}
std::uint32_t word_at(std::span<const std::int8_t> codes, std::size_t i) {
  return static_cast<std::uint16_t>(codes[i]);
}

// The kernel's float arithmetic rounds six times, each time by at most 2^-24 of s t |<u, q>| + |e||s q| +
// |p||r|, and the first of these is at most |t u| |s q|: 2^-20 of each makes up for it.
void set_bound(ProbeCodes& probe, const Rounding& rounding, std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += double{value} * value;
  constexpr double room = 0x1p-20;
  probe.scale = rounding.scale;
  probe.length = float_above((rounding.leftover + rounding.length * room) * (1 + room));
  // A probe beyond the bound's arithmetic: nothing is in reach by it, everything is looked at.
  probe.leftover =
      std::isinf(rounding.leftover) ? rounding.leftover : float_above(std::sqrt(squares) * (1 + room));
}

}  // namespace

Probes::Probes(const BlockShape& shape, std::span<const std::span<const float>> probes)
    : memory_(probes.size() * shape.groups() * (3 * sizeof(std::int32_t) + group_bytes)) {
  const std::size_t groups = shape.groups();
  auto* words = reinterpret_cast<std::int32_t*>(memory_.data());
  for (const std::span<const float> values : probes) {
    std::int32_t* const fours = words;
    std::int32_t* const pairs = words + groups;
    const std::span codes(reinterpret_cast<std::int8_t*>(words + 3 * groups), groups * group_bytes);
    words += 4 * groups;
    ProbeCodes probe{fours, pairs};
    set_bound(probe, round_to_bytes(values, codes.first(values.size())), values);
    for (std::size_t i = 0; i < groups; ++i) {
      const auto four = codes.subspan(i * group_bytes, group_bytes);
      fours[i] =
          packed(byte_at(four, 0) | byte_at(four, 1) << 8, byte_at(four, 2) | byte_at(four, 3) << 8, 16);
      pairs[2 * i] = packed(word_at(four, 0), word_at(four, 2), 16);
      pairs[2 * i + 1] = packed(word_at(four, 1), word_at(four, 3), 16);
      for (const std::int8_t code : four) probe.offset += byte_offset * code;
    }
    codes_.push_back(probe);
  }
}

}  // namespace sesame::biometric::int8
