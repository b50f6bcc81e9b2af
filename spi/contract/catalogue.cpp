#include "spi/contract/catalogue.hpp"

#include <charconv>

#include "spi/contract/type_info.hpp"

namespace sesame::contract {

std::string to_string(Version version) {
  return std::to_string(version.major) + '.' + std::to_string(version.minor);
}

namespace {
// One number without leading zeros; advances `text` past it.
bool take_number(std::string_view& text, std::uint16_t& number) {
  const char* end = text.data() + text.size();
  const auto [next, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || (text.front() == '0' && next - text.data() > 1)) return false;
  text.remove_prefix(static_cast<std::size_t>(next - text.data()));
  return true;
}
}  // namespace

std::optional<Version> parse_version(std::string_view text) {
  Version version;
  if (text.empty() || !take_number(text, version.major) || version.major == 0) return std::nullopt;
  if (text.size() < 2 || text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  if (!take_number(text, version.minor) || !text.empty()) return std::nullopt;
  return version;
}

std::string_view to_string(Lane lane) {
  switch (lane) {
    case Lane::immediate:
      return "immediate";
    case Lane::device:
      return "device";
    case Lane::encryptor:
      return "encryptor";
    case Lane::keyboard:
      return "keyboard";
    case Lane::display:
      return "display";
  }
  return "";
}

Holder::Holder(const TypeInfo& type) : type_(&type), value_(static_cast<const ObjectInfo&>(type).create()) {}

Holder::~Holder() {
  if (value_) static_cast<const ObjectInfo*>(type_)->destroy(value_);
}

std::string_view word_of(const EnumerationInfo& type, std::uint8_t value) {
  return value < type.words.size() ? type.words[value] : std::string_view{};
}

bool value_of(const EnumerationInfo& type, std::string_view word, std::uint8_t& value) {
  for (std::size_t i = 0; i < type.words.size(); ++i) {
    if (type.words[i] != word) continue;
    value = static_cast<std::uint8_t>(i);
    return true;
  }
  return false;
}

}  // namespace sesame::contract
