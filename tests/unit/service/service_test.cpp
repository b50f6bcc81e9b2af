// The rules of a service in virtual time: one scripted provider, clients that keep every message as text of a few words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "spi/service/provider_body.hpp"
#include "spi/service/virtual_executor.hpp"
#include "xfs/barcode_reader_provider.hpp"
#include "xfs/common.hpp"
#include "xfs/crypto_provider.hpp"
#include "xfs/keyboard_provider.hpp"

namespace sesame::spi {
namespace {
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

TEST_F(ServiceRules, a_provider_that_returns_gives_one_success) {
  EXPECT_THAT(read_with(Script::returns), ElementsAre("acknowledge 1", "completion 1"));
  EXPECT_THAT(observed.completed, ElementsAre("BarcodeReader.Read "));
}

TEST_F(ServiceRules, a_refusal_gives_its_completion_code_and_description) {
  EXPECT_THAT(read_with(Script::refuses), ElementsAre("acknowledge 1", "completion 1 userError"));
  EXPECT_EQ(descriptions, "the glass is dirty\n");
}

TEST_F(ServiceRules, a_refusal_by_errorCode_is_a_commandErrorCode) {
  EXPECT_THAT(read_with(Script::refuses_with_word), ElementsAre("acknowledge 1", "completion 1 commandErrorCode barcodeInvalid"));
}

TEST_F(ServiceRules, an_errorCode_of_another_command_is_an_internalError_and_reported) {
  EXPECT_THAT(read_with(Script::wrong_word), ElementsAre("acknowledge 1", "completion 1 internalError"));
  EXPECT_THAT(observed.faults, ElementsAre(HasSubstr("mediaJam")));
}

TEST_F(ServiceRules, an_unforeseen_exception_is_an_internalError_whose_text_reaches_the_operator_alone) {
  EXPECT_THAT(read_with(Script::throws), ElementsAre("acknowledge 1", "completion 1 internalError"));
  EXPECT_THAT(observed.faults, ElementsAre(HasSubstr("secret 6451")));
  EXPECT_THAT(descriptions, testing::Not(HasSubstr("6451")));
}

TEST_F(ServiceRules, something_thrown_that_is_no_exception_is_an_internalError_too) {
  EXPECT_THAT(read_with(Script::throws_number), ElementsAre("acknowledge 1", "completion 1 internalError"));
  EXPECT_EQ(observed.faults.size(), 1u);
}

TEST_F(ServiceRules, a_provider_that_cannot_tell_its_status_still_gets_its_completion_sent) {
  auto client = connect();
  device->script = Script::status_fails;
  client->read(1);
  client->read(2);
  client->send(3, "Common.Status");
  executor.run_until_idle();
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1"));
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2"));
  EXPECT_THAT(client->of(3), ElementsAre("acknowledge 3", "completion 3 internalError"));
  EXPECT_THAT(observed.faults, testing::Contains(HasSubstr("no answer from the scanner")));
}

TEST_F(ServiceRules, a_fault_of_the_hardware_is_a_hardwareError) {
  EXPECT_THAT(read_with(Script::faults), ElementsAre("acknowledge 1", "completion 1 hardwareError"));
}

TEST_F(ServiceRules, after_every_bad_end_the_lane_is_free_for_the_next_command) {
  auto client = connect();
  std::int64_t id = 0;
  for (const Script script : {Script::refuses, Script::wrong_word, Script::throws, Script::throws_number, Script::faults}) {
    device->script = script;
    client->read(++id);
    executor.run_until_idle();
    EXPECT_EQ(client->of(id).size(), 2u);
  }
  device->script = Script::returns;
  client->read(++id);
  executor.run_until_idle();
  EXPECT_THAT(client->of(id), ElementsAre("acknowledge 6", "completion 6"));
}

TEST_F(ServiceRules, cancel_completes_before_the_commands_that_it_ends_waiting_ones_first_started_or_not) {
  device->script = Script::waits;
  auto client = connect();
  client->read(1);
  client->read(2);
  executor.run_ready();
  client->send(3, "Common.Cancel");
  executor.run_until_idle();
  EXPECT_THAT(client->seen, ElementsAre("acknowledge 1", "acknowledge 2", "acknowledge 3", "completion 3", testing::_, testing::_));
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1 canceled"));
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2 canceled"));
  EXPECT_EQ(device->started, 1);
  EXPECT_EQ(device->ended, 0);
}

TEST_F(ServiceRules, a_command_cancelled_twice_and_timed_out_meanwhile_completes_once_after_its_clean_up) {
  device->script = Script::cleans_up;
  auto client = connect();
  client->read(1, R"(,"timeout":1000)");
  executor.run_ready();
  client->send(2, "Common.Cancel");
  client->send(3, "Common.Cancel");
  executor.run_ready();
  EXPECT_EQ(client->of(1).size(), 1u) << "the clean-up takes its time";
  executor.run_until_idle();
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1 canceled"));
  EXPECT_EQ(device->cleaned, 1);
  EXPECT_EQ(executor.now().time_since_epoch(), 2s);
}

TEST_F(ServiceRules, a_cancel_that_arrives_with_its_command_still_ends_it) {
  device->script = Script::waits;
  auto client = connect();
  client->read(1);
  client->send(2, "Common.Cancel", R"({"requestIds":[1]})");  // nothing ran in between
  executor.run_until_idle();
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1 canceled"));
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2"));
}

TEST_F(ServiceRules, a_command_that_ends_at_the_moment_of_its_cancel_may_succeed_and_completes_once) {
  device->script = Script::waits;
  auto client = connect();
  client->read(1);
  executor.run_ready();
  client->send(2, "Common.Cancel");
  device->go.notify_all();
  executor.run_until_idle();
  EXPECT_EQ(client->of(1).size(), 2u);
  EXPECT_EQ(device->ended, 1);
}

TEST_F(ServiceRules, timeout_counts_from_the_acknowledge_in_the_queue_as_well) {
  device->script = Script::waits;
  auto client = connect();
  client->read(1);
  client->read(2, R"(,"timeout":500)");
  client->read(3, R"(,"timeout":1500)");
  executor.run_ready();
  executor.advance(499ms);
  EXPECT_EQ(client->of(2).size(), 1u);
  executor.advance(1ms);
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2 timeOut"));
  executor.advance(500ms);
  device->go.notify_all();  // 1 ends, 3 starts with half a second left
  executor.run_ready();
  EXPECT_EQ(device->started, 2);
  executor.advance(500ms);
  EXPECT_THAT(client->of(3), ElementsAre("acknowledge 3", "completion 3 timeOut"));
  EXPECT_EQ(device->started, 2);
  EXPECT_TRUE(executor.idle()) << "no timer is left";
}

TEST_F(ServiceRules, the_longest_timeout_that_fits_the_header_is_no_overflow) {
  device->script = Script::waits;
  auto client = connect();
  client->read(1, R"(,"timeout":9223372036854775807)");
  executor.run_ready();
  EXPECT_EQ(client->of(1).size(), 1u);
  device->go.notify_all();
  executor.run_ready();
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1"));
}

TEST_F(ServiceRules, a_lost_client_ends_its_commands_running_and_waiting_and_those_of_others_go_on) {
  device->script = Script::waits;
  auto lost = connect();
  auto other = connect();
  lost->read(1);
  lost->read(2);
  executor.run_ready();
  other->read(1);
  executor.run_ready();
  lost->channel->close("killed");
  executor.run_ready();
  EXPECT_EQ(service->connections(), 1u);
  EXPECT_EQ(device->started, 2) << "the other client's turn has come";
  device->go.notify_all();
  executor.run_until_idle();
  EXPECT_THAT(other->of(1), ElementsAre("acknowledge 1", "completion 1"));
  EXPECT_THAT(observed.completed, ElementsAre("BarcodeReader.Read canceled", "BarcodeReader.Read canceled", "BarcodeReader.Read "))
      << "the journal has a line for those too";
}

TEST_F(ServiceRules, a_service_that_stops_completes_everything_then_closes) {
  device->script = Script::cleans_up;
  auto client = connect();
  client->read(1);
  client->read(2);
  executor.run_ready();
  TaskScope stopping(executor);
  stopping.spawn(service->stop());
  executor.run_ready();
  client->read(3);
  executor.run_until_idle();
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1 canceled"));
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2 canceled"));
  EXPECT_THAT(client->of(3), ElementsAre("acknowledge 3 tooManyRequests"));
  EXPECT_EQ(device->cleaned, 1) << "what runs is waited for";
  EXPECT_EQ(client->closed, "the service stops");
  EXPECT_EQ(stopping.running(), 0u);
}

TEST_F(ServiceRules, a_service_destroyed_with_commands_in_it_leaves_nothing_behind) {
  device->script = Script::waits;
  auto client = connect();
  client->read(1, R"(,"timeout":1000)");
  client->read(2, R"(,"timeout":1000)");
  executor.run_ready();
  service.reset();
  executor.run_until_idle();
  EXPECT_EQ(client->closed, "the service is gone");
  EXPECT_TRUE(executor.idle());
}

TEST_F(ServiceRules, lanes_run_side_by_side_and_each_in_order) {
  auto client = connect();
  const std::string_view entry = R"({"maxLen":4,"activeKeys":{"one":{}}})";
  client->send(1, "Keyboard.DataEntry", entry);
  client->send(2, "Keyboard.DataEntry", entry);
  client->send(3, "Crypto.GenerateRandom");
  client->read(4);
  executor.run_ready();
  EXPECT_THAT(client->of(4), ElementsAre("acknowledge 4", "completion 4")) << "the device lane";
  executor.advance(1s);
  EXPECT_THAT(client->of(3), ElementsAre("acknowledge 3", "completion 3")) << "the encryptor beside the keyboard";
  EXPECT_EQ(client->of(1).size(), 2u);
  EXPECT_EQ(client->of(2).size(), 1u) << "waits for its turn";
  executor.advance(9s);
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "event 1", "completion 1"));
  executor.run_until_idle();
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "event 2", "completion 2"));
  EXPECT_EQ(executor.now().time_since_epoch(), 20s);
}

TEST_F(ServiceRules, information_is_given_while_every_place_of_the_queue_is_taken) {
  options.maximum_requests = 2;
  device->script = Script::waits;
  auto client = connect();
  for (std::int64_t id = 1; id <= 3; ++id) client->read(id);
  executor.run_ready();
  client->send(4, "Common.Status");
  client->send(5, "Common.Cancel", R"({"requestIds":[2]})");
  executor.run_ready();
  EXPECT_THAT(client->of(3), ElementsAre("acknowledge 3 tooManyRequests"));
  EXPECT_THAT(client->of(4), ElementsAre("acknowledge 4", "completion 4"));
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2 canceled"));
  client->read(6);
  executor.run_ready();
  EXPECT_THAT(client->of(6), ElementsAre("acknowledge 6")) << "a place has come free";
}

TEST_F(ServiceRules, places_of_the_queue_come_back_however_a_command_ends) {
  options.maximum_requests = 1;
  auto client = connect();
  std::int64_t id = 0;
  for (const Script script : {Script::returns, Script::refuses, Script::throws, Script::wrong_word, Script::faults}) {
    device->script = script;
    client->read(++id);
    executor.run_until_idle();
    EXPECT_EQ(client->of(id).size(), 2u) << "the place taken before was not given back";
  }
  client->send(++id, "BarcodeReader.Read", R"({"symbologies":1})");
  executor.run_until_idle();
  EXPECT_THAT(client->of(id), ElementsAre("acknowledge 6", "completion 6 invalidData"));
  device->script = Script::waits;
  client->read(++id, R"(,"timeout":10)");
  executor.run_until_idle();
  client->read(++id);
  executor.run_ready();
  EXPECT_THAT(client->of(id), ElementsAre("acknowledge 8"));
}

TEST_F(ServiceRules, a_changed_status_is_told_before_the_completion_to_every_client_and_once) {
  device->script = Script::changes_status;
  auto client = connect();
  auto other = connect();
  client->read(1);
  executor.run_until_idle();
  const std::string changed = R"(unsolicited Common.StatusChangedEvent {"barcodeReader":{"scanner":"on"}})";
  EXPECT_THAT(client->seen, ElementsAre("acknowledge 1", changed, "completion 1"));
  EXPECT_THAT(other->seen, ElementsAre(changed));
  client->read(2);
  executor.run_until_idle();
  EXPECT_EQ(other->seen.size(), 1u) << "what has not changed since is not told again";
}

TEST_F(ServiceRules, an_event_of_another_command_is_dropped_and_reported) {
  EXPECT_THAT(read_with(Script::emits_foreign_event), ElementsAre("acknowledge 1", "completion 1"));
  EXPECT_THAT(observed.faults, ElementsAre(HasSubstr("EnterDataEvent")));
}

TEST_F(ServiceRules, the_worst_state_of_its_parts_is_the_state_of_the_service) {
  auto client = connect();
  executor.run_ready();
  device->state = DeviceState::starting;
  client->read(1);
  client->send(2, "Common.Status");
  client->send(3, "Common.Capabilities");
  executor.run_until_idle();
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1 sequenceError"));
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2"));
  EXPECT_THAT(client->of(3), ElementsAre("acknowledge 3", "completion 3 sequenceError"));
}

TEST_F(ServiceRules, a_policy_decides_command_by_command) {
  const OnlyStatus only_status;
  policy = &only_status;
  auto client = connect();
  client->read(1);
  client->send(2, "Common.Status");
  client->send(3, "Common.Cancel");
  executor.run_until_idle();
  EXPECT_THAT(client->of(1), ElementsAre("acknowledge 1", "completion 1 authorizationRequired"));
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2"));
  EXPECT_THAT(client->of(3), ElementsAre("acknowledge 3", "completion 3 authorizationRequired"));
  EXPECT_EQ(device->started, 0);
  service.reset();
}

TEST_F(ServiceRules, a_watcher_sees_both_directions) {
  observed.watching = true;
  auto client = connect();
  client->read(1);
  executor.run_until_idle();
  ASSERT_EQ(observed.watched.size(), 3u);
  EXPECT_THAT(observed.watched[0], HasSubstr("> {\"header\":{\"type\":\"command\""));
  EXPECT_THAT(observed.watched[1], HasSubstr("< {\"header\":{\"type\":\"acknowledge\""));
  EXPECT_THAT(observed.watched[2], HasSubstr("< {\"header\":{\"type\":\"completion\""));
}

TEST_F(ServiceRules, transaction_state_is_of_the_service_and_nonces_are_void_after_their_time) {
  options.command_nonce_timeout = 60s;
  auto client = connect();
  client->send(1, "Common.GetCommandNonce");
  executor.run_ready();
  executor.advance(59s);
  EXPECT_EQ(client->seen.size(), 2u);
  executor.advance(1s);
  EXPECT_THAT(client->seen.back(), HasSubstr("Common.NonceClearedEvent"));
  client->send(2, "Common.ClearCommandNonce");
  executor.run_until_idle();
  EXPECT_THAT(client->of(2), ElementsAre("acknowledge 2", "completion 2"));
  EXPECT_EQ(client->seen.size(), 5u) << "there was none to clear, so nothing was cleared";
}

TEST_F(ServiceRules, ten_thousand_schedules_of_clients_give_every_command_exactly_one_completion) {
  start();
  std::uint64_t state = 1;
  const auto pick = [&state](std::uint64_t below) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state % below;
  };
  std::size_t commands = 0, answers = 0;
  for (int round = 0; round < 10'000; ++round) {
    auto client = connect();
    std::map<std::int64_t, int> expected;
    for (std::int64_t id = 1; id <= 4; ++id) {
      device->script = std::array{Script::waits, Script::waits, Script::returns, Script::throws, Script::cleans_up}[pick(5)];
      switch (pick(6)) {
        case 0: client->send(id, "Common.Cancel"); break;
        case 1: client->read(id, R"(,"timeout":5)"); break;
        case 2: device->go.notify_all(); continue;
        case 3: executor.advance(std::chrono::milliseconds(pick(4))); continue;
        default: client->read(id);
      }
      ++expected[id];
      if (pick(2)) executor.run_ready();
    }
    const bool killed = pick(4) == 0;
    if (killed) client->channel->close("killed");
    while (!executor.idle()) {
      executor.run_until_idle();
      device->go.notify_all();
      executor.run_ready();
    }
    for (int i = 0; i < 8; ++i) device->go.notify_all(), executor.run_until_idle();
    commands += expected.size();
    if (killed) continue;
    for (const auto& [id, once] : expected) {
      const auto lines = client->of(id);
      const auto completions = std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with("completion"); });
      ASSERT_EQ(completions, 1) << "round " << round << ", request " << id;
      ASSERT_TRUE(lines.back().starts_with("completion")) << "round " << round << ", request " << id;
      ++answers;
    }
    client->channel->close("done");
    executor.run_until_idle();
    ASSERT_EQ(service->connections(), 0u);
  }
  EXPECT_GT(answers, commands / 2);
}

}  // namespace
}  // namespace sesame::spi
