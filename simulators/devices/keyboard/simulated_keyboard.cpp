#include "simulators/devices/keyboard/simulated_keyboard.hpp"

#include <string.h>

#include <algorithm>

namespace sesame::simulators {
using keyboard::Mode;
using keyboard::Press;

namespace {

constexpr const char* digit_names[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};

int digit_of(const std::string& key) {
  const auto found = std::ranges::find(digit_names, key);
  return found == std::end(digit_names) ? -1 : static_cast<int>(found - std::begin(digit_names));
}

std::vector<keyboard::Frame> ordinary_keys() {
  const char* const rows[4][4] = {
      {"one", "two", "three", "cancel"}, {"four", "five", "six", "clear"}, {"seven", "eight", "nine", "enter"}, {"backspace", "zero", "help", ""}};
  keyboard::Frame pad, beside_screen;
  for (int row = 0; row < 4; ++row)
    for (int column = 0; column < 4; ++column)
      if (*rows[row][column]) pad.keys.push_back({rows[row][column], "", column * 250, row * 250, 250, 250});
  for (int key = 0; key < 8; ++key)
    beside_screen.keys.push_back({"fdk0" + std::to_string(key + 1), "", key < 4 ? 0 : 900, key % 4 * 250, 100, 250});
  return {pad, beside_screen};
}

}  // namespace

keyboard::Facts ordinary_keyboard() {
  keyboard::Facts facts;
  facts.data_keys = facts.pin_keys = ordinary_keys();
  facts.active_beep = facts.active_beep_selectable = facts.inactive_beep = facts.inactive_beep_selectable = true;
  return facts;
}

SimulatedKeyboard::SimulatedKeyboard(keyboard::Facts facts, std::string name) : SimulatedDevice(std::move(name)), facts_(std::move(facts)) {
  add_verbs();
}

SimulatedKeyboard::~SimulatedKeyboard() { wipe_pin(); }

void SimulatedKeyboard::add_verbs() {
  verb("type", "DIGITS", "press number keys one after another", [this](VerbArguments& a) {
    const auto digits = a.word();
    a.end();
    if (!digits || digits->find_first_not_of("0123456789") != std::string::npos)
      throw VerbError("no digits: expected " + a.expected());
    for (const char digit : *digits) press(digit_names[digit - '0']);
    return std::string();
  });
  verb("press", "KEY", "press one key: enter, cancel, clear, backspace, help, fdk01, one, ...", [this](VerbArguments& a) {
    const auto key = a.word();
    a.end();
    if (!key) throw VerbError("no key: expected " + a.expected());
    press(*key);
    return std::string();
  });
  verb("unplug", "cut the connection to the device", [this] { return plug(false); });
  verb("plug", "restore it", [this] { return plug(true); });
  verb("status", "which entry is open, how long the PIN is", [this] { return describe(); });
  condition("entry", [this] { return entry_.has_value(); });
  condition("no-entry", [this] { return !entry_; });
  condition("data-entry", [this] { return entry_ && entry_->mode == Mode::data; });
  condition("pin-entry", [this] { return entry_ && entry_->mode == Mode::pin; });
}

void SimulatedKeyboard::press(const std::string& key) {
  if (!plugged_) throw VerbError("the keyboard has no power: expected `plug` first");
  const auto same = [&](const keyboard::Key& known) { return known.name == key; };
  const bool exists = std::ranges::any_of(facts_.data_keys, [&](const auto& frame) { return std::ranges::any_of(frame.keys, same); });
  if (!exists) throw VerbError("no key of that name: expected zero to nine, enter, cancel, clear, backspace, help or fdk01 to fdk08");
  if (!entry_) throw VerbError("the keys do not work now: expected an entry (`wait entry`)");
  if (std::ranges::find(entry_->active_keys, key) == entry_->active_keys.end())
    throw VerbError("that key does not work in this entry: expected one that the application made active");
  pressed_.push_back(key);
}

std::string SimulatedKeyboard::plug(bool plugged) {
  if (plugged_ == plugged) throw VerbError(plugged ? "it is plugged in already" : "it is unplugged already");
  plugged_ = plugged;
  entry_.reset();
  pressed_.clear();
  wipe_pin();  // tamper protection: no power, no PIN
  changed();
  if (listener_) listener_->state_changed();
  return "";
}

std::string SimulatedKeyboard::describe() const {
  std::string text = !plugged_ ? "unplugged" : !entry_ ? "no entry" : entry_->mode == Mode::pin ? "PIN entry" : "data entry";
  return text + ", " + (pin_length_ > 0 ? "a PIN is held" : "no PIN");
}

keyboard::State SimulatedKeyboard::state() const {
  keyboard::State state;
  state.device = plugged_ ? spi::DeviceState::online : spi::DeviceState::noDevice;
  state.active_beep = active_beep_;
  state.inactive_beep = inactive_beep_;
  return state;
}

void SimulatedKeyboard::require_power() const {
  if (!plugged_) throw spi::Fault("the keyboard does not answer");
}

void SimulatedKeyboard::wipe_pin() {
  explicit_bzero(pin_.data(), pin_.size());
  pin_length_ = 0;
}

bool SimulatedKeyboard::holds_pin(std::string_view pin) const { return std::string_view(pin_.data(), pin_length_) == pin; }

spi::Task<void> SimulatedKeyboard::start_entry(keyboard::Entry entry) {
  require_power();
  if (entry.mode == Mode::pin) wipe_pin();
  pressed_.clear();
  entry_ = std::move(entry);
  changed();
  co_return;
}

bool SimulatedKeyboard::apply_to_pin(const std::string& key) {
  const int digit = digit_of(key);
  if (digit >= 0) {
    const unsigned longest = entry_->longest > 0 ? entry_->longest : facts_.longest_pin;
    if (pin_length_ >= longest || pin_length_ >= pin_.size()) return false;
    pin_[pin_length_++] = static_cast<char>('0' + digit);
  }
  if (key == "clear") wipe_pin();
  if (key == "backspace" && pin_length_ > 0) pin_[--pin_length_] = 0;
  return true;
}

spi::Task<Press> SimulatedKeyboard::next_key() {
  for (;;) {
    require_power();
    if (pressed_.empty()) {
      co_await changes().wait();
      continue;
    }
    const std::string key = std::move(pressed_.front());
    pressed_.pop_front();
    if (!entry_ || entry_->mode == Mode::data) co_return Press{key, 0};
    if (!apply_to_pin(key)) continue;
    Press press;
    if (digit_of(key) < 0) press.name = key;
    press.digits = pin_length_;
    co_return press;
  }
}

spi::Task<void> SimulatedKeyboard::end_entry() {
  entry_.reset();
  pressed_.clear();
  changed();
  co_return;
}

spi::Task<void> SimulatedKeyboard::forget_pin() {
  wipe_pin();
  co_return;
}

spi::Task<void> SimulatedKeyboard::set_beep(bool active, bool inactive) {
  require_power();
  active_beep_ = active;
  inactive_beep_ = inactive;
  if (listener_) listener_->state_changed();
  co_return;
}

spi::Task<void> SimulatedKeyboard::reset() {
  require_power();
  entry_.reset();
  pressed_.clear();
  wipe_pin();
  changed();
  co_return;
}

}  // namespace sesame::simulators
