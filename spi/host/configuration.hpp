// Configuration files: YAML read through typed getters that say file, line and what was expected, and refuse keys that
// nobody reads. A Section is a cheap handle into one file; a value, one thread at a time.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::spi {

/// "atm.yaml:12: services[2].timeout: expected a whole number from 1 to 60".
class ConfigurationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Section {
 public:
  /// Reads a file, or text that goes by the name `file_name`. Throws ConfigurationError.
  static Section from_file(const std::string& file_name);
  static Section from_text(const std::string& text, const std::string& file_name);

  bool has(std::string_view key) const;
  std::vector<std::string> keys() const;

  std::string text(std::string_view key) const;
  std::string text(std::string_view key, std::string fallback) const;
  /// One of `allowed`.
  std::string word(std::string_view key, std::initializer_list<std::string_view> allowed, std::string_view fallback = {}) const;
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high, std::optional<std::int64_t> fallback = {}) const;
  double number(std::string_view key, double low, double high, std::optional<double> fallback = {}) const;
  bool boolean(std::string_view key, std::optional<bool> fallback = {}) const;
  std::vector<std::string> texts(std::string_view key) const;       // a list, or one word; empty when absent
  Section section(std::string_view key) const;                      // empty when absent
  std::vector<Section> sections(std::string_view key) const;        // a list of mappings; empty when absent

  /// Throws for any other key: a misspelt key is an error, not a default.
  void allow_only(std::initializer_list<std::string_view> keys) const;
  /// The same for keys that nobody asked for so far: for a section that several parts read, each its own keys.
  void allow_only_asked() const;
  /// "atm.yaml:12".
  std::string where(std::string_view key = {}) const;
  [[noreturn]] void fail(std::string_view key, const std::string& expected) const;
  /// The folder of the file, for paths that are relative to it. A path that is absolute stays.
  std::string path(std::string_view key, std::string fallback = {}) const;

 private:
  struct Node;
  explicit Section(std::shared_ptr<const Node> node);
  std::shared_ptr<const Node> child(std::string_view key) const;
  [[noreturn]] void refuse_key(const std::string& key, const std::string& allowed) const;
  std::shared_ptr<const Node> node_;
};

}  // namespace sesame::spi
