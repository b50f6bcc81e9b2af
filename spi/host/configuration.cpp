#include "spi/host/configuration.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace sesame::spi {

struct Section::Node {
  YAML::Node yaml;
  std::string file, path;  // "services[2]"
  int line = 0;
  mutable std::set<std::string, std::less<>> asked;  // whether or not they are there
};

namespace {
std::string joined(const std::string& path, std::string_view key) {
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}
template <class Words>
std::string list_of(const Words& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}
}  // namespace

Section::Section(std::shared_ptr<const Node> node) : node_(std::move(node)) {}

Section Section::from_file(const std::string& file_name) {
  std::ifstream file(file_name);
  if (!file) throw ConfigurationError(file_name + ": cannot be read: " + std::strerror(errno));
  std::ostringstream text;
  text << file.rdbuf();
  return from_text(text.str(), file_name);
}

Section Section::from_text(const std::string& text, const std::string& file_name) {
  constexpr std::size_t limit = 1u << 20;
  if (text.size() > limit) throw ConfigurationError(file_name + ": expected a configuration of at most 1 MiB");
  try {
    auto node = std::make_shared<Node>();
    node->yaml = YAML::Load(text);
    node->file = file_name;
    if (!node->yaml.IsMap() && !node->yaml.IsNull()) throw ConfigurationError(file_name + ":1: expected a mapping (key: value)");
    return Section(std::move(node));
  } catch (const YAML::Exception& error) {
    throw ConfigurationError(file_name + ":" + std::to_string(error.mark.line + 1) + ": not YAML: " + error.msg);
  }
}

std::shared_ptr<const Section::Node> Section::child(std::string_view key) const {
  node_->asked.emplace(key);
  if (!node_->yaml.IsMap()) return nullptr;
  const YAML::Node& map = node_->yaml;
  const YAML::Node value = map[std::string(key)];
  if (!value.IsDefined() || value.IsNull()) return nullptr;
  auto node = std::make_shared<Node>();
  node->yaml = value;
  node->file = node_->file;
  node->path = joined(node_->path, key);
  node->line = value.Mark().line + 1;
  return node;
}

bool Section::has(std::string_view key) const { return child(key) != nullptr; }

std::vector<std::string> Section::keys() const {
  std::vector<std::string> keys;
  if (node_->yaml.IsMap())
    for (const auto& entry : node_->yaml) keys.push_back(entry.first.as<std::string>());
  return keys;
}

std::string Section::where(std::string_view key) const {
  const auto node = key.empty() ? nullptr : child(key);
  const int line = node ? node->line : node_->line;
  return node_->file + (line > 0 ? ":" + std::to_string(line) : "");
}

void Section::fail(std::string_view key, const std::string& expected) const {
  throw ConfigurationError(where(key) + ": " + joined(node_->path, key) + ": expected " + expected);
}

std::string Section::text(std::string_view key) const {
  const auto node = child(key);
  if (!node || !node->yaml.IsScalar()) fail(key, "a text");
  return node->yaml.Scalar();
}

std::string Section::text(std::string_view key, std::string fallback) const { return has(key) ? text(key) : std::move(fallback); }

std::string Section::word(std::string_view key, std::initializer_list<std::string_view> allowed, std::string_view fallback) const {
  if (!has(key) && !fallback.empty()) return std::string(fallback);
  const auto node = child(key);
  if (node && node->yaml.IsScalar() && std::find(allowed.begin(), allowed.end(), node->yaml.Scalar()) != allowed.end())
    return node->yaml.Scalar();
  fail(key, "one of " + list_of(allowed));
}

std::int64_t Section::integer(std::string_view key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> fallback) const {
  const auto node = child(key);
  if (!node && fallback) return *fallback;
  std::int64_t value = 0;
  if (node && node->yaml.IsScalar() && YAML::convert<std::int64_t>::decode(node->yaml, value) && value >= low && value <= high)
    return value;
  fail(key, "a whole number from " + std::to_string(low) + " to " + std::to_string(high));
}

double Section::number(std::string_view key, double low, double high, std::optional<double> fallback) const {
  const auto node = child(key);
  if (!node && fallback) return *fallback;
  double value = 0;
  if (node && node->yaml.IsScalar() && YAML::convert<double>::decode(node->yaml, value) && value >= low && value <= high)
    return value;
  std::ostringstream expected;
  expected << "a number from " << low << " to " << high;
  fail(key, expected.str());
}

bool Section::boolean(std::string_view key, std::optional<bool> fallback) const {
  const auto node = child(key);
  if (!node && fallback) return *fallback;
  bool value = false;
  if (node && node->yaml.IsScalar() && YAML::convert<bool>::decode(node->yaml, value)) return value;
  fail(key, "true or false");
}

std::vector<std::string> Section::texts(std::string_view key) const {
  const auto node = child(key);
  if (!node) return {};
  if (node->yaml.IsScalar()) return {node->yaml.Scalar()};
  std::vector<std::string> texts;
  if (!node->yaml.IsSequence()) fail(key, "a list of texts");
  for (const auto& each : node->yaml) {
    if (!each.IsScalar()) fail(key, "a list of texts");
    texts.push_back(each.Scalar());
  }
  return texts;
}

Section Section::section(std::string_view key) const {
  auto node = child(key);
  if (node && !node->yaml.IsMap()) fail(key, "a mapping (key: value)");
  if (!node) {
    auto empty = std::make_shared<Node>();
    empty->file = node_->file;
    empty->path = joined(node_->path, key);
    empty->line = node_->line;
    node = std::move(empty);
  }
  return Section(std::move(node));
}

std::vector<Section> Section::sections(std::string_view key) const {
  const auto list = child(key);
  std::vector<Section> sections;
  if (!list) return sections;
  if (!list->yaml.IsSequence()) fail(key, "a list of mappings");
  for (std::size_t i = 0; i < list->yaml.size(); ++i) {
    const YAML::Node each = list->yaml[i];
    auto node = std::make_shared<Node>();
    node->yaml = each;
    node->file = node_->file;
    node->path = list->path + "[" + std::to_string(i) + "]";
    node->line = each.Mark().line + 1;
    if (!each.IsMap()) throw ConfigurationError(node->file + ":" + std::to_string(node->line) + ": " + node->path + ": expected a mapping (key: value)");
    sections.push_back(Section(std::move(node)));
  }
  return sections;
}

void Section::allow_only(std::initializer_list<std::string_view> allowed) const {
  for (const auto& key : keys())
    if (std::find(allowed.begin(), allowed.end(), key) == allowed.end()) refuse_key(key, list_of(allowed));
}

void Section::allow_only_asked() const {
  for (const auto& key : keys())
    if (!node_->asked.contains(key)) refuse_key(key, list_of(node_->asked));
}

void Section::refuse_key(const std::string& key, const std::string& allowed) const {
  const YAML::Node& map = node_->yaml;
  throw ConfigurationError(node_->file + ":" + std::to_string(map[key].Mark().line + 1) + ": unknown key " +
                           joined(node_->path, key) + "; expected one of " + allowed);
}

std::string Section::path(std::string_view key, std::string fallback) const {
  const std::filesystem::path given = has(key) ? text(key) : std::move(fallback);
  if (given.empty() || given.is_absolute()) return given.string();
  return (std::filesystem::path(node_->file).parent_path() / given).string();
}

}  // namespace sesame::spi
