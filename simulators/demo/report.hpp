// What the demo found, as it finds it: one line a step for people, everything as data for --json. Nothing is printed that was
// not measured. Owned by the demo; executor thread only.
#pragma once

#include <boost/json.hpp>
#include <cstdio>
#include <string>
#include <vector>

#include "spi/service/task.hpp"

namespace sesame::simulators {

/// What a step that went well has to say: times and facts, for the line and for the data.
struct Finding {
  std::string said;
  boost::json::object data;
};

class Report {
 public:
  Report(spi::Executor& executor, std::FILE* out) : executor_(executor), out_(out), began_(executor.now()) {}

  void heading(const std::string& text);
  /// Runs a step, times it, prints its line. A std::exception that leaves it makes it a failed step with that text.
  spi::Task<bool> step(std::string name, spi::Task<Finding> task);
  /// What the last step found; empty if it failed.
  const boost::json::object& last_found() const { return last_found_; }
  void skipped(const std::string& name, const std::string& why);
  void note(const std::string& text);

  bool passed() const { return failed_ == 0 && skipped_ == 0; }
  int failed() const { return failed_; }
  int steps() const { return static_cast<int>(steps_.size()); }
  int skipped() const { return skipped_; }
  double seconds() const;
  /// The part of --json that is the report's.
  boost::json::object data() const;

 private:
  void line(const char* how, const std::string& name, double seconds, const std::string& said);

  spi::Executor& executor_;
  std::FILE* out_;
  spi::TimePoint began_;
  boost::json::array steps_;
  boost::json::object last_found_;
  int failed_ = 0, skipped_ = 0;
};

}  // namespace sesame::simulators
