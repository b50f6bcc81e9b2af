// A client of one service in virtual time that writes down what it hears, in order, in one word a message:
// "ack", "event PresentSubjectEvent", "unsolicited DataClearedEvent scannedData", "done", "done
// noCaptureData".
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "spi/service/provider_body.hpp"
#include "spi/service/virtual_executor.hpp"

namespace sesame::testing_support {

class ServiceConversation {
 public:
  explicit ServiceConversation(spi::VirtualExecutor& executor, std::unique_ptr<spi::Provider> provider)
      : executor_(executor), service_(executor, options(), body(std::move(provider))) {
    auto [mine, its] = spi::local_channel(executor_);
    channel_ = mine;
    service_.connect(its, spi::ClientIdentity{});
    channel_->receive({[this](std::string_view line) { heard(line); }, [](std::string_view) {}});
    executor_.run_ready();
  }
  ~ServiceConversation() { channel_->receive({}); }

  int send(const std::string& command, const std::string& payload = "", int timeout = 0) {
    const int id = ++last_id_;
    std::string header = R"({"type":"command","requestId":)" + std::to_string(id) + R"(,"name":")" + command +
                         R"(","version":")" + (command.ends_with("Import") ? "3.0" : "2.0") + '"';
    if (timeout > 0) header += R"(,"timeout":)" + std::to_string(timeout);
    channel_->send(R"({"header":)" + header + "}" + (payload.empty() ? "" : R"(,"payload":)" + payload) +
                   "}");
    executor_.run_ready();
    return id;
  }
  // Sends, and runs until the completion. What was heard since the last call.
  std::vector<std::string> ask(const std::string& command, const std::string& payload = "", int timeout = 0) {
    const int id = send(command, payload, timeout);
    executor_.run_until([&] { return completed_ >= id; });
    return take();
  }
  std::vector<std::string> take() { return std::exchange(heard_, {}); }
  const boost::json::object& payload() const { return payload_; }
  // A part of Common.Status or Common.Capabilities.
  boost::json::value state(const char* command, const char* part) {
    const auto before = std::exchange(heard_, {});
    ask(command);
    heard_ = before;
    return payload_.at(part);
  }

 private:
  static spi::ServiceOptions options() {
    spi::ServiceOptions options;
    options.name = "tested";
    return options;
  }
  static std::unique_ptr<spi::ServiceBody> body(std::unique_ptr<spi::Provider> provider) {
    std::vector<std::unique_ptr<spi::Provider>> providers;
    providers.push_back(std::move(provider));
    return std::make_unique<spi::ProviderBody>(std::move(providers));
  }

  void heard(std::string_view line) {
    const boost::json::object message = boost::json::parse(line).as_object();
    const boost::json::object& header = message.at("header").as_object();
    const std::string type(header.at("type").as_string());
    std::string name(header.at("name").as_string());
    name = name.substr(name.find('.') + 1);
    const boost::json::value* body = message.if_contains("payload");
    const boost::json::object content =
        body != nullptr && body->is_object() ? body->as_object() : boost::json::object{};
    if (type == "acknowledge") {
      heard_.push_back("ack");
    } else if (type == "completion") {
      payload_ = content;
      completed_ = static_cast<int>(header.at("requestId").to_number<int>());
      std::string how = "done";
      if (const auto* code = header.if_contains("completionCode"); code != nullptr && code->is_string())
        how += " " + std::string(code->as_string());
      if (const auto* code = content.if_contains("errorCode"); code != nullptr && code->is_string())
        how = "done " + std::string(code->as_string());
      heard_.push_back(how);
    } else {
      std::string word = type + " " + name;
      for (const auto& [key, value] : content)
        if (value.is_string()) word += " " + std::string(value.as_string());
      heard_.push_back(word);
    }
  }

  spi::VirtualExecutor& executor_;
  spi::Service service_;
  std::shared_ptr<spi::Channel> channel_;
  std::vector<std::string> heard_;
  boost::json::object payload_;
  int last_id_ = 0;
  int completed_ = 0;
};

}  // namespace sesame::testing_support
