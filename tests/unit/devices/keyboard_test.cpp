#include "devices/keyboard/keyboard_provider.hpp"
#include "simulators/devices/keyboard/simulated_keyboard.hpp"
#include "tests/unit/devices/stage.hpp"
#include "xfs/keyboard_client.hpp"

namespace sesame::devices {
namespace {

namespace keys = xfs::keyboard;

class KeyboardStage : public Stage {
 public:
  KeyboardStage() {
    auto simulated = std::make_unique<simulators::SimulatedKeyboard>();
    device = simulated.get();
    std::vector<std::unique_ptr<spi::Provider>> providers;
    providers.push_back(std::make_unique<KeyboardProvider>(std::move(simulated)));
    run(std::move(providers));
    client = std::make_unique<keys::Client>(*connection);
  }
  std::string customer(const std::string& verb) {
    std::string said = device->perform(verb);
    executor.run_ready();
    return said;
  }
  simulators::SimulatedKeyboard* device = nullptr;
  std::unique_ptr<keys::Client> client;
};

// All digits, and the others given; those that end the entry have an exclamation mark: "enter!".
contract::Map<keys::ActiveKeysValue> active(std::initializer_list<const char*> functions) {
  contract::Map<keys::ActiveKeysValue> map;
  for (const char* digit : {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}) map.push_back({digit, {}});
  for (std::string name : functions) {
    keys::ActiveKeysValue value;
    value.terminate = name.back() == '!';
    if (value.terminate) name.pop_back();
    map.push_back({name, value});
  }
  return map;
}

keys::DataEntry data(std::initializer_list<const char*> functions, std::int64_t max_len = 0, bool auto_end = false) {
  keys::DataEntry entry;
  entry.active_keys = active(functions);
  entry.max_len = max_len;
  entry.auto_end = auto_end;
  return entry;
}
keys::PinEntry pin(std::initializer_list<const char*> functions, std::int64_t min_len = 4, std::int64_t max_len = 6, bool auto_end = false) {
  keys::PinEntry entry;
  entry.active_keys = active(functions);
  entry.min_len = min_len;
  entry.max_len = max_len;
  entry.auto_end = auto_end;
  return entry;
}

std::string key(const char* name, const char* completion = "continue") {
  return std::string(R"(event KeyEvent {"completion":")") + completion + R"(","digit":")" + name + "\"}";
}

TEST(KeyboardDataEntry, tells_each_key_and_returns_them_all) {
  KeyboardStage stage;
  auto call = stage.client->data_entry(data({"enter!", "clear", "fdk01"}));
  EXPECT_THAT(stage.heard(), ElementsAre("event EnterDataEvent"));
  stage.customer("type 10");
  stage.customer("press fdk01");
  stage.customer("press clear");
  stage.customer("type 7");
  stage.customer("press enter");
  EXPECT_THAT(stage.heard(), ElementsAre(key("one"), key("zero"), key("fdk01", "contFdk"), key("clear"), key("seven"), key("enter", "enter"),
                                         "completion DataEntry"));
  const auto reply = stage.reply(call);
  EXPECT_EQ(reply.data.keys, 6);
  EXPECT_EQ(reply.data.completion, keys::EntryCompletion::enter);
  ASSERT_EQ(reply.data.pin_keys->size(), 6u);
  EXPECT_EQ(reply.data.pin_keys->at(4).digit, "seven");
}

TEST(KeyboardDataEntry, ends_by_itself_at_maxLen_and_forgets_what_was_typed_beyond) {
  KeyboardStage stage;
  auto call = stage.client->data_entry(data({"cancel!"}, 2, true));
  stage.heard();
  stage.customer("type 123");
  EXPECT_THAT(stage.heard(), ElementsAre(key("one"), key("two", "auto"), "completion DataEntry"));
  EXPECT_EQ(stage.reply(call).data.completion, keys::EntryCompletion::auto_);
}

TEST(KeyboardDataEntry, without_autoEnd_digits_beyond_maxLen_do_nothing_until_a_correction) {
  KeyboardStage stage;
  stage.client->data_entry(data({"enter!", "backspace"}, 2, false));
  stage.heard();
  stage.customer("type 123");
  EXPECT_THAT(stage.heard(), ElementsAre(key("one"), key("two")));
  stage.customer("press backspace");
  stage.customer("type 9");
  stage.customer("press enter");
  EXPECT_THAT(stage.heard(), ElementsAre(key("backspace"), key("nine"), key("enter", "enter"), "completion DataEntry"));
}

TEST(KeyboardDataEntry, refuses_keys_with_the_standards_own_spelling) {
  KeyboardStage stage;
  EXPECT_EQ(stage.reply(stage.client->data_entry(keys::DataEntry{})).error_code, "noActivekeys");
  EXPECT_EQ(stage.reply(stage.client->data_entry(data({"fdk32"}))).error_code, "keyNotSupported");
}

TEST(KeyboardDataEntry, cancelled_or_timed_out_leaves_the_keys_dead) {
  KeyboardStage stage;
  auto call = stage.client->data_entry(data({"enter!"}));
  stage.heard();
  stage.customer("type 1");
  call.cancel();
  EXPECT_THAT(stage.heard(), ElementsAre(key("one"), "completion Cancel", "completion DataEntry canceled"));
  EXPECT_THROW(stage.customer("type 2"), simulators::VerbError);
  stage.client->data_entry(data({"enter!"}), {3000ms});
  EXPECT_THAT(stage.after(3s), ElementsAre("event EnterDataEvent", "completion DataEntry timeOut"));
  EXPECT_THROW(stage.customer("type 2"), simulators::VerbError);
}

TEST(KeyboardDataEntry, one_entry_at_a_time) {
  KeyboardStage stage;
  stage.client->data_entry(data({"enter!"}));
  stage.client->pin_entry(pin({"enter!"}));
  EXPECT_THAT(stage.heard(), ElementsAre("event EnterDataEvent"));
  stage.customer("press enter");
  EXPECT_THAT(stage.heard(), ElementsAre(key("enter", "enter"), "completion DataEntry", "event EnterDataEvent"));
}

TEST(KeyboardPinEntry, tells_that_digits_come_but_never_which) {
  KeyboardStage stage;
  auto call = stage.client->pin_entry(pin({"enter!", "cancel!", "clear"}));
  EXPECT_THAT(stage.heard(), ElementsAre("event EnterDataEvent"));
  stage.customer("type 8352");
  stage.customer("press enter");
  EXPECT_THAT(stage.heard(), ElementsAre(key("zero"), key("zero"), key("zero"), key("zero"), key("enter", "enter"), "completion PinEntry"));
  const auto reply = stage.reply(call);
  EXPECT_EQ(reply.data.digits, 4);
  EXPECT_EQ(reply.data.completion, keys::EntryCompletion::enter);
  EXPECT_TRUE(stage.device->holds_pin("8352"));
  for (const char* secret : {"8352", "eight", "three", "five", "two"}) {
    EXPECT_EQ(stage.transcript->everything.find(secret), std::string::npos) << secret;
    EXPECT_EQ(stage.device->perform("status").find(secret), std::string::npos) << secret;
  }
}

TEST(KeyboardPinEntry, too_short_a_PIN_is_not_taken) {
  KeyboardStage stage;
  auto call = stage.client->pin_entry(pin({"enter!"}, 4));
  stage.heard();
  stage.customer("type 123");
  stage.customer("press enter");
  EXPECT_THAT(stage.heard(), ElementsAre(key("zero"), key("zero"), key("zero"), key("enter")));
  stage.customer("type 4");
  stage.customer("press enter");
  EXPECT_THAT(stage.heard(), ElementsAre(key("zero"), key("enter", "enter"), "completion PinEntry"));
  EXPECT_TRUE(stage.device->holds_pin("1234"));
}

TEST(KeyboardPinEntry, ends_by_itself_at_maxLen) {
  KeyboardStage stage;
  auto call = stage.client->pin_entry(pin({}, 4, 4, true));
  stage.heard();
  stage.customer("type 12345");
  EXPECT_THAT(stage.heard(), ElementsAre(key("zero"), key("zero"), key("zero"), key("zero", "auto"), "completion PinEntry"));
  EXPECT_EQ(stage.reply(call).data.digits, 4);
  EXPECT_TRUE(stage.device->holds_pin("1234"));
}

TEST(KeyboardPinEntry, digits_beyond_maxLen_and_after_the_end_are_not_part_of_the_PIN) {
  KeyboardStage stage;
  stage.client->pin_entry(pin({"enter!"}, 4, 4));
  stage.heard();
  stage.device->perform("type 123456");
  stage.device->perform("press enter");
  stage.device->perform("type 99");
  stage.heard();
  EXPECT_TRUE(stage.device->holds_pin("1234"));
}

TEST(KeyboardPinEntry, cancel_clear_and_cancellation_erase_the_PIN) {
  KeyboardStage stage;
  auto call = stage.client->pin_entry(pin({"enter!", "cancel!"}));
  stage.heard();
  stage.customer("type 1234");
  stage.customer("press cancel");
  EXPECT_EQ(stage.reply(call).data.completion, keys::EntryCompletion::cancel);
  EXPECT_TRUE(stage.device->holds_pin(""));
  auto cleared = stage.client->pin_entry(pin({"enter!", "clear"}));
  stage.heard();
  stage.customer("type 9999");
  stage.customer("press clear");
  stage.customer("type 1234");
  stage.customer("press enter");
  EXPECT_EQ(stage.reply(cleared).data.digits, 4);
  EXPECT_TRUE(stage.device->holds_pin("1234"));
  auto canceled = stage.client->pin_entry(pin({"enter!"}));
  stage.heard();
  stage.customer("type 5678");
  canceled.cancel();
  stage.heard();
  EXPECT_TRUE(stage.device->holds_pin(""));
}

TEST(KeyboardPinEntry, checks_what_it_is_asked_before_a_key_works) {
  KeyboardStage stage;
  EXPECT_EQ(stage.reply(stage.client->pin_entry(keys::PinEntry{})).error_code, "noActivekeys");
  EXPECT_EQ(stage.reply(stage.client->pin_entry(pin({"enter"}))).error_code, "noTerminatekeys");
  EXPECT_EQ(stage.reply(stage.client->pin_entry(pin({"enter!"}, 7, 6))).error_code, "minimumLength");
  EXPECT_EQ(stage.reply(stage.client->pin_entry(pin({"fdk32!"}))).error_code, "keyNotSupported");
  auto digit_ends = pin({"enter!"});
  digit_ends.active_keys.front().value.terminate = true;
  EXPECT_EQ(stage.reply(stage.client->pin_entry(digit_ends)).error_code, "keyInvalid");
}

TEST(KeyboardPinEntry, the_PIN_is_erased_by_the_next_DataEntry_and_by_Reset) {
  KeyboardStage stage;
  for (const bool by_reset : {true, false}) {
    stage.client->pin_entry(pin({"enter!"}));
    stage.heard();
    stage.customer("type 1234");
    stage.customer("press enter");
    EXPECT_TRUE(stage.device->holds_pin("1234"));
    if (by_reset)
      stage.client->reset();
    else
      stage.client->data_entry(data({"enter!"}));
    stage.heard();
    EXPECT_TRUE(stage.device->holds_pin(""));
  }
}

TEST(KeyboardGetLayout, gives_every_mode_but_secure_even_during_an_entry) {
  KeyboardStage stage;
  stage.client->data_entry(data({"enter!"}));
  stage.heard();
  const auto all = stage.reply(stage.client->get_layout());
  EXPECT_EQ(all.data.layout->data->size(), 2u);
  EXPECT_EQ(all.data.layout->pin->front().keys.size(), 15u);
  EXPECT_FALSE(all.data.layout->secure);
  keys::GetLayout secure;
  secure.entry_mode = keys::GetLayoutEntryMode::secure;
  EXPECT_EQ(stage.reply(stage.client->get_layout(secure)).error_code, "modeNotSupported");
}

TEST(KeyboardKeypressBeep, switches_the_beeps_and_tells_every_client) {
  KeyboardStage stage;
  keys::KeypressBeep beep;
  beep.mode.inactive = true;
  stage.client->keypress_beep(beep);
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"keyboard":{"autoBeepMode":{"activeAvailable":false,"inactiveAvailable":true}}})",
                                         "completion KeypressBeep"));
}

TEST(Keyboard, unplugged_in_an_entry_fails_it) {
  KeyboardStage stage;
  stage.client->pin_entry(pin({"enter!"}));
  stage.heard();
  stage.customer("unplug");
  EXPECT_EQ(stage.heard().back(), "completion PinEntry hardwareError");
  stage.client->pin_entry(pin({"enter!"}));
  EXPECT_THAT(stage.heard(), ElementsAre("completion PinEntry deviceNotReady"));
}

}  // namespace
}  // namespace sesame::devices
