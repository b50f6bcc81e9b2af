// JSON text to values under limits: Boost.JSON's parser with a handler of our own, because its ready-made one
// takes the last of two equal keys without a word.
#include "spi/contract/json_text.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "spi/contract/envelope.hpp"

namespace sesame::contract {

namespace json = boost::json;
using error_code = boost::system::error_code;

namespace {

enum class Refusal { none, same_key_twice, number_out_of_range };

// Builds the value; containers under construction are on a stack of its own, bounded by the parser's depth
// limit.
class Builder {
 public:
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);

  Builder() : root_(storage_) { stack_.reserve(8); }

  json::value take() { return std::move(root_); }
  Refusal refusal() const { return refusal_; }
  const std::string& key() const { return refused_key_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    json::object object(storage_);
    if (++objects_ <= roomy_objects) object.reserve(4);
    return open(json::value(std::move(object)));
  }
  bool on_array_begin(error_code&) { return open(json::value(json::array_kind, storage_)); }
  bool on_object_end(std::size_t, error_code& error) { return close(error); }
  bool on_array_end(std::size_t, error_code& error) { return close(error); }
  bool on_key_part(json::string_view part, std::size_t, error_code&) { return append(part); }
  bool on_key(json::string_view part, std::size_t, error_code&) {
    const json::string_view key = whole(part);
    stack_.back().key.assign(key.data(), key.size());
    text_.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, error_code&) { return append(part); }
  bool on_string(json::string_view part, std::size_t, error_code& error) {
    const bool good = add(json::value(json::string(whole(part), storage_)), error);
    text_.clear();
    return good;
  }
  bool on_number_part(json::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, error_code& error) {
    return add(json::value(number), error);
  }
  bool on_uint64(std::uint64_t number, json::string_view, error_code& error) {
    return add(json::value(number), error);
  }
  bool on_double(double number, json::string_view, error_code& error) {
    if (!std::isfinite(number)) return refuse(Refusal::number_out_of_range, error);
    return add(json::value(number), error);
  }
  bool on_bool(bool truth, error_code& error) { return add(json::value(truth), error); }
  bool on_null(error_code& error) { return add(json::value(nullptr), error); }
  bool on_comment_part(json::string_view, error_code&) { return true; }
  bool on_comment(json::string_view, error_code&) { return true; }

 private:
  struct Container {
    json::value value;
    std::string key;
  };

  bool append(json::string_view part) {
    text_.append(part.data(), part.size());
    return true;
  }
  // A text that came in one part is not copied together first.
  json::string_view whole(json::string_view last_part) {
    if (text_.empty()) return last_part;
    append(last_part);
    return text_;
  }
  bool open(json::value container) {
    stack_.push_back({std::move(container), {}});
    return true;
  }
  bool close(error_code& error) {
    json::value done = std::move(stack_.back().value);
    stack_.pop_back();
    return add(std::move(done), error);
  }
  bool add(json::value value, error_code& error) {
    if (stack_.empty()) {
      root_ = std::move(value);
      return true;
    }
    Container& top = stack_.back();
    if (json::array* array = top.value.if_array()) {
      array->push_back(std::move(value));
      return true;
    }
    if (top.value.get_object().emplace(top.key, std::move(value)).second) return true;
    refused_key_ = top.key;
    return refuse(Refusal::same_key_twice, error);
  }
  bool refuse(Refusal why, error_code& error) {
    refusal_ = why;
    error = json::make_error_code(json::error::exception);
    return false;
  }

  // A message, its header and its payload grow no table for their first properties.
  static constexpr int roomy_objects = 3;

  // The values of one text live and end together.
  json::storage_ptr storage_ = json::make_shared_resource<json::monotonic_resource>(1024);
  int objects_ = 0;
  std::vector<Container> stack_;
  std::string text_;
  json::value root_;
  Refusal refusal_ = Refusal::none;
  std::string refused_key_;
};

std::string printable(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, 64)) out += c > ' ' && c < 0x7f ? c : '?';
  return out;
}

EnvelopeFault fault_of(const Builder& builder, const error_code& error, std::size_t at) {
  using Fault = EnvelopeFault::Kind;
  const std::string place = " at byte " + std::to_string(at);
  if (builder.refusal() == Refusal::same_key_twice)
    return {
        Fault::not_json, "the property \"" + printable(builder.key()) + "\" is given twice" + place, {}, {}};
  if (builder.refusal() == Refusal::number_out_of_range)
    return {Fault::not_json, "a number is out of range" + place, {}, {}};
  if (error == json::error::too_deep)
    return {Fault::too_deep, "the JSON text is nested too deeply" + place, {}, {}};
  return {Fault::not_json, "not JSON: " + error.message() + place, {}, {}};
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
  return parser.handler().take();
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  const bool plain =
      std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\'; });
  if (plain)
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
