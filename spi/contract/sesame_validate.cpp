// sesame-validate: judges payloads by the contract, one a line, for tests that compare us with other
// validators.
//     {"message":"CardReader.ReadRawData","kind":"command","payload":{"track2":true}}   ->   ok
//     {"message":"CardReader.Move","kind":"command","payload":{"to":7}}                 ->   payload.to: a
//     string ...
// kind is command, completion or event (solicited or not). A line that is no such question is answered with
// "? " and why.
#include <boost/json/object.hpp>
#include <iostream>
#include <string>

#include "spi/contract/codec.hpp"
#include "spi/contract/envelope.hpp"

namespace {

using namespace sesame;
namespace json = boost::json;

std::string text_at(const json::object& question, std::string_view key) {
  const json::value* value = question.if_contains(key);
  const json::string* text = value ? value->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

const contract::TypeInfo* type_of(const std::string& message, const std::string& kind) {
  if (kind == "event") {
    const contract::EventInfo* event = contract::find_event(message);
    return event ? event->payload : nullptr;
  }
  const contract::CommandInfo* command = contract::find_command(message);
  if (!command || (kind != "command" && kind != "completion")) return nullptr;
  return kind == "command" ? command->payload : command->completion;
}

std::string answer(const std::string& line) {
  contract::EnvelopeLimits limits;
  limits.depth = 64;
  const auto parsed = contract::parse_json(line, limits);
  if (const auto* fault = std::get_if<contract::EnvelopeFault>(&parsed)) return "? " + fault->description;
  const json::object* question = std::get<json::value>(parsed).if_object();
  if (!question) return "? expected an object with message, kind and payload";
  const contract::TypeInfo* type = type_of(text_at(*question, "message"), text_at(*question, "kind"));
  if (!type) return "? no such message, or a kind that is none of command, completion, event";
  const auto violation = contract::validate(question->if_contains("payload"), *type);
  return violation ? violation->path + ": " + violation->expected : "ok";
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) std::cout << answer(line) << '\n';
  return 0;
}
