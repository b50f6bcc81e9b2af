#include "simulators/atm_application/diary.hpp"

#include <boost/json.hpp>
#include <cstdio>
#include <ctime>

namespace sesame::simulators {

std::string utc(spi::WallTime time) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
  const std::time_t seconds = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const auto length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds % 1000));
  return text;
}

void Diary::write(std::string_view saw) { write(saw, {}); }

void Diary::write(std::string_view saw, const boost::json::object& details) {
  boost::json::object entry;
  entry["at"] = utc(executor_.wall_now());
  entry["saw"] = saw;
  for (const auto& detail : details) entry[detail.key()] = detail.value();
  line_(boost::json::serialize(entry));
}

}  // namespace sesame::simulators
