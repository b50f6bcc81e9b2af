// What the application has on its screen and takes from its keyboard while a session runs.
#include "tests/unit/cardless/cardless_stage.hpp"

namespace sesame::cardless {
namespace {

json::object digits_and_enter(std::int64_t longest = 0) {
  json::object keys;
  for (const char* key :
       {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "clear"})
    keys[key] = json::object{};
  keys["enter"] = json::object{{"terminate", true}};
  return {{"maxLen", longest}, {"autoEnd", longest > 0}, {"activeKeys", keys}};
}

std::string keys_of(const spi::RawReply& reply) {
  std::string keys;
  for (const auto& key : reply.payload->at("pinKeys").as_array())
    keys += std::string(key.at("digit").as_string()) + " ";
  return keys;
}

class Surroundings : public testing::Test {
 public:
  CardlessStage atm;
  void write(const std::string& text, int row = 0) {
    EXPECT_TRUE(
        atm.reply(atm.display_client->call("TextTerminal.Write", {{"text", text}, {"posY", row}})).ok());
  }
};

TEST_F(Surroundings, what_the_application_writes_during_a_session_is_on_the_screen_afterwards) {
  write("Welcome");
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  EXPECT_THAT(atm.screen().front(), HasSubstr("passcode"));
  write("Good evening", 1);
  EXPECT_THAT(atm.screen().front(), HasSubstr("passcode"));
  EXPECT_EQ(atm.verb("keyboard press cancel"), "ok");
  atm.pass(5s);
  const auto rows = atm.screen();
  EXPECT_EQ(rows[0], "Welcome");
  EXPECT_EQ(rows[1], "Good evening");
  EXPECT_EQ(rows[2], "");
  EXPECT_FALSE(call.completed());
}

TEST_F(Surroundings, a_relative_write_goes_on_where_the_applications_cursor_stood) {
  write("Balance:");
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  atm.verb("keyboard press cancel");
  atm.pass(5s);
  EXPECT_TRUE(atm.reply(atm.display_client->call("TextTerminal.Write",
                                                 {{"mode", "relative"}, {"posX", 1}, {"text", "100"}}))
                  .ok());
  EXPECT_EQ(atm.screen()[0], "Balance: 100");
}

TEST_F(Surroundings, a_pending_entry_waits_during_the_session_and_goes_on_after_it) {
  auto entry = atm.keyboard_client->call("Keyboard.DataEntry", digits_and_enter());
  auto call = atm.read();
  EXPECT_THAT(atm.keyboard_client->heard(), ElementsAre("event EnterDataEvent"));
  EXPECT_EQ(atm.verb("keyboard press fdk01"), "ok");
  EXPECT_TRUE(atm.desk().running());
  atm.verb("keyboard type 12");
  atm.verb("keyboard press cancel");
  atm.pass(5s);
  EXPECT_FALSE(atm.desk().running());
  EXPECT_THAT(atm.keyboard_client->heard(), IsEmpty());
  EXPECT_EQ(atm.verb("keyboard type 77"), "ok");
  EXPECT_EQ(atm.verb("keyboard press enter"), "ok");
  const auto reply = atm.reply(entry);
  EXPECT_EQ(keys_of(reply), "seven seven enter ");
  EXPECT_EQ(reply.payload->at("keys").to_number<int>(), 3);
  EXPECT_EQ(atm.keyboard_client->heard().size(), 4u);  // three KeyEvents and the completion
}

TEST_F(Surroundings, an_entry_that_has_seen_a_key_keeps_the_keys) {
  auto entry = atm.keyboard_client->call("Keyboard.DataEntry", digits_and_enter());
  auto call = atm.read();
  atm.verb("keyboard type 5");
  atm.verb("keyboard press fdk01");
  atm.settle();
  EXPECT_FALSE(atm.desk().running());
  EXPECT_NE(atm.desk().press_start(""), "ok");
  atm.settle();
  atm.pass(100ms);
  EXPECT_FALSE(atm.desk().running());
  atm.verb("keyboard press enter");
  EXPECT_EQ(keys_of(atm.reply(entry)), "five enter ");
}

TEST_F(Surroundings, the_timeout_of_a_pending_entry_runs_during_the_session) {
  auto entry = atm.keyboard_client->call("Keyboard.DataEntry", digits_and_enter(), 5s);
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  EXPECT_TRUE(atm.desk().running());
  atm.pass(5s);
  EXPECT_EQ(atm.reply(entry).code, spi::CompletionCode::timeOut);
  EXPECT_TRUE(atm.desk().running());
}

TEST_F(Surroundings, an_entry_of_a_pin_ends_the_session_and_has_all_the_keys) {
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  atm.verb("keyboard type 12");
  auto wanted = digits_and_enter(4);
  wanted["minLen"] = 4;
  wanted["autoEnd"] = false;
  auto pin = atm.keyboard_client->call("Keyboard.PinEntry", wanted);
  atm.settle();
  EXPECT_FALSE(atm.desk().running());
  EXPECT_EQ(atm.verb("keyboard type 3456"), "ok");
  EXPECT_EQ(atm.verb("keyboard press enter"), "ok");
  EXPECT_EQ(atm.reply(pin).payload->at("digits").to_number<int>(), 4);
  EXPECT_FALSE(call.completed());
}

TEST_F(Surroundings, a_start_key_that_the_application_uses_itself_is_the_applications) {
  auto wanted = digits_and_enter();
  wanted["activeKeys"].as_object()["fdk01"] = json::object{{"terminate", true}};
  auto entry = atm.keyboard_client->call("Keyboard.DataEntry", wanted);
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  EXPECT_EQ(keys_of(atm.reply(entry)), "fdk01 ");
  EXPECT_FALSE(atm.desk().running());
}

TEST_F(Surroundings, before_the_first_touch_nobody_is_looked_at) {
  atm.engine->show({"face of bea"});
  auto call = atm.read();
  atm.pass(60s);
  EXPECT_EQ(atm.engine->counts().captures, 0);
  EXPECT_EQ(atm.engine->counts().presence_waits, 0);
}

TEST_F(Surroundings, without_a_waiting_application_the_start_key_does_nothing) {
  EXPECT_THAT(atm.verb("keyboard press fdk01"), HasSubstr("error"));
  EXPECT_EQ(atm.desk().state(), "no application waits for a card");
}

}  // namespace
}  // namespace sesame::cardless
