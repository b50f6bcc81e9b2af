// What tells customers that they may come in by face: a line where the application's screen is blank, a lamp that the
// application leaves dark. The application must not be able to tell.
#include <fstream>

#include "tests/unit/cardless/cardless_stage.hpp"

namespace sesame::cardless {
namespace {

constexpr const char* words = "No card? Press the face key.";

std::string profile_file(const std::string& invitation) {
  const std::string path = testing::TempDir() + "/inviting.yaml";
  std::ofstream(path) << "name: inviting\nstart: {key: fdk01}\nclaim: [{kind: passcode, digits: [6, 8]}]\ninvitation: " << invitation << "\n";
  return "[" + path + "]";
}

class Line : public testing::Test {
 public:
  CardlessStage atm;
  json::object at(int column, int row, const std::string& text) { return {{"text", text}, {"posX", column}, {"posY", row}}; }
  void write(json::object payload) { EXPECT_TRUE(atm.reply(atm.display_client->call("TextTerminal.Write", std::move(payload))).ok()); }
  void clear() { EXPECT_TRUE(atm.reply(atm.display_client->call("TextTerminal.ClearScreen")).ok()); }
  std::string last_row() { return atm.screen().back(); }
};

TEST_F(Line, is_shown_while_a_session_can_start) {
  write(at(0, 0, "Insert your card"));
  atm.pass(1s);
  EXPECT_EQ(last_row(), "");  // nobody waits for a card
  auto call = atm.read();
  EXPECT_EQ(last_row(), words);
  EXPECT_EQ(atm.screen().front(), "Insert your card");
  EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(last_row(), "");
  EXPECT_EQ(atm.screen().front(), "Insert your card");
}

TEST_F(Line, stays_while_the_application_reads_again_and_again) {
  auto call = atm.read(500ms);
  atm.pass(501ms);
  EXPECT_TRUE(call.completed());
  EXPECT_EQ(last_row(), words);
  auto next = atm.read(500ms);
  EXPECT_EQ(last_row(), words);
}

TEST_F(Line, leaves_the_cursor_where_the_application_has_it) {
  write(at(0, 3, "Balance:"));
  auto call = atm.read();
  atm.pass(1s);
  EXPECT_EQ(last_row(), words);
  write({{"mode", "relative"}, {"posX", 1}, {"text", "100"}});
  EXPECT_EQ(atm.screen()[3], "Balance: 100");
  EXPECT_EQ(last_row(), words);  // that Write did not come near it
  clear();
  write({{"mode", "relative"}, {"text", "after"}});
  EXPECT_EQ(atm.screen()[0], "after");
}

TEST_F(Line, gives_way_to_what_the_application_writes_there) {
  const int last = static_cast<int>(atm.screen().size()) - 1;
  auto call = atm.read();
  atm.pass(1s);
  write(at(3, last, "12:00"));
  atm.pass(1s);
  EXPECT_EQ(last_row(), "   12:00");
  clear();
  EXPECT_EQ(last_row(), "");
  atm.pass(299ms);
  EXPECT_EQ(last_row(), "");  // the application may be about to write
  atm.pass(1ms);
  EXPECT_EQ(last_row(), words);
}

TEST_F(Line, is_gone_before_the_screen_scrolls) {
  const int last = static_cast<int>(atm.screen().size()) - 1;
  auto call = atm.read();
  atm.pass(1s);
  write(at(0, last - 1, "one\ntwo\nthree"));
  auto rows = atm.screen();
  EXPECT_EQ(rows[static_cast<std::size_t>(last) - 2], "one");
  EXPECT_EQ(rows[static_cast<std::size_t>(last) - 1], "two");
  EXPECT_EQ(rows.back(), "three");
}

TEST_F(Line, does_not_come_after_a_full_row_where_the_cursor_has_no_name) {
  auto call = atm.read();
  atm.pass(1s);
  const auto status = atm.reply(atm.display_client->call("Common.Status"));
  const auto columns = status.payload->at("textTerminal").at("displaySizeX").to_number<std::size_t>();
  write(at(0, 0, std::string(columns, 'x')));
  atm.pass(1s);
  EXPECT_EQ(last_row(), "");
  write(at(0, 1, "next"));
  atm.pass(1s);
  EXPECT_EQ(last_row(), words);
}

TEST_F(Line, is_away_while_the_application_reads_the_terminals_keys) {
  auto call = atm.read();
  atm.pass(1s);
  auto keys = atm.display_client->call("TextTerminal.Read", {{"numOfChars", 3}, {"posX", 0}, {"posY", 0}, {"activeKeys", json::array{"one"}}}, 2s);
  atm.pass(1s);
  EXPECT_EQ(last_row(), "");
  atm.pass(2s);
  EXPECT_TRUE(keys.completed());
  EXPECT_EQ(last_row(), "");  // what was typed may still stand on the screen
  clear();
  atm.pass(1s);
  EXPECT_EQ(last_row(), words);
}

TEST_F(Line, is_no_part_of_the_screen_that_a_session_gives_back) {
  write(at(0, 0, "Insert your card"));
  auto call = atm.read();
  atm.pass(1s);
  EXPECT_EQ(atm.verb("keyboard press fdk01"), "ok");
  EXPECT_NE(last_row(), words);
  EXPECT_EQ(atm.verb("keyboard press cancel"), "ok");
  atm.pass(5s);
  EXPECT_EQ(atm.screen().front(), "Insert your card");
  EXPECT_EQ(last_row(), words);
  EXPECT_THAT(atm.display_client->heard(), ElementsAre("completion Write"));
}

TEST(Invitation, may_be_of_the_operators_own_words_and_is_cut_to_the_row) {
  CardlessStage atm(profile_file("{line: \"" + std::string(300, 'w') + "\"}"));
  auto call = atm.read();
  atm.pass(1s);
  const auto row = atm.screen().back();
  EXPECT_GT(row.size(), 10u);
  EXPECT_EQ(row, std::string(row.size(), 'w'));
}

TEST(Invitation, that_is_wrong_is_refused) {
  for (const char* wrong : {"{lamp: x}", "{light: fasciaLight, flash: fast}", "{flash: slow}"}) {
    try {
      read_profile(spi::Section::from_text("name: x\ninvitation: " + std::string(wrong) + "\n", "mine.yaml"), 4);
      ADD_FAILURE() << wrong << " was taken";
    } catch (const spi::ConfigurationError& error) {
      EXPECT_THAT(error.what(), HasSubstr("mine.yaml:2"));
    }
  }
}

class Light : public testing::Test {
 public:
  CardlessStage atm{profile_file("{light: contactless, flash: medium}")};
  Client application{atm.executor, atm.host->open("lights")};
  Light() { atm.settle(); }
  std::string lamp() {
    const std::string shown = atm.verb("lights show");
    const auto begin = shown.find("contactless default: ");
    return shown.substr(begin + 21, shown.find('\n', begin) - begin - 21);
  }
  spi::RawReply set(const std::string& rate) {
    return atm.reply(application.call("Lights.SetLight", {{"contactless", json::object{{"default", json::object{{"flashRate", rate}}}}}}));
  }
  std::string status() {
    const auto told = atm.reply(application.call("Common.Status"));
    return std::string(told.payload->at("lights").at("contactless").at("default").at("flashRate").as_string());
  }
};

TEST_F(Light, glows_while_a_session_can_start_and_the_application_does_not_see_it) {
  EXPECT_EQ(lamp(), "off");
  auto call = atm.read();
  EXPECT_EQ(lamp(), "medium");
  EXPECT_EQ(status(), "off");
  EXPECT_EQ(atm.verb("keyboard press fdk01"), "ok");
  EXPECT_EQ(lamp(), "off");
  EXPECT_EQ(atm.verb("keyboard press cancel"), "ok");
  atm.pass(5s);
  EXPECT_EQ(lamp(), "medium");
  EXPECT_THAT(application.heard(), ElementsAre("completion Status"));
}

TEST_F(Light, gives_way_to_the_applications_setting_and_comes_back_after_it) {
  auto call = atm.read();
  EXPECT_EQ(lamp(), "medium");
  EXPECT_TRUE(set("medium").ok());  // the same, but the application's now
  EXPECT_EQ(lamp(), "medium");
  EXPECT_EQ(status(), "medium");
  EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(lamp(), "medium");
  EXPECT_TRUE(set("off").ok());
  EXPECT_EQ(lamp(), "off");
  EXPECT_THAT(application.heard(),
              testing::UnorderedElementsAre(R"(StatusChangedEvent {"lights":{"contactless":{"default":{"flashRate":"medium"}}}})",
                                            "completion SetLight", "completion Status",
                                            R"(StatusChangedEvent {"lights":{"contactless":{"default":{"flashRate":"off"}}}})",
                                            "completion SetLight"));
}

TEST_F(Light, that_the_application_has_on_is_left_alone) {
  EXPECT_TRUE(set("continuous").ok());
  auto call = atm.read();
  atm.pass(5s);
  EXPECT_EQ(lamp(), "continuous");
  EXPECT_TRUE(set("off").ok());
  atm.settle();
  EXPECT_EQ(lamp(), "medium");
  EXPECT_EQ(status(), "off");
}

TEST_F(Light, that_does_not_work_costs_the_application_nothing) {
  EXPECT_EQ(atm.verb("lights break contactless"), "ok");
  auto call = atm.read();
  atm.pass(10s);
  auto own = application.call("Lights.SetLight", {{"contactless", json::object{{"default", json::object{{"flashRate", "slow"}}}}}});
  atm.settle();
  ASSERT_TRUE(own.completed());
  EXPECT_EQ(atm.reply(own).error_code, "lightError");
  EXPECT_EQ(atm.verb("lights mend contactless"), "ok");
  atm.pass(1s);
  EXPECT_EQ(lamp(), "medium");
}

TEST_F(Light, that_breaks_while_it_glows_is_the_applications_at_once) {
  auto call = atm.read();
  EXPECT_EQ(lamp(), "medium");
  EXPECT_EQ(atm.verb("lights break contactless"), "ok");
  EXPECT_EQ(set("slow").error_code, "lightError");
  EXPECT_EQ(atm.verb("lights mend contactless"), "ok");
  EXPECT_TRUE(set("slow").ok());
  EXPECT_EQ(status(), "slow");
}

TEST_F(Light, of_a_controller_that_is_unplugged_comes_back_with_it) {
  auto call = atm.read();
  EXPECT_EQ(atm.verb("lights unplug"), "ok");
  atm.pass(3s);
  EXPECT_EQ(atm.verb("lights plug"), "ok");
  atm.pass(2s);
  EXPECT_EQ(lamp(), "medium");
}

TEST(Invitation, by_a_light_needs_the_service_of_the_lights) {
  spi::VirtualExecutor executor;
  spi::Registry registry;
  devices::register_card_reader(registry);
  devices::register_keyboard(registry);
  simulators::register_simulated_devices(registry);
  register_cardless(registry);
  const std::string text =
      "services:\n  - {name: cardreader, provider: CardReader, driver: simulated}\n"
      "  - {name: keyboard, provider: Keyboard, driver: simulated}\n"
      "cardless: {card_reader: cardreader, keyboard: keyboard, profiles: " + profile_file("{light: contactless}") + ", issuer: {simulated: true}}\n";
  try {
    spi::Host host(executor, registry, spi::Section::from_text(text, "atm.yaml"));
    ADD_FAILURE() << "it was taken";
  } catch (const spi::ConfigurationError& error) {
    EXPECT_THAT(error.what(), HasSubstr("inviting"));
    EXPECT_THAT(error.what(), HasSubstr("lights"));
  }
}

}  // namespace
}  // namespace sesame::cardless
