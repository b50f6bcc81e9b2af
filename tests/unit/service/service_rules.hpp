// A service in virtual time: one scripted provider, clients that keep every message as text of a few words.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "spi/service/provider_body.hpp"
#include "spi/service/virtual_executor.hpp"
#include "xfs/barcode_reader_provider.hpp"
#include "xfs/common.hpp"
#include "xfs/crypto_provider.hpp"
#include "xfs/keyboard_provider.hpp"

namespace sesame::spi::rules {
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
namespace json = boost::json;
namespace barcode = xfs::barcode_reader;
namespace keyboard = xfs::keyboard;
namespace crypto = xfs::crypto;

/// What the scripted provider does with a Read.
enum class Script { returns, refuses, refuses_with_word, wrong_word, throws, throws_number, faults, waits, cleans_up, emits_foreign_event, changes_status, status_fails };

struct Device {
  Script script = Script::returns;
  DeviceState state = DeviceState::online;
  barcode::StatusScanner scanner = barcode::StatusScanner::off;
  Signal go;
  int started = 0, ended = 0, cleaned = 0;
};

class Barcodes final : public barcode::ProviderFor<Barcodes> {
 public:
  explicit Barcodes(std::shared_ptr<Device> device) : device_(std::move(device)) {}

  Task<barcode::ReadCompletion> read(const barcode::Read&, Command& command) override {
    ++device_->started;
    switch (device_->script) {
      case Script::returns: break;
      case Script::refuses: throw refuse(CompletionCode::userError, "the glass is dirty");
      case Script::refuses_with_word: throw refuse(barcode::ReadError::barcodeInvalid, "no code");
      case Script::wrong_word: throw Refusal("mediaJam", "a word of another command");
      case Script::throws: throw std::runtime_error("secret 6451");
      case Script::throws_number: throw 42;
      case Script::faults: throw Fault("the lamp is broken");
      case Script::waits: co_await device_->go.wait(); break;
      case Script::cleans_up: co_await with_clean_up(); break;
      case Script::emits_foreign_event: command.emit(keyboard::EnterDataEvent{}); break;
      case Script::status_fails: break;
      case Script::changes_status: device_->scanner = barcode::StatusScanner::on; break;
    }
    ++device_->ended;
    co_return barcode::ReadCompletion{};
  }
  barcode::Status status() const override {
    if (device_->script == Script::status_fails) throw std::runtime_error("no answer from the scanner");
    return {device_->scanner};
  }
  barcode::Capabilities capabilities() const override { return {}; }
  DeviceState device_state() const override { return device_->state; }

 private:
  Task<void> with_clean_up() {
    const auto waited = co_await outcome(wait_for_go());
    co_await shielded(clean_up());
    if (waited.canceled()) throw Canceled{};
  }
  Task<void> wait_for_go() { co_await device_->go.wait(); }
  Task<void> clean_up() {
    co_await sleep_for(2s);
    ++device_->cleaned;
  }
  std::shared_ptr<Device> device_;
};

/// An EPP: keyboard and encryptor are lanes of their own.
class Keys final : public keyboard::ProviderFor<Keys> {
 public:
  Task<keyboard::DataEntryCompletion> data_entry(const keyboard::DataEntry&, Command& command) override {
    command.emit(keyboard::EnterDataEvent{});
    co_await sleep_for(10s);
    co_return keyboard::DataEntryCompletion{};
  }
  keyboard::Status status() const override { return {}; }
  keyboard::Capabilities capabilities() const override { return {}; }
};
class Encryptor final : public crypto::ProviderFor<Encryptor> {
 public:
  Task<crypto::GenerateRandomCompletion> generate_random(const crypto::GenerateRandom&, Command&) override {
    co_await sleep_for(1s);
    co_return crypto::GenerateRandomCompletion{};
  }
  crypto::Capabilities capabilities() const override { return {}; }
};

struct Observed final : ServiceObserver {
  std::vector<std::string> faults, completed, watched;
  bool watching = false;
  void provider_fault(std::string_view, std::string_view command, std::string_view what) override {
    faults.push_back(std::string(command) + ": " + std::string(what));
  }
  void command_completed(const CommandRecord& record) override {
    completed.push_back(std::string(record.command) + " " + std::string(to_string(record.code)));
  }
  bool wants_messages() const override { return watching; }
  void message(std::string_view, ConnectionId, bool outgoing, std::string_view masked) override {
    watched.push_back((outgoing ? "< " : "> ") + std::string(masked));
  }
};

struct OnlyStatus final : Policy {
  bool allows(const ClientIdentity&, std::string_view, const contract::CommandInfo& command) const override {
    return command.name == "Common.Status";
  }
};

struct Client {
  std::shared_ptr<Channel> channel;
  std::vector<std::string> seen;  // "acknowledge 1", "completion 1 canceled", "unsolicited Common.StatusChangedEvent {...}"
  std::string closed;

  void send(std::int64_t id, std::string_view name, std::string_view payload = "", std::string_view header = "",
            std::string_view version = "2.0") {
    std::string text = R"({"header":{"type":"command","name":")" + std::string(name) + R"(","version":")" + std::string(version) +
                       R"(","requestId":)" + std::to_string(id) + std::string(header) + "}";
    if (!payload.empty()) text += ",\"payload\":" + std::string(payload);
    channel->send(text + "}");
  }
  void read(std::int64_t id, std::string_view header = "") { send(id, "BarcodeReader.Read", "", header); }

  void received(std::string_view frame) {
    const json::value message = json::parse(json::string_view(frame.data(), frame.size()));
    const json::object& header = message.at("header").as_object();
    std::string line(header.at("type").as_string());
    line += header.contains("requestId") ? " " + std::to_string(header.at("requestId").as_int64()) : " " + std::string(header.at("name").as_string());
    for (const char* key : {"status", "completionCode"})
      if (header.contains(key)) line += " " + std::string(header.at(key).as_string());
    if (const auto* payload = message.as_object().if_contains("payload")) {
      const auto* code = payload->as_object().if_contains("errorCode");
      if (code) line += " " + std::string(code->as_string());
      if (line.starts_with("unsolicited")) line += " " + json::serialize(*payload);
    }
    seen.push_back(line);
    if (header.contains("errorDescription")) descriptions += std::string(header.at("errorDescription").as_string()) + "\n";
  }
  std::string descriptions;

  std::vector<std::string> of(std::int64_t id) const {
    std::vector<std::string> lines;
    for (const auto& line : seen)
      if (line.ends_with(" " + std::to_string(id)) || line.find(" " + std::to_string(id) + " ") != std::string::npos) lines.push_back(line);
    return lines;
  }
};

class ServiceRules : public testing::Test {
 protected:
  VirtualExecutor executor;
  std::shared_ptr<Device> device = std::make_shared<Device>();
  Observed observed;
  ServiceOptions options;
  std::unique_ptr<Service> service;
  const Policy* policy = nullptr;

  Service& start() {
    options.name = "barcode";
    std::vector<std::unique_ptr<Provider>> providers;
    providers.push_back(std::make_unique<Barcodes>(device));
    providers.push_back(std::make_unique<Keys>());
    providers.push_back(std::make_unique<Encryptor>());
    service = std::make_unique<Service>(executor, options, std::make_unique<ProviderBody>(std::move(providers)), policy, &observed);
    return *service;
  }
  std::shared_ptr<Client> connect() {
    if (!service) start();
    auto client = std::make_shared<Client>();
    auto [ours, theirs] = local_channel(executor);
    client->channel = ours;
    ours->receive({[raw = client.get()](std::string_view frame) { raw->received(frame); },
                   [raw = client.get()](std::string_view reason) { raw->closed = reason; }});
    service->connect(theirs, {});
    return client;
  }
  /// One Read under a script, to its end.
  std::vector<std::string> read_with(Script script) {
    device->script = script;
    auto client = connect();
    client->read(1);
    executor.run_until_idle();
    descriptions = client->descriptions;
    return client->of(1);
  }
  std::string descriptions;
};

}  // namespace sesame::spi::rules
