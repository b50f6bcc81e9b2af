#include "tests/unit/atm_application/scripted_service.hpp"

#include <gtest/gtest.h>

namespace sesame::simulators::test {
namespace json = boost::json;

ScriptedService::ScriptedService(spi::VirtualExecutor& executor) : executor_(executor) {
  auto [service_end, client_end] = spi::local_channel(executor);
  channel_ = std::move(service_end);
  channel_->receive({[this](std::string_view frame) { received(frame); }, [](std::string_view) {}});
  connection_ = std::make_unique<spi::ServiceConnection>(executor, std::move(client_end));
}

void ScriptedService::received(std::string_view frame) {
  const json::value message = json::parse(frame);
  const json::object& header = message.at("header").as_object();
  Request request;
  request.id = header.at("requestId").to_number<std::int64_t>();
  request.name = std::string(header.at("name").as_string());
  if (const auto* timeout = header.if_contains("timeout")) request.timeout = timeout->to_number<std::uint64_t>();
  if (const auto* payload = message.as_object().if_contains("payload")) request.payload = *payload;
  send("acknowledge", request.name, {{"requestId", request.id}}, nullptr);
  for (const auto& [name, code] : failing_)
    if (name == request.name) return fail(request, code);
  for (const auto& [name, payload] : always_)
    if (name == request.name) {
      answered_.push_back(request);
      return succeed(request, payload);
    }
  waiting_.push_back(std::move(request));
}

ScriptedService::Request ScriptedService::next() {
  if (!executor_.run_until([this] { return !waiting_.empty(); }, 100'000)) {
    ADD_FAILURE() << "no command came";
    return {};
  }
  Request request = std::move(waiting_.front());
  waiting_.pop_front();
  return request;
}

ScriptedService::Request ScriptedService::expect(const std::string& name) {
  Request request = next();
  EXPECT_EQ(request.name, name);
  return request;
}

void ScriptedService::always(const std::string& name, json::value payload) { always_.emplace_back(name, std::move(payload)); }

void ScriptedService::event(const Request& request, const std::string& name, json::value payload) {
  send("event", name, {{"requestId", request.id}}, std::move(payload));
}

void ScriptedService::unsolicited(const std::string& name, json::value payload) { send("unsolicited", name, {}, std::move(payload)); }

void ScriptedService::succeed(const Request& request, json::value payload) {
  send("completion", request.name, {{"requestId", request.id}}, std::move(payload));
}

void ScriptedService::fail(const Request& request, const std::string& code, const std::string& error_code) {
  const json::value payload = error_code.empty() ? json::value(nullptr) : json::value(json::object{{"errorCode", error_code}});
  send("completion", request.name, {{"requestId", request.id}, {"completionCode", code}}, payload);
}

void ScriptedService::send(const char* type, const std::string& name, json::object header, json::value payload) {
  header["type"] = type;
  header["name"] = name;
  header["version"] = "2.0";
  json::object message{{"header", std::move(header)}};
  if (!payload.is_null()) message["payload"] = std::move(payload);
  channel_->send(json::serialize(message));
}

}  // namespace sesame::simulators::test
