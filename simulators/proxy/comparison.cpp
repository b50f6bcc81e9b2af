#include "simulators/proxy/comparison.hpp"

#include <fmt/format.h>
#include <map>
#include <set>

namespace sesame::simulators {
namespace {

// A message with its request's place among the requests of its service instead of its id.
struct Line {
  std::string text;
  std::vector<std::string> properties;  // the text shows states in their place
  std::size_t request = 0;
  friend bool operator==(const Line&, const Line&) = default;
};

std::vector<Line> lines_of(const Transcript& transcript, const std::string& service) {
  std::vector<Line> lines;
  std::map<std::pair<int, std::int64_t>, std::size_t> places;
  for (const Message& message : transcript) {
    if (message.service != service) continue;
    Line line{text_of(message), message.properties, 0};
    if (message.request_id) line.request = places.try_emplace({message.connection, *message.request_id}, places.size() + 1).first->second;
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string shown(const std::vector<Line>& lines, std::size_t index, bool with_request) {
  if (index >= lines.size()) return "nothing";
  return with_request ? fmt::format("{} (request {})", lines[index].text, lines[index].request) : lines[index].text;
}

}  // namespace

std::vector<Visit> visits(const Transcript& recording) {
  std::vector<Visit> found;
  std::optional<std::int64_t> read;
  int connection = 0;
  for (const Message& message : recording) {
    const bool is_read = message.name == "CardReader.ReadRawData";
    if (is_read && message.type == "command") {
      found.push_back({{}, "", message.at_us});
      read = message.request_id;
      connection = message.connection;
    }
    if (found.empty()) continue;
    found.back().messages.push_back(message);
    const bool ends = is_read && message.type == "completion" && message.request_id == read && message.connection == connection;
    if (!ends) continue;
    found.back().read_ended = message.completion_code.empty() ? "success" : message.completion_code;
    if (!message.error_code.empty()) found.back().read_ended += "/" + message.error_code;
  }
  return found;
}

std::string text_of(const Difference& difference) {
  return fmt::format("{}, message {}:\n  {}\n  {}", difference.service.empty() ? "publisher" : difference.service,
                     difference.index + 1, difference.left, difference.right);
}

std::optional<Difference> compare_transcripts(const Transcript& left, const Transcript& right) {
  std::set<std::string> services;
  for (const auto* transcript : {&left, &right})
    for (const Message& message : *transcript) services.insert(message.service);
  for (const auto& service : services) {
    const auto a = lines_of(left, service), b = lines_of(right, service);
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      if (i < a.size() && i < b.size() && a[i] == b[i]) continue;
      const bool same_text = i < a.size() && i < b.size() && a[i].text == b[i].text && a[i].request != b[i].request;
      return Difference{service, i, shown(a, i, same_text), shown(b, i, same_text)};
    }
  }
  return std::nullopt;
}

}  // namespace sesame::simulators
