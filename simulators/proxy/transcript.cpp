#include "simulators/proxy/transcript.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <stdexcept>

namespace sesame::simulators {
namespace json = boost::json;

namespace {

std::string text_at(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

void collect(const json::value& value, const std::string& path, bool with_states, Message& message) {
  if (const auto* object = value.if_object()) {
    for (const auto& property : *object)
      collect(property.value(), (path.empty() ? "" : path + ".") + std::string(property.key()), with_states, message);
    if (!object->empty()) return;
  }
  if (const auto* array = value.if_array()) {
    for (const auto& element : *array) collect(element, path + "[]", with_states, message);
    if (!array->empty()) return;
  }
  if (!path.empty()) message.properties.push_back(path);
  if (with_states && value.is_string()) message.states.push_back(path + "=" + std::string(value.as_string()));
}

void sort_once(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
}

void read_header(const json::object& header, Message& message) {
  message.type = text_at(header, "type");
  message.name = text_at(header, "name");
  message.version = text_at(header, "version");
  message.completion_code = text_at(header, "completionCode");
  message.status = text_at(header, "status");
  if (const auto* id = header.if_contains("requestId"); id && id->is_int64()) message.request_id = id->as_int64();
  static constexpr std::string_view known[] = {"type", "name", "version", "requestId", "completionCode", "status"};
  for (const auto& property : header)
    if (std::ranges::find(known, std::string_view(property.key())) == std::end(known)) message.header.emplace_back(property.key());
}

json::array json_of(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

std::vector<std::string> texts_of(const json::object& object, std::string_view key) {
  std::vector<std::string> texts;
  if (const auto* array = object.if_contains(key))
    for (const auto& text : array->as_array()) texts.emplace_back(text.as_string());
  return texts;
}

}  // namespace

Message describe(std::string_view frame) {
  Message message;
  boost::system::error_code error;
  const json::value parsed = json::parse(frame, error);
  const auto* object = error ? nullptr : parsed.if_object();
  const auto* header = object ? object->if_contains("header") : nullptr;
  if (!header || !header->is_object()) {
    message.type = "unreadable";
    return message;
  }
  read_header(header->as_object(), message);
  if (const auto* payload = object->if_contains("payload"); payload && !payload->is_null()) {
    collect(*payload, "", message.name == "Common.StatusChangedEvent", message);
    if (const auto* fields = payload->if_object()) message.error_code = text_at(*fields, "errorCode");
  }
  for (auto* texts : {&message.header, &message.properties, &message.states}) sort_once(*texts);
  return message;
}

json::object to_json(const Message& message) {
  json::object out{{"at", message.at_us},     {"service", message.service}, {"connection", message.connection},
                   {"from", message.from_service ? "service" : "application"}, {"type", message.type},
                   {"name", message.name},    {"version", message.version}};
  if (message.request_id) out["requestId"] = *message.request_id;
  if (!message.completion_code.empty()) out["completionCode"] = message.completion_code;
  if (!message.error_code.empty()) out["errorCode"] = message.error_code;
  if (!message.status.empty()) out["status"] = message.status;
  if (!message.header.empty()) out["header"] = json_of(message.header);
  if (!message.properties.empty()) out["properties"] = json_of(message.properties);
  if (!message.states.empty()) out["states"] = json_of(message.states);
  return out;
}

Message message_of(const json::value& value) {
  const auto* object = value.if_object();
  if (!object || !object->contains("at") || !object->contains("from")) throw std::runtime_error("expected a message of a transcript");
  Message message;
  message.at_us = object->at("at").to_number<std::int64_t>();
  message.service = text_at(*object, "service");
  message.connection = object->at("connection").to_number<int>();
  message.from_service = text_at(*object, "from") == "service";
  message.type = text_at(*object, "type");
  message.name = text_at(*object, "name");
  message.version = text_at(*object, "version");
  if (const auto* id = object->if_contains("requestId")) message.request_id = id->to_number<std::int64_t>();
  message.completion_code = text_at(*object, "completionCode");
  message.error_code = text_at(*object, "errorCode");
  message.status = text_at(*object, "status");
  message.header = texts_of(*object, "header");
  message.properties = texts_of(*object, "properties");
  message.states = texts_of(*object, "states");
  return message;
}

std::string text_of(const Message& message) {
  std::string codes;
  for (const auto& code : {message.completion_code, message.error_code, message.status})
    if (!code.empty()) codes += (codes.empty() ? " " : "/") + code;
  const auto& names = message.states.empty() ? message.properties : message.states;
  const std::string payload = names.empty() ? "" : fmt::format(" {{{}}}", fmt::join(names, " "));
  const std::string header = message.header.empty() ? "" : fmt::format(" ({})", fmt::join(message.header, " "));
  return fmt::format("{} {} {} {}{}{}{}", message.from_service ? "<" : ">", message.name, message.type, message.version, codes, header, payload);
}

}  // namespace sesame::simulators
