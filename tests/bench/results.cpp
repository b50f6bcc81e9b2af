#include "tests/bench/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace sesame::bench {

void Results::add(Row row) {
  const std::string limit = row.limit ? fmt::format("limit {:>9.4g}  {}", *row.limit, row.measured <= *row.limit ? "met" : "NOT MET") : "";
  fmt::print("  {:<14} {:<56} {:>11.5g} {:<6} {}\n", row.part, row.what, row.measured, row.unit, limit);
  std::fflush(stdout);
  rows_.push_back(std::move(row));
}

void Results::note(const std::string& text) {
  fmt::print("  {}\n", text);
  std::fflush(stdout);
}

bool Results::met() const {
  return std::ranges::all_of(rows_, [](const Row& row) { return !row.limit || row.measured <= *row.limit; });
}

boost::json::array Results::data() const {
  boost::json::array all;
  for (const auto& row : rows_) {
    boost::json::object one{{"part", row.part}, {"what", row.what}, {"unit", row.unit}, {"measured", row.measured}};
    if (row.limit) {
      one["limit"] = *row.limit;
      one["met"] = row.measured <= *row.limit;
    }
    all.push_back(std::move(one));
  }
  return all;
}

double percentile(std::vector<double> samples, double share) {
  if (samples.empty()) return std::nan("");
  const auto at = std::min(samples.size() - 1, static_cast<std::size_t>(share * static_cast<double>(samples.size())));
  std::ranges::nth_element(samples, samples.begin() + static_cast<std::ptrdiff_t>(at));
  return samples[at];
}

}  // namespace sesame::bench
