// JSON text to values under limits: Boost.JSON's parser with a handler of our own, because its ready-made one
// takes the last of two equal keys without a word.
#include "spi/contract/json_text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <set>
#include <vector>

#include "spi/contract/envelope.hpp"

namespace sesame::contract {

namespace json = boost::json;
using error_code = boost::system::error_code;

namespace {

// What the parser says, as Boost.JSON's handler wants it; what a handler does not care for is accepted.
struct Accepting {
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t, error_code&) { return true; }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t, error_code&) { return true; }
  bool on_key_part(json::string_view, std::size_t, error_code&) { return true; }
  bool on_key(json::string_view, std::size_t, error_code&) { return true; }
  bool on_string_part(json::string_view, std::size_t, error_code&) { return true; }
  bool on_string(json::string_view, std::size_t, error_code&) { return true; }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t, json::string_view, error_code&) { return true; }
  bool on_uint64(std::uint64_t, json::string_view, error_code&) { return true; }
  bool on_double(double, json::string_view, error_code&) { return true; }
  bool on_bool(bool, error_code&) { return true; }
  bool on_null(error_code&) { return true; }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }
};

// Builds the value. Of two equal keys the object takes the last, without a word: members() tells how many there should be.
class Builder : public Accepting {
 public:
  Builder() : stack_({}, scratch_, sizeof scratch_) {
    // The values of one text live and end together.
    stack_.reset(json::make_shared_resource<json::monotonic_resource>(1024));
  }
  json::value take() { return stack_.release(); }
  std::size_t members() const { return members_; }
  bool out_of_range() const { return out_of_range_; }

  bool on_object_end(std::size_t count, error_code&) { return members_ += count, stack_.push_object(count), true; }
  bool on_array_end(std::size_t count, error_code&) { return stack_.push_array(count), true; }
  bool on_key_part(json::string_view part, std::size_t, error_code&) { return stack_.push_chars(part), true; }
  bool on_key(json::string_view part, std::size_t, error_code&) { return stack_.push_key(part), true; }
  bool on_string_part(json::string_view part, std::size_t, error_code&) { return stack_.push_chars(part), true; }
  bool on_string(json::string_view part, std::size_t, error_code&) { return stack_.push_string(part), true; }
  bool on_int64(std::int64_t number, json::string_view, error_code&) { return stack_.push_int64(number), true; }
  bool on_uint64(std::uint64_t number, json::string_view, error_code&) { return stack_.push_uint64(number), true; }
  bool on_double(double number, json::string_view, error_code& error) {
    out_of_range_ = !std::isfinite(number);
    if (out_of_range_) error = json::make_error_code(json::error::exception);
    else stack_.push_double(number);
    return !out_of_range_;
  }
  bool on_bool(bool truth, error_code&) { return stack_.push_bool(truth), true; }
  bool on_null(error_code&) { return stack_.push_null(), true; }

 private:
  unsigned char scratch_[1024];
  json::value_stack stack_;
  std::size_t members_ = 0;
  bool out_of_range_ = false;
};

std::size_t members_of(const json::value& value) {
  std::size_t count = 0;
  if (const auto* object = value.if_object()) {
    count = object->size();
    for (const auto& member : *object) count += members_of(member.value());
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) count += members_of(element);
  }
  return count;
}

// Stops at the first key that its object has already.
class TwiceFinder : public Accepting {
 public:
  const std::string& key() const { return key_; }

  bool on_object_begin(error_code&) { return open_.emplace_back(), true; }
  bool on_object_end(std::size_t, error_code&) { return open_.pop_back(), true; }
  bool on_key_part(json::string_view part, std::size_t, error_code&) { return key_.append(part.data(), part.size()), true; }
  bool on_key(json::string_view part, std::size_t, error_code& error) {
    key_.append(part.data(), part.size());
    if (!open_.back().insert(key_).second) {
      error = json::make_error_code(json::error::exception);
      return false;
    }
    return key_.clear(), true;
  }

 private:
  std::vector<std::set<std::string>> open_;
  std::string key_;
};

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 64)) out += c > ' ' && c < 0x7f ? c : '?';
  return out;
}

EnvelopeFault not_json(std::string message, std::size_t at) {
  return {EnvelopeFault::Kind::not_json, message + " at byte " + std::to_string(at), {}, {}};
}

EnvelopeFault same_key_twice(std::string_view text, const json::parse_options& options) {
  json::basic_parser<TwiceFinder> finder(options);
  error_code error;
  const std::size_t read = finder.write_some(false, text.data(), text.size(), error);
  return not_json("the property \"" + printable(finder.handler().key()) + "\" is given twice", read);
}

EnvelopeFault fault_of(const Builder& builder, const error_code& error, std::size_t at) {
  if (builder.out_of_range()) return not_json("a number is out of range", at);
  if (error == json::error::too_deep)
    return {EnvelopeFault::Kind::too_deep, "the JSON text is nested too deeply at byte " + std::to_string(at), {}, {}};
  return not_json("not JSON: " + error.message(), at);
}

std::variant<json::value, EnvelopeFault> parse_limited(std::string_view text, const EnvelopeLimits& limits) {
  if (text.size() > limits.bytes)
    return EnvelopeFault{
        EnvelopeFault::Kind::not_json, "longer than " + std::to_string(limits.bytes) + " bytes", {}, {}};
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<Builder> parser(options);
  error_code error;
  std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read < text.size()) {
    // White space may follow the document, nothing else.
    const std::string_view rest = text.substr(read);
    if (rest.find_first_not_of(" \t\r\n") != std::string_view::npos)
      error = json::make_error_code(json::error::extra_data);
  }
  if (error) return fault_of(parser.handler(), error, read);
  json::value value = parser.handler().take();
  if (members_of(value) != parser.handler().members()) return same_key_twice(text, options);
  return value;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  unsigned special = 0;  // without a branch for each character
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < ' ';
    special |= static_cast<unsigned>(control) | static_cast<unsigned>(c == '"') | static_cast<unsigned>(c == '\\');
  }
  if (special == 0)
    out.append("\"").append(text).append("\"");
  else
    out.append(json::serialize(json::string_view(text)));
}

std::variant<json::value, EnvelopeFault> parse_json(std::string_view text, const EnvelopeLimits& limits) try {
  return parse_limited(text, limits);
} catch (const std::exception&) {  // out of memory, or a string longer than Boost.JSON holds
  return EnvelopeFault{EnvelopeFault::Kind::not_json, "too large to be held", {}, {}};
}

}  // namespace sesame::contract
