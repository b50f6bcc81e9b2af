#include "spi/contract/envelope.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "spi/contract/json_text.hpp"

namespace sesame::contract {

namespace json = boost::json;

namespace {

using Fault = EnvelopeFault::Kind;

constexpr std::array<std::string_view, 5> message_types{"command", "acknowledge", "event", "completion",
                                                        "unsolicited"};

// XFS4IoT 2.3.2.4 to 2.3.2.6.
constexpr std::array<std::string_view, 3> acknowledge_states{"invalidMessage", "invalidRequestID",
                                                             "tooManyRequests"};
constexpr std::array<std::string_view, 22> completion_codes{"commandErrorCode",
                                                            "canceled",
                                                            "deviceNotReady",
                                                            "hardwareError",
                                                            "internalError",
                                                            "invalidCommand",
                                                            "invalidRequestID",
                                                            "timeOut",
                                                            "unsupportedCommand",
                                                            "invalidData",
                                                            "userError",
                                                            "unsupportedData",
                                                            "fraudAttempt",
                                                            "sequenceError",
                                                            "authorizationRequired",
                                                            "noCommandNonce",
                                                            "invalidToken",
                                                            "invalidTokenNonce",
                                                            "invalidTokenHMAC",
                                                            "invalidTokenFormat",
                                                            "invalidTokenKeyNoValue",
                                                            "notEnoughSpace"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

// An integer of the header; 1.0 is one.
std::optional<std::int64_t> integer_of(const json::value& value) {
  if (const std::int64_t* number = value.if_int64()) return *number;
  const double* real = value.if_double();
  if (real && *real == std::trunc(*real) && std::fabs(*real) < 0x1p63)
    return static_cast<std::int64_t>(*real);
  return std::nullopt;
}

// Reads one header. Each step says in `fault_` what is wrong; what was read before stays, for the
// acknowledge.
class HeaderReader {
 public:
  explicit HeaderReader(const json::object& source) : source_(source) {}

  bool read();
  Header header;
  EnvelopeFault fault() const { return {kind_, description_, request_id_, header.name}; }

 private:
  bool fail(Fault kind, std::string description) {
    kind_ = kind;
    description_ = std::move(description);
    return false;
  }
  // The text under `key`; false if there is none, or it is something else.
  bool text(std::string_view key, std::string& out) const {
    const json::value* value = source_.if_contains(key);
    const json::string* string = value ? value->if_string() : nullptr;
    if (string) out.assign(view(*string));
    return string != nullptr;
  }
  void recover();
  bool names();
  bool request_id();
  bool timeout();
  bool word(std::string_view key, std::string& out, bool known);
  bool results();
  bool nothing_else();

  const json::object& source_;
  Fault kind_ = Fault::bad_header;
  std::string description_;
  std::optional<std::int64_t> request_id_;
};

void HeaderReader::recover() {
  text("name", header.name);
  const json::value* id = source_.if_contains("requestId");
  if (id) request_id_ = integer_of(*id);
  if (request_id_ && *request_id_ < 0) request_id_.reset();
}

bool HeaderReader::names() {
  std::string type;
  if (!text("type", type))
    return fail(Fault::bad_header, "header.type: expected a string, which is required");
  const auto found = std::find(message_types.begin(), message_types.end(), type);
  if (found == message_types.end())
    return fail(Fault::bad_header,
                "header.type: expected one of command, acknowledge, event, completion, unsolicited");
  header.type = static_cast<MessageType>(found - message_types.begin());
  if (!text("name", header.name))
    return fail(Fault::bad_header, "header.name: expected a string, which is required");
  std::string version;
  const std::optional<Version> parsed = text("version", version) ? parse_version(version) : std::nullopt;
  if (!parsed)
    return fail(Fault::bad_header, "header.version: expected a string like \"2.0\", which is required");
  header.version = *parsed;
  return true;
}

bool HeaderReader::request_id() {
  const json::value* id = source_.if_contains("requestId");
  if (header.type == MessageType::unsolicited)
    return !id || fail(Fault::bad_header, "header.requestId: not on an unsolicited message");
  // Zero serves an acknowledge that answers a text without an id (protocol 3.5); it names no request.
  const std::int64_t lowest = header.type == MessageType::command ? 1 : 0;
  const std::optional<std::int64_t> number = id ? integer_of(*id) : std::nullopt;
  if (!number || *number < lowest)
    return fail(Fault::bad_request_id, "header.requestId: expected an integer of at least " +
                                           std::to_string(lowest) + ", which is required");
  header.request_id = number;
  return true;
}

bool HeaderReader::timeout() {
  const json::value* value = header.type == MessageType::command ? source_.if_contains("timeout") : nullptr;
  if (!value) return true;
  const std::optional<std::int64_t> number = integer_of(*value);
  if (!number || *number < 0)
    return fail(Fault::bad_header, "header.timeout: expected a whole number of milliseconds of at least 0");
  header.timeout_ms = static_cast<std::uint64_t>(*number);
  return true;
}

bool HeaderReader::word(std::string_view key, std::string& out, bool known) {
  const json::value* value = source_.if_contains(key);
  if (!value || value->is_null()) return true;
  if (text(key, out) && (known || is_one_of(acknowledge_states, out) || is_one_of(completion_codes, out)))
    return true;
  out.clear();
  return fail(Fault::bad_header, "header." + std::string(key) + ": expected a " +
                                     (known ? "string" : "known value") + " or null");
}

bool HeaderReader::results() {
  if (header.type == MessageType::acknowledge) {
    if (!word("status", header.status, false)) return false;
    if (!header.status.empty() && !is_one_of(acknowledge_states, header.status))
      return fail(Fault::bad_header,
                  "header.status: expected invalidMessage, invalidRequestID, tooManyRequests or null");
  }
  if (header.type == MessageType::completion) {
    if (!word("completionCode", header.completion_code, false)) return false;
    if (!header.completion_code.empty() && !is_one_of(completion_codes, header.completion_code))
      return fail(Fault::bad_header, "header.completionCode: expected a completion code of XFS4IoT or null");
  }
  return word("errorDescription", header.error_description, true);
}

// What each type of message may have beside type, name and version.
bool HeaderReader::nothing_else() {
  for (const json::key_value_pair& pair : source_) {
    const std::string_view key(pair.key().data(), pair.key().size());
    const auto type = header.type;
    bool known = key == "type" || key == "name" || key == "version" || key == "requestId";
    known = known || (key == "timeout" && type == MessageType::command);
    known = known || (key == "status" && type == MessageType::acknowledge);
    known = known || (key == "completionCode" && type == MessageType::completion);
    if (key == "errorDescription") {
      known = (type == MessageType::acknowledge && source_.contains("status")) ||
              (type == MessageType::completion && source_.contains("completionCode") &&
               header.completion_code != "canceled" && header.completion_code != "timeOut");
    }
    if (known) continue;
    std::string shown;
    for (const char c : key.substr(0, 64)) shown += c > ' ' && c < 0x7f ? c : '?';
    return fail(Fault::bad_header, "header." + shown + ": not a header property of this type of message");
  }
  return true;
}

bool HeaderReader::read() {
  recover();
  return names() && request_id() && timeout() && results() && nothing_else();
}

EnvelopeFault bad_shape(std::string description) {
  return {Fault::bad_header, std::move(description), {}, {}};
}

std::variant<Envelope, EnvelopeFault> envelope_of(json::value& message) {
  json::object* object = message.if_object();
  if (!object) return bad_shape("expected an object with header and payload");
  const json::value* source = object->if_contains("header");
  if (!source || !source->is_object()) return bad_shape("header: expected an object, which is required");
  HeaderReader reader(source->get_object());
  if (!reader.read()) return reader.fault();

  Envelope envelope{std::move(reader.header), nullptr};
  const auto refuse = [&](std::string description) {
    return EnvelopeFault{Fault::bad_header, std::move(description), envelope.header.request_id,
                         envelope.header.name};
  };
  for (const json::key_value_pair& pair : *object)
    if (pair.key() != "header" && pair.key() != "payload")
      return refuse("only header and payload stand at the top level");
  json::value* payload = object->if_contains("payload");
  if (!payload || payload->is_null()) return envelope;
  if (!payload->is_object()) return refuse("payload: expected an object or null");
  if (payload->get_object().empty())
    return refuse("payload: expected at least one property; without any it is left out");
  return Envelope{std::move(envelope.header), std::move(*payload)};
}

void add_text(std::string& out, std::string_view key, const std::string& text) {
  if (text.empty()) return;
  out.append(",\"").append(key).append("\":");
  append_quoted(out, text);
}

std::string print_header(const Header& header) {
  std::string out;
  out.reserve(256);
  out.append("{\"header\":{\"type\":\"").append(to_string(header.type)).append("\",\"name\":");
  append_quoted(out, header.name);
  out.append(",\"version\":\"").append(to_string(header.version)).append("\"");
  if (header.request_id) out.append(",\"requestId\":").append(std::to_string(*header.request_id));
  if (header.timeout_ms) out.append(",\"timeout\":").append(std::to_string(header.timeout_ms));
  add_text(out, "status", header.status);
  add_text(out, "completionCode", header.completion_code);
  const bool may_explain =
      !header.status.empty() || (!header.completion_code.empty() && header.completion_code != "canceled" &&
                                 header.completion_code != "timeOut");
  if (may_explain) add_text(out, "errorDescription", header.error_description);
  out += '}';
  return out;
}

}  // namespace

std::string_view to_string(MessageType type) { return message_types[static_cast<std::size_t>(type)]; }

std::variant<Envelope, EnvelopeFault> parse_envelope(std::string_view text,
                                                     const EnvelopeLimits& limits) try {
  std::variant<json::value, EnvelopeFault> message = parse_json(text, limits);
  if (EnvelopeFault* fault = std::get_if<EnvelopeFault>(&message)) return std::move(*fault);
  return envelope_of(std::get<json::value>(message));
} catch (const std::exception&) {
  return EnvelopeFault{Fault::not_json, "too large to be held", {}, {}};
}

std::string print_envelope(const Header& header, std::string_view payload) {
  std::string out = print_header(header);
  if (!payload.empty()) out.append(",\"payload\":").append(payload);
  out += '}';
  return out;
}

std::string print_envelope(const Envelope& envelope) {
  const json::object* payload = envelope.payload.if_object();
  if (!payload || payload->empty()) return print_envelope(envelope.header, std::string_view{});
  return print_envelope(envelope.header, json::serialize(*payload));
}

}  // namespace sesame::contract
