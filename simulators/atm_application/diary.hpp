// What the ATM application saw, one JSON object a line: {"at":"2026-01-31T12:00:00.000Z","saw":"taken","customer":3}.
// Account numbers come here masked; no PIN, no track. Owned by the program; executor thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "spi/service/executor.hpp"

namespace sesame::simulators {

class Diary {
 public:
  using Line = std::function<void(const std::string&)>;
  Diary(spi::Executor& executor, Line line) : executor_(executor), line_(std::move(line)) {}

  void write(std::string_view saw);
  void write(std::string_view saw, const boost::json::object& details);

 private:
  spi::Executor& executor_;
  Line line_;
};

/// "2026-01-31T12:00:00.000Z".
std::string utc(spi::WallTime time);

}  // namespace sesame::simulators
