// What was measured, against what was promised. One row a figure; printed as a table and written as data. A value; one thread.
#pragma once

#include <boost/json/array.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sesame::bench {

struct Row {
  std::string part, what, unit;
  double measured = 0;
  std::optional<double> limit;  // measured must not pass it
};

class Results {
 public:
  void add(Row row);
  void note(const std::string& text);
  /// Every row has met its limit.
  bool met() const;
  boost::json::array data() const;

 private:
  std::vector<Row> rows_;
};

/// Of sorted or unsorted samples: the value below which `share` of them lie.
double percentile(std::vector<double> samples, double share);

}  // namespace sesame::bench
