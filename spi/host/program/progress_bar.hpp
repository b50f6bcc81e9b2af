// ProgressBar: one line on a terminal that says how far long work is, "enrolling anna [####    ] 4 of 8".
// Silent where standard error is no terminal; takes its line away when it goes. One thread.
#pragma once

#include <cstdint>
#include <string>

namespace sesame::program {

/// The line without its end: `done` of `wanted`, where more than wanted counts as all.
std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t wanted);

class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t done, std::uint64_t wanted);

 private:
  std::string what_;
  bool on_terminal_;
  bool shown_ = false;
};

}  // namespace sesame::program
