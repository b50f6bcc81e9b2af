#include "devices/text_terminal/columns.hpp"
#include "devices/text_terminal/text_terminal_provider.hpp"
#include "simulators/devices/text_terminal/simulated_text_terminal.hpp"
#include "tests/unit/devices/stage.hpp"
#include "xfs/text_terminal_client.hpp"

namespace sesame::devices {
namespace {

namespace tt = xfs::text_terminal;

class TextTerminalStage : public Stage {
 public:
  explicit TextTerminalStage(text_terminal::Facts facts = simulators::ordinary_text_terminal()) {
    auto simulated = std::make_unique<simulators::SimulatedTextTerminal>(std::move(facts));
    device = simulated.get();
    std::vector<std::unique_ptr<spi::Provider>> providers;
    providers.push_back(std::make_unique<TextTerminalProvider>(std::move(simulated)));
    run(std::move(providers));
    client = std::make_unique<tt::Client>(*connection);
  }
  void customer(const std::string& verb) {
    device->perform(verb);
    executor.run_ready();
  }
  spi::Reply<tt::WriteCompletion> write(std::int64_t x, std::int64_t y, const std::string& text, tt::Modes mode = tt::Modes::absolute) {
    tt::Write wanted;
    wanted.pos_x = x;
    wanted.pos_y = y;
    wanted.text = text;
    wanted.mode = mode;
    return reply(client->write(wanted));
  }
  std::string row(std::size_t index) const { return device->rows().at(index); }
  simulators::SimulatedTextTerminal* device = nullptr;
  std::unique_ptr<tt::Client> client;
};

tt::Read read_of(std::int64_t count, std::initializer_list<const char*> command_keys) {
  tt::Read wanted;
  wanted.num_of_chars = count;
  wanted.active_keys = std::vector<std::string>{"zero", "one", "two", "three", "a"};
  auto& keys = wanted.active_command_keys.emplace();
  for (std::string name : command_keys) {
    tt::Key key;
    key.terminate = name.back() == '!';
    if (key.terminate) name.pop_back();
    keys.push_back({name, key});
  }
  return wanted;
}

constexpr auto keys_on = R"(StatusChangedEvent {"textTerminal":{"keyboard":"on"}})";
constexpr auto keys_off = R"(StatusChangedEvent {"textTerminal":{"keyboard":"off"}})";
std::string key(const char* name) { return std::string(R"(event KeyEvent {"key":")") + name + "\"}"; }
std::string command_key(const char* name) { return std::string(R"(event KeyEvent {"commandKey":")") + name + "\"}"; }

TEST(TextTerminalWrite, shows_text_where_it_is_told_and_goes_on_at_the_cursor) {
  TextTerminalStage stage;
  EXPECT_TRUE(stage.write(2, 1, "Welcome").ok());
  EXPECT_TRUE(stage.write(1, 0, "back", tt::Modes::relative).ok());
  EXPECT_EQ(stage.row(1), "  Welcome back");
}

TEST(TextTerminalWrite, wraps_at_the_edge_and_scrolls_at_the_bottom) {
  TextTerminalStage stage;
  stage.write(0, 0, "top");
  stage.write(30, 14, "abcd");
  EXPECT_EQ(stage.row(14), std::string(30, ' ') + "ab");
  EXPECT_EQ(stage.row(15), "cd");
  stage.write(0, 15, "last\nnew");
  EXPECT_EQ(stage.row(0), "");
  EXPECT_EQ(stage.row(14), "last");
  EXPECT_EQ(stage.row(15), "new");
}

TEST(TextTerminalWrite, gives_wide_characters_two_columns_and_combining_marks_none) {
  TextTerminalStage stage;
  stage.write(30, 0, "暗証");
  EXPECT_EQ(stage.row(0), std::string(30, ' ') + "暗");
  EXPECT_EQ(stage.row(1), "証");
  stage.write(31, 2, "暗");  // no room for its second half
  EXPECT_EQ(stage.row(3), "暗");
  EXPECT_EQ(text_terminal::glyphs_of("བོད").size(), 2u);
}

TEST(TextTerminalWrite, outside_the_screen_is_invalidData) {
  TextTerminalStage stage;
  EXPECT_EQ(stage.write(32, 0, "x").code, spi::CompletionCode::invalidData);
  EXPECT_EQ(stage.write(0, 16, "x").code, spi::CompletionCode::invalidData);
}

TEST(TextTerminalWrite, of_what_the_display_cannot_show_is_characterSetsData) {
  auto facts = simulators::ordinary_text_terminal();
  facts.unicode = false;
  TextTerminalStage stage(facts);
  EXPECT_EQ(stage.write(0, 0, "暗証").error_code, "characterSetsData");
  EXPECT_TRUE(stage.write(0, 0, "PIN").ok());
}

TEST(TextTerminalRead, tells_each_key_echoes_it_and_ends_by_a_terminating_key) {
  TextTerminalStage stage;
  auto call = stage.client->read(read_of(0, {"enter!"}));
  EXPECT_THAT(stage.heard(), ElementsAre(keys_on));
  stage.customer("type 12a");
  stage.customer("press enter");
  EXPECT_THAT(stage.heard(), ElementsAre(key("one"), key("two"), key("a"), command_key("enter"), keys_off, "completion Read"));
  EXPECT_EQ(stage.reply(call).data.input, std::string("12a"));
  EXPECT_EQ(stage.row(0), "12a");
}

TEST(TextTerminalRead, ends_by_itself_after_numOfChars) {
  TextTerminalStage stage;
  auto call = stage.client->read(read_of(2, {"enter!"}));
  stage.heard();
  stage.customer("type 123");
  EXPECT_EQ(stage.reply(call).data.input, std::string("12"));
}

TEST(TextTerminalRead, without_autoEnd_waits_for_the_terminating_key) {
  TextTerminalStage stage;
  auto wanted = read_of(2, {"enter!"});
  wanted.auto_end = false;
  auto call = stage.client->read(wanted);
  stage.heard();
  stage.customer("type 123");
  EXPECT_THAT(stage.heard(), ElementsAre(key("one"), key("two")));
  stage.customer("press enter");
  EXPECT_EQ(stage.reply(call).data.input, std::string("12"));
}

TEST(TextTerminalRead, corrects_by_backspace_and_clear) {
  TextTerminalStage stage;
  auto call = stage.client->read(read_of(0, {"enter!", "backspace", "clear"}));
  stage.heard();
  stage.customer("type 123");
  stage.customer("press backspace");
  EXPECT_EQ(stage.row(0), "12");
  stage.customer("press clear");
  EXPECT_EQ(stage.row(0), "");
  stage.customer("type 3");
  stage.customer("press enter");
  EXPECT_EQ(stage.reply(call).data.input, std::string("3"));
}

TEST(TextTerminalRead, shows_stars_for_a_password_and_nothing_when_invisible) {
  for (const auto& [mode, shown] : {std::pair(tt::ReadEchoMode::password, "***"), std::pair(tt::ReadEchoMode::invisible, "")}) {
    TextTerminalStage stage;
    auto wanted = read_of(0, {"enter!"});
    wanted.echo_mode = mode;
    stage.client->read(wanted);
    stage.heard();
    stage.customer("type 123");
    EXPECT_EQ(stage.row(0), shown);
  }
}

TEST(TextTerminalRead, takes_keys_pressed_before_unless_told_to_flush_them) {
  for (const bool flush : {false, true}) {
    TextTerminalStage stage;
    stage.customer("type 1");
    auto wanted = read_of(1, {});
    wanted.active_command_keys.reset();
    wanted.flush = flush;
    auto call = stage.client->read(wanted);
    stage.heard();
    EXPECT_EQ(call.completed(), !flush);
  }
}

TEST(TextTerminalRead, uses_the_keys_of_DefineKeys_and_refuses_none) {
  TextTerminalStage stage;
  tt::Read plain;
  plain.num_of_chars = 1;
  EXPECT_EQ(stage.reply(stage.client->read(plain)).error_code, "noActiveKeys");
  EXPECT_EQ(stage.reply(stage.client->define_keys()).error_code, "noActiveKeys");
  tt::DefineKeys define;
  define.active_keys = std::vector<std::string>{"#"};
  EXPECT_EQ(stage.reply(stage.client->define_keys(define)).error_code, "keyNotSupported");
  define.active_keys = std::vector<std::string>{"seven"};
  EXPECT_TRUE(stage.reply(stage.client->define_keys(define)).ok());
  auto call = stage.client->read(plain);
  stage.heard();
  stage.customer("type 67");
  EXPECT_EQ(stage.reply(call).data.input, std::string("7"));
}

TEST(TextTerminal, writes_beside_a_pending_read) {
  TextTerminalStage stage;
  auto read = stage.client->read(read_of(2, {"enter!"}));
  stage.heard();
  stage.customer("type 1");
  EXPECT_TRUE(stage.write(0, 5, "still here").ok());
  EXPECT_FALSE(read.completed());
  EXPECT_THAT(stage.heard(), ElementsAre(key("one"), "completion Write"));
  stage.customer("type 2");
  EXPECT_EQ(stage.reply(read).data.input, std::string("12"));
  EXPECT_EQ(stage.row(0), "12");
  EXPECT_EQ(stage.row(5), "still here");
}

TEST(TextTerminal, a_cancelled_read_turns_the_keys_off) {
  TextTerminalStage stage;
  auto call = stage.client->read(read_of(0, {"enter!"}));
  stage.heard();
  call.cancel();
  EXPECT_THAT(stage.heard(), ElementsAre("completion Cancel", keys_off, "completion Read canceled"));
}

TEST(TextTerminal, changes_its_resolution_and_clears_areas) {
  TextTerminalStage stage;
  tt::SetResolution wanted;
  wanted.resolution.size_x = 80;
  wanted.resolution.size_y = 25;
  stage.client->set_resolution(wanted);
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"textTerminal":{"displaySizeX":80,"displaySizeY":25}})", "completion SetResolution"));
  wanted.resolution.size_x = 81;
  EXPECT_EQ(stage.reply(stage.client->set_resolution(wanted)).error_code, "resolutionNotSupported");
  stage.write(0, 0, "abcdef");
  tt::ClearScreen clear;
  auto& area = clear.screen.emplace();
  area.position_x = 2;
  area.width = 2;
  area.height = 1;
  EXPECT_TRUE(stage.reply(stage.client->clear_screen(clear)).ok());
  EXPECT_EQ(stage.row(0), "ab  ef");
  area.width = 79;
  EXPECT_EQ(stage.reply(stage.client->clear_screen(clear)).code, spi::CompletionCode::invalidData);
  EXPECT_TRUE(stage.reply(stage.client->clear_screen()).ok());
  EXPECT_EQ(stage.row(0), "");
}

TEST(TextTerminal, offers_no_forms) {
  TextTerminalStage stage;
  EXPECT_EQ(stage.reply(stage.client->get_form_list()).code, spi::CompletionCode::unsupportedCommand);
}

TEST(TextTerminal, lists_its_keys_beeps_and_resets) {
  TextTerminalStage stage;
  const auto keys = stage.reply(stage.client->get_key_detail());
  EXPECT_EQ(keys.data.keys->size(), 37u);
  EXPECT_EQ(keys.data.command_keys->size(), 11u);
  EXPECT_TRUE(stage.reply(stage.client->beep()).ok());
  stage.write(0, 0, "x");
  EXPECT_TRUE(stage.reply(stage.client->reset()).ok());
  EXPECT_EQ(stage.row(0), "");
}

}  // namespace
}  // namespace sesame::devices
