#include "simulators/demo/report.hpp"

#include <fmt/format.h>

namespace sesame::simulators {

double Report::seconds() const { return std::chrono::duration<double>(executor_.now() - began_).count(); }

void Report::heading(const std::string& text) {
  fmt::print(out_, "\n{}\n", text);
  std::fflush(out_);
}

void Report::note(const std::string& text) {
  fmt::print(out_, "{}\n", text);
  std::fflush(out_);
}

void Report::line(const char* how, const std::string& name, double seconds, const std::string& said) {
  fmt::print(out_, "  {:<5} {:<58} {:>7.2f} s  {}\n", how, name, seconds, said);
  std::fflush(out_);
}

spi::Task<bool> Report::step(std::string name, spi::Task<Finding> task) {
  const auto began = executor_.now();
  Finding finding;
  std::string failure;
  try {
    finding = co_await task;
  } catch (const std::exception& error) {
    failure = error.what();
  }
  const double took = std::chrono::duration<double>(executor_.now() - began).count();
  const bool passed = failure.empty();
  last_found_ = finding.data;
  boost::json::object entry{{"name", name}, {"passed", passed}, {"seconds", took}};
  if (passed) entry["found"] = std::move(finding.data);
  else entry["failure"] = failure;
  steps_.push_back(std::move(entry));
  if (!passed) ++failed_;
  line(passed ? "ok" : "FAIL", name, took, passed ? finding.said : failure);
  co_return passed;
}

void Report::skipped(const std::string& name, const std::string& why) {
  ++skipped_;
  steps_.push_back({{"name", name}, {"passed", nullptr}, {"skipped", why}});
  fmt::print(out_, "  {:<5} {:<58} {:>7}    {}\n", "skip", name, "", why);
  std::fflush(out_);
}

boost::json::object Report::data() const {
  return {{"steps", steps_}, {"failed", failed_}, {"skipped", skipped_}, {"seconds", seconds()}};
}

}  // namespace sesame::simulators
