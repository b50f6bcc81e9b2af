#include "biometric/gallery.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <random>
#include <utility>

namespace sesame::biometric {

std::string_view to_string(CustomerStatus status) {
  constexpr std::array<std::string_view, 3> words = {"active", "paused", "suspended"};
  return words.at(static_cast<std::size_t>(status));
}

std::string day_of(std::chrono::sys_seconds time) { return rfc3339(time).substr(0, 10); }

std::vector<std::string> draw_names(std::vector<std::string> names, std::size_t most, std::uint32_t seed) {
  std::mt19937 random(seed);
  const std::size_t count = std::min(most, names.size());
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t left = names.size() - i;
    std::swap(names[i], names[i + (random() * left >> 32U)]);
  }
  names.resize(count);
  return names;
}

std::string to_line(const DeletionReceipt& receipt) {
  return "receipt " + std::to_string(receipt.number) + ": " + receipt.time +
         (receipt.enrolment.empty() ? ", no template" : ", enrolment " + receipt.enrolment) + ", " +
         receipt.reason + ", by " + (receipt.by.empty() ? "nobody named" : receipt.by) + ", key " +
         receipt.key + " destroyed";
}

std::string rfc3339(std::chrono::sys_seconds time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace sesame::biometric
