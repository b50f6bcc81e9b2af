// Exact 1:N: one probe over all templates, against reading the same bytes once.
#include <chrono>
#include <fmt/format.h>
#include <numeric>
#include <random>
#include <sys/resource.h>

#include "biometric/store/search_index.hpp"
#include "tests/bench/parts.hpp"

namespace sesame::bench {
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t dimension = 512;

std::vector<float> direction(std::minstd_rand& random) {
  std::uniform_real_distribution<float> value(-1, 1);
  std::vector<float> values(dimension);
  float squares = 0;
  for (float& each : values) {
    each = value(random);
    squares += each * each;
  }
  for (float& each : values) each /= std::sqrt(squares);
  return values;
}

double milliseconds(Clock::time_point began) { return std::chrono::duration<double, std::milli>(Clock::now() - began).count(); }

}  // namespace

void measure_search(Results& results, const Settings& settings) {
  const std::size_t count = settings.full ? 1'000'000 : 100'000;
  std::minstd_rand random(1);
  biometric::SearchIndex index(dimension);
  std::vector<float> plain;
  plain.reserve(count * dimension);
  try {
    for (std::size_t i = 0; i < count; ++i) {
      const auto values = direction(random);
      index.add(std::to_string(i), values);
      plain.insert(plain.end(), values.begin(), values.end());
    }
  } catch (const std::runtime_error& error) {
    return results.note(fmt::format("1:N search not measured: {}", error.what()));
  }
  std::vector<double> searches, reads;
  volatile float sink = 0;
  for (int repeat = 0; repeat < 7; ++repeat) {
    const auto probe = direction(random);
    auto began = Clock::now();
    sink = sink + index.search(probe, 1).front().cosine;
    searches.push_back(milliseconds(began));
    began = Clock::now();
    std::uint64_t sum = 0;
    const auto* words = reinterpret_cast<const std::uint64_t*>(plain.data());
    for (std::size_t i = 0; i < plain.size() / 2; ++i) sum += words[i];
    sink = sink + static_cast<float>(sum & 1);
    reads.push_back(milliseconds(began));
  }
  const std::string size = fmt::format("{} templates of {} floats", count, dimension);
  results.add({"1:N", size + ": search", "ms", percentile(searches, 0.5), {}});
  results.add({"1:N", size + ": a plain read", "ms", percentile(reads, 0.5), {}});
  results.add({"1:N", "search / read", "x", percentile(searches, 0.5) / percentile(reads, 0.5), 1.3});
}

}  // namespace sesame::bench
