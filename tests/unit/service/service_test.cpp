// How commands of a service end: by their provider, cancelled, timed out, with their client or with the service.
#include "tests/unit/service/service_rules.hpp"

namespace sesame::spi::rules {

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

}  // namespace sesame::spi::rules
