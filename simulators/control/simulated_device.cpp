#include "simulators/control/simulated_device.hpp"

#include <algorithm>

namespace sesame::simulators {
namespace {

constexpr std::size_t longest_line = 4096;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// The next argument, quotes taken off; leaves the rest in `text`.
std::string next_argument(std::string_view& text) {
  std::string argument;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '"')
      quoted = !quoted;
    else if (!quoted && (text[at] == ' ' || text[at] == '\t'))
      break;
    else
      argument += text[at];
  }
  if (quoted) throw VerbError("a quote is not closed: expected a second \" after the value");
  text = trimmed(text.substr(at));
  return argument;
}

bool starts_with_words(std::string_view line, std::string_view words) {
  return line.starts_with(words) && (line.size() == words.size() || line[words.size()] == ' ');
}

}  // namespace

VerbArguments::VerbArguments(std::string_view text, std::string expected) : expected_(std::move(expected)) {
  text = trimmed(text);
  while (!text.empty()) {
    std::string argument = next_argument(text);
    const auto equals = argument.find('=');
    if (equals == std::string::npos || equals == 0)
      words_.push_back(std::move(argument));
    else
      values_.emplace_back(argument.substr(0, equals), argument.substr(equals + 1));
  }
}

std::optional<std::string> VerbArguments::word() {
  if (words_.empty()) return std::nullopt;
  std::string word = std::move(words_.front());
  words_.erase(words_.begin());
  return word;
}

std::optional<std::string> VerbArguments::value(std::string_view name) {
  const auto found = std::ranges::find(values_, name, &std::pair<std::string, std::string>::first);
  if (found == values_.end()) return std::nullopt;
  std::string value = std::move(found->second);
  values_.erase(found);
  return value;
}

void VerbArguments::end() const {
  if (words_.empty() && values_.empty()) return;
  const std::string extra = words_.empty() ? values_.front().first + "=" : "a word";
  throw VerbError(extra + " is too much: expected " + expected_);
}

SimulatedDevice::~SimulatedDevice() {
  if (gone_) gone_();
}

void SimulatedDevice::verb(std::string words, std::string usage, std::string what, Verb action) {
  verbs_.push_back({std::move(words), std::move(usage), std::move(what), std::move(action)});
}

void SimulatedDevice::verb(std::string words, std::string what, std::function<std::string()> action) {
  verb(std::move(words), "", std::move(what), [action = std::move(action)](VerbArguments& arguments) {
    arguments.end();
    return action();
  });
}

void SimulatedDevice::condition(std::string name, std::function<bool()> holds) {
  conditions_[std::move(name)] = {"", [holds = std::move(holds)](const std::string&) { return holds(); }};
}

void SimulatedDevice::condition(std::string name, std::string usage, std::function<bool(const std::string&)> holds) {
  conditions_[std::move(name)] = {std::move(usage), std::move(holds)};
}

std::string SimulatedDevice::perform(std::string_view line) {
  line = trimmed(line);
  if (line.size() > longest_line) throw VerbError("the line is too long: expected at most 4096 characters");
  if (line == "help") return help();
  const Entry* best = nullptr;  // the longest match: "insert card" before "insert"
  for (const Entry& entry : verbs_)
    if (starts_with_words(line, entry.words) && (!best || entry.words.size() > best->words.size())) best = &entry;
  if (!best) {
    const std::string verb(line.substr(0, std::min<std::size_t>(line.find(' '), 24)));
    throw VerbError("\"" + verb + "\" is no verb of " + name_ + ": expected one of those that `help` lists");
  }
  VerbArguments arguments(line.substr(best->words.size()), best->words + (best->usage.empty() ? "" : " " + best->usage));
  std::string said = best->action(arguments);
  changed();
  return said;
}

spi::Task<std::string> SimulatedDevice::run(std::string line) {
  const auto text = trimmed(line);
  if (!starts_with_words(text, "wait")) co_return perform(text);
  const std::string_view words = trimmed(text.substr(4));
  const auto found = conditions_.find(std::string(words.substr(0, words.find(' '))));
  if (found == conditions_.end()) {
    std::string expected;
    for (const auto& [known, condition] : conditions_) expected += (expected.empty() ? "" : ", ") + known;
    throw VerbError("nothing to wait for by that name: expected one of " + expected);
  }
  const auto& [name, condition] = *found;
  VerbArguments arguments(words.substr(name.size()), "wait " + name + (condition.usage.empty() ? "" : " " + condition.usage));
  const auto argument = arguments.word();
  arguments.end();
  if (argument.has_value() == condition.usage.empty()) throw VerbError("expected " + arguments.expected());
  while (!condition.holds(argument.value_or(""))) co_await changed_.wait();
  co_return "";
}

std::string SimulatedDevice::help() const {
  std::string text;
  for (const Entry& entry : verbs_) {
    std::string line = entry.words + (entry.usage.empty() ? "" : " " + entry.usage);
    if (line.size() < 34) line.resize(34, ' ');
    text += line + "  " + entry.what + "\n";
  }
  std::string names;
  for (const auto& [name, condition] : conditions_)
    names += (names.empty() ? "" : "|") + name + (condition.usage.empty() ? "" : " " + condition.usage);
  if (!names.empty()) text += "wait " + names + "  answers when that is so\n";
  return text + "help                                this list";
}

}  // namespace sesame::simulators
