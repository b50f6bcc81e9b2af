// What a service does around its commands: lanes, places in the queue, status, policy, watchers, and all of it under many clients.
#include "tests/unit/service/service_rules.hpp"

namespace sesame::spi::rules {

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

}  // namespace sesame::spi::rules
