#include "spi/host/program/progress_bar.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace sesame::program {

std::string progress_line(const std::string& what, std::uint64_t done, std::uint64_t wanted) {
  constexpr std::uint64_t width = 24;
  done = std::min(done, wanted);
  const auto filled = static_cast<std::size_t>(wanted == 0 ? 0 : done * width / wanted);
  return what + " [" + std::string(filled, '#') + std::string(width - filled, ' ') + "] " +
         std::to_string(done) + " of " + std::to_string(wanted);
}

ProgressBar::ProgressBar(std::string what)
    : what_(std::move(what)), on_terminal_(isatty(STDERR_FILENO) != 0) {}

ProgressBar::~ProgressBar() {
  if (shown_) std::fputs("\r\x1b[K", stderr);
}

void ProgressBar::show(std::uint64_t done, std::uint64_t wanted) {
  if (!on_terminal_) return;
  std::fprintf(stderr, "\r%s\x1b[K", progress_line(what_, done, wanted).c_str());
  std::fflush(stderr);
  shown_ = true;
}

}  // namespace sesame::program
