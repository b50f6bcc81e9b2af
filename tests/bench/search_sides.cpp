// Made-up people, and the plain ways to read and rank them.
#include "tests/bench/search_sides.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <random>

namespace sesame::bench {

namespace {

using Generator = std::mt19937_64;

// Sums of uniform numbers are near enough to a normal spread, and quick.
void spread(std::uint64_t seed, std::span<float> values) {
  Generator random(seed);
  for (float& value : values) {
    const std::uint64_t bits = random();
    const auto part = [bits](int which) { return static_cast<float>(bits >> (16 * which) & 0xFFFF); };
    value = (part(0) + part(1) + part(2) + part(3)) / 65536 - 2;
  }
}

void to_unit_length(std::span<float> values) {
  float squares = 0;
  for (const float value : values) squares += value * value;
  const float factor = 1 / std::sqrt(squares);
  for (float& value : values) value *= factor;
}

void mix(std::span<float> values, std::span<const float> other, float likeness) {
  const float rest = std::sqrt(1 - likeness * likeness);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = rest * values[i] + likeness * other[i];
}

std::vector<float> direction(std::uint64_t seed) {
  std::vector<float> values(face_length);
  spread(seed, values);
  to_unit_length(values);
  return values;
}

double product(std::span<const float> left, std::span<const float> right) {
  double sum = 0;
  for (std::size_t i = 0; i < left.size(); ++i) sum += double{left[i]} * right[i];
  return sum;
}

// The widest vectors of the processor, without a word of how. By what it can do: by names, GCC takes no other maker's processor
// for one of Intel's.
#define SESAME_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
using Floats = float __attribute__((vector_size(64)));
using Words = std::uint64_t __attribute__((vector_size(64)));

// Four probes with one row.
SESAME_WIDEST void products(const float* row, const std::array<const float*, 4>& probes, std::array<float, 4>& out) {
  Floats sums[4] = {};
  for (std::size_t i = 0; i < face_length; i += 16) {
    Floats values;
    std::memcpy(&values, row + i, sizeof(values));
    for (std::size_t k = 0; k < 4; ++k) {
      Floats probe;
      std::memcpy(&probe, probes[k] + i, sizeof(probe));
      sums[k] += values * probe;
    }
  }
  for (std::size_t k = 0; k < 4; ++k) {
    out[k] = 0;
    for (std::size_t lane = 0; lane < 16; ++lane) out[k] += sums[k][lane];
  }
}

}  // namespace

void People::make(std::size_t first, std::span<float> rows) const {
  constexpr std::uint64_t families = 1ULL << 40;
  const float likeness = std::sqrt(0.3F);
  std::vector<float> family;
  for (std::size_t i = 0; i * face_length < rows.size(); ++i) {
    const std::size_t customer = first + i;
    const auto row = rows.subspan(i * face_length, face_length);
    spread(customer, row);
    to_unit_length(row);
    // Every eighth four: most people have no double.
    if (customer / 4 % 8 == 0) {
      if (family.empty() || customer % 4 == 0 || i == 0) family = direction(families + customer / 4);
      mix(row, family, likeness);
      to_unit_length(row);
    }
  }
}

std::vector<People::Probe> People::probes(std::size_t count, std::size_t from) const {
  constexpr std::uint64_t captures = 1ULL << 41;
  std::vector<Probe> probes;
  for (std::size_t i = from; i < from + count; ++i) {
    Probe probe{direction(captures + i), i * 7919 % count_};
    Generator random(i);
    const float likeness = std::clamp(std::normal_distribution<float>(0.5F, 0.15F)(random), 0.05F, 0.9F);
    std::vector<float> own(face_length);
    make(probe.customer, own);
    mix(probe.values, own, likeness);
    to_unit_length(probe.values);
    probes.push_back(std::move(probe));
  }
  return probes;
}

namespace {

// Unrolled, so that the sums stay in registers.
template <std::size_t streams>
[[gnu::always_inline]] inline std::uint64_t read_in_streams(std::span<const std::uint8_t> bytes) {
  constexpr std::size_t ahead = 1024;
  const std::size_t share = bytes.size() / streams / sizeof(Words) * sizeof(Words);
  Words sums[streams] = {};
  for (std::size_t i = 0; i < share; i += sizeof(Words)) {
#pragma GCC unroll 8
    for (std::size_t k = 0; k < streams; ++k) {
      const std::uint8_t* from = bytes.data() + k * share + i;
      __builtin_prefetch(from + ahead);
      Words words;
      std::memcpy(&words, from, sizeof(words));
      sums[k] += words;
    }
  }
  std::uint64_t sum = 0;
  for (std::size_t i = streams * share; i < bytes.size(); ++i) sum += bytes[i];
  for (const Words& each : sums)
    for (std::size_t lane = 0; lane < 8; ++lane) sum += each[lane];
  return sum;
}

}  // namespace

// One stream from memory is as slow as one miss after another. How many streams are best is the processor's choice.
SESAME_WIDEST std::uint64_t plain_read_in_4(std::span<const std::uint8_t> bytes) { return read_in_streams<4>(bytes); }
SESAME_WIDEST std::uint64_t plain_read_in_8(std::span<const std::uint8_t> bytes) { return read_in_streams<8>(bytes); }

FloatRanks::FloatRanks(const People& people, std::vector<People::Probe> probes)
    : probes_(std::move(probes)), above_(probes_.size()) {
  for (const auto& probe : probes_) {
    std::vector<float> own(face_length);
    people.make(probe.customer, own);
    own_.push_back(product(probe.values, own));
  }
}

void FloatRanks::add(std::size_t first, Rows rows, const InParts& in_parts) {
  const std::size_t fours = probes_.size() / 4, count = rows.size() / face_length;
  in_parts(fours, [&](std::size_t four) {
    const std::size_t at = four * 4;
    std::array<const float*, 4> values;
    for (std::size_t k = 0; k < 4; ++k) values[k] = probes_[at + k].values.data();
    std::array<float, 4> found{};
    for (std::size_t row = 0; row < count; ++row) {
      products(&rows[row * face_length], values, found);
      for (std::size_t k = 0; k < 4; ++k) {
        if (probes_[at + k].customer == first + row || found[k] < own_[at + k] - 1e-5) continue;
        const double exact = product(probes_[at + k].values, rows.subspan(row * face_length, face_length));
        above_[at + k] += exact > own_[at + k] ? 1 : 0;
      }
    }
  });
}

}  // namespace sesame::bench
