#include "devices/keyboard/keyboard_provider.hpp"

#include <algorithm>

namespace sesame::devices {
using namespace xfs::keyboard;
using keyboard::Frame;
using keyboard::Mode;
using keyboard::Press;
using spi::Command;
using spi::CompletionCode;
using spi::Refusal;
using spi::Task;

namespace {

constexpr std::string_view digit_names[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};

/// How many digits a key types: 00 and 000 are several, function keys none.
unsigned digits_of(std::string_view key) {
  if (std::ranges::find(digit_names, key) != std::end(digit_names)) return 1;
  if (key.size() == 1 && key[0] >= 'a' && key[0] <= 'f') return 1;
  return key == "doubleZero" ? 2 : key == "tripleZero" ? 3 : 0;
}

bool has_key(const std::vector<Frame>& frames, std::string_view name) {
  for (const Frame& frame : frames)
    for (const auto& key : frame.keys)
      if (key.name == name || key.shifted == name) return true;
  return false;
}

/// What a key that ends the entry is called in the completion.
EntryCompletion terminating(std::string_view key) {
  if (key == "enter") return EntryCompletion::enter;
  if (key == "cancel") return EntryCompletion::cancel;
  if (key == "clear") return EntryCompletion::clear;
  if (key == "backspace") return EntryCompletion::backspace;
  if (key == "help") return EntryCompletion::help;
  return key.starts_with("fdk") ? EntryCompletion::fdk : EntryCompletion::fk;
}
EntryCompletion continuing(std::string_view key) {
  return key.starts_with("fdk") ? EntryCompletion::contFdk : EntryCompletion::continue_;
}

bool terminates(const contract::Map<ActiveKeysValue>& keys, std::string_view name) {
  const auto* key = contract::find(keys, name);
  return key && key->terminate;
}

/// Checks the keys of an entry and gives their names. The spelling noActivekeys is the standard's.
std::vector<std::string> checked_keys(const contract::Map<ActiveKeysValue>& keys, const std::vector<Frame>& frames) {
  if (keys.empty()) throw Refusal("noActivekeys", "activeKeys: expected at least one key");
  std::vector<std::string> names;
  for (const auto& [name, key] : keys) {
    if (!has_key(frames, name)) throw Refusal("keyNotSupported", "activeKeys: " + name + " is no key of this device; GetLayout lists them");
    names.push_back(name);
  }
  return names;
}

KeyPressed pressed(const std::string& key, EntryCompletion completion) {
  KeyPressed press;
  press.completion = completion;
  press.digit = key;
  return press;
}
void emit_key(Command& command, const std::string& key, EntryCompletion completion) {
  KeyEvent event;
  event.completion = completion;
  event.digit = key;
  command.emit(event);
}

std::vector<LayoutFrame> layout_of(const std::vector<Frame>& frames) {
  std::vector<LayoutFrame> layout;
  for (const Frame& frame : frames) {
    LayoutFrame& out = layout.emplace_back();
    out.x_pos = frame.x;
    out.y_pos = frame.y;
    out.x_size = frame.width;
    out.y_size = frame.height;
    for (const auto& key : frame.keys) {
      auto& place = out.keys.emplace_back();
      place.x_pos = key.x;
      place.y_pos = key.y;
      place.x_size = key.width;
      place.y_size = key.height;
      place.key = key.name;
      if (!key.shifted.empty()) place.shift_key = key.shifted;
    }
  }
  return layout;
}

template <class T>
[[noreturn]] void rethrow(const spi::Outcome<T>& outcome) {
  if (outcome.refusal()) throw Refusal(*outcome.refusal());
  if (outcome.retry()) throw spi::Retry(*outcome.retry());
  if (outcome.fault()) throw spi::Fault(*outcome.fault());
  throw spi::Canceled{};
}

}  // namespace

KeyboardProvider::KeyboardProvider(std::unique_ptr<keyboard::Device> device) : device_(std::move(device)) {}

void KeyboardProvider::attach(spi::ServiceLink& service) {
  Provider::attach(service);
  device_->listen(*this);
}

Task<void> KeyboardProvider::end_entry(bool keep_pin) {
  co_await outcome(device_->end_entry());
  if (!keep_pin) co_await outcome(device_->forget_pin());
}

Task<DataEntryCompletion> KeyboardProvider::data_entry(const DataEntry& wanted, Command& command) {
  require_device();
  keyboard::Entry entry;
  entry.mode = Mode::data;
  entry.active_keys = checked_keys(wanted.active_keys, device_->facts().data_keys);
  co_await device_->forget_pin();  // a PIN that was not used is not kept beside other keys
  co_await device_->start_entry(std::move(entry));
  auto done = co_await outcome(take_data(wanted, command));
  co_await shielded(end_entry(false));
  if (!done) rethrow(done);
  co_return std::move(*done);
}

// maxLen counts the digits that stand in the entry: clear and backspace take them back, but every key is returned.
Task<DataEntryCompletion> KeyboardProvider::take_data(const DataEntry& wanted, Command& command) {
  command.emit(EnterDataEvent{});
  DataEntryCompletion completion;
  auto& keys = completion.pin_keys.emplace();
  const auto limit = static_cast<std::uint64_t>(wanted.max_len);
  std::uint64_t digits = 0;
  for (;;) {
    const Press press = co_await device_->next_key();
    const unsigned typed = digits_of(press.name);
    if (typed > 0 && limit > 0 && digits + typed > limit) continue;  // at maxLen the digits no longer work
    digits += typed;
    if (press.name == "clear") digits = 0;
    if (press.name == "backspace" && digits > 0) --digits;
    const bool ends = terminates(wanted.active_keys, press.name);
    const bool full = wanted.auto_end && limit > 0 && typed > 0 && digits == limit;
    const EntryCompletion how = ends ? terminating(press.name) : full ? EntryCompletion::auto_ : continuing(press.name);
    emit_key(command, press.name, how);
    keys.push_back(pressed(press.name, how));
    if (!ends && !full) continue;
    completion.keys = static_cast<std::int64_t>(keys.size());
    completion.completion = how;
    co_return completion;
  }
}

Task<PinEntryCompletion> KeyboardProvider::pin_entry(const PinEntry& wanted, Command& command) {
  require_device();
  const auto& facts = device_->facts();
  keyboard::Entry entry;
  entry.mode = Mode::pin;
  entry.active_keys = checked_keys(wanted.active_keys, facts.pin_keys);
  entry.longest = static_cast<unsigned>(std::min<std::int64_t>(wanted.max_len, facts.longest_pin));
  entry.echo = wanted.echo;
  bool can_end = wanted.auto_end && wanted.max_len > 0;
  for (const auto& [name, key] : wanted.active_keys) {
    if (key.terminate && digits_of(name) > 0) throw spi::refuse(PinEntryError::keyInvalid, "activeKeys: a digit cannot end a PIN");
    can_end = can_end || key.terminate;
  }
  if (!can_end) throw spi::refuse(PinEntryError::noTerminatekeys, "activeKeys: expected a key with terminate, or autoEnd and maxLen");
  if (wanted.min_len > facts.longest_pin || (wanted.max_len > 0 && wanted.min_len > wanted.max_len))
    throw spi::refuse(PinEntryError::minimumLength, "minLen: expected no more than maxLen and than the device holds");
  co_await device_->start_entry(std::move(entry));
  auto done = co_await outcome(take_pin(wanted, command));
  const bool keeps = done && done->completion != EntryCompletion::cancel && done->completion != EntryCompletion::clear;
  co_await shielded(end_entry(keeps));
  if (!done) rethrow(done);
  co_return std::move(*done);
}

Task<PinEntryCompletion> KeyboardProvider::take_pin(const PinEntry& wanted, Command& command) {
  command.emit(EnterDataEvent{});
  const std::string any_digit = "zero";
  for (;;) {
    const Press press = co_await device_->next_key();
    const bool digit = press.name.empty();
    // Too short a PIN is not handed over; cancel, clear, backspace and help hand over none.
    const bool hands_over = press.name == "enter" || press.name.starts_with("fdk") || press.name.starts_with("oem");
    const bool too_short = hands_over && press.digits < static_cast<std::uint64_t>(wanted.min_len);
    const bool ends = !digit && terminates(wanted.active_keys, press.name) && !too_short;
    const bool full = digit && wanted.auto_end && wanted.max_len > 0 && press.digits >= static_cast<std::uint64_t>(wanted.max_len);
    const EntryCompletion how = ends ? terminating(press.name) : full ? EntryCompletion::auto_ : continuing(press.name);
    emit_key(command, digit ? any_digit : press.name, how);
    if (!ends && !full) continue;
    PinEntryCompletion completion;
    const bool dropped = how == EntryCompletion::cancel || how == EntryCompletion::clear;
    completion.digits = dropped ? 0 : press.digits;
    completion.completion = how;
    co_return completion;
  }
}

Task<GetLayoutCompletion> KeyboardProvider::get_layout(const GetLayout& query, Command&) {
  const auto& facts = device_->facts();
  if (query.entry_mode == GetLayoutEntryMode::secure)
    throw spi::refuse(GetLayoutError::modeNotSupported, "entryMode: this keyboard enters no keys");
  GetLayoutCompletion completion;
  auto& layout = completion.layout.emplace();
  if (!query.entry_mode || *query.entry_mode == GetLayoutEntryMode::data) layout.data = layout_of(facts.data_keys);
  if (!query.entry_mode || *query.entry_mode == GetLayoutEntryMode::pin) layout.pin = layout_of(facts.pin_keys);
  co_return completion;
}

Task<KeypressBeepCompletion> KeyboardProvider::keypress_beep(const KeypressBeep& beep, Command&) {
  const auto& facts = device_->facts();
  const auto state = device_->state();
  if ((beep.mode.active != state.active_beep && !facts.active_beep_selectable) ||
      (beep.mode.inactive != state.inactive_beep && !facts.inactive_beep_selectable))
    throw Refusal(CompletionCode::unsupportedData, "mode: this keyboard cannot switch that beep; Capabilities tells which it can");
  require_device();
  co_await device_->set_beep(beep.mode.active, beep.mode.inactive);
  co_return KeypressBeepCompletion{};
}

Task<ResetCompletion> KeyboardProvider::reset(const Reset&, Command&) {
  require_device();
  co_await device_->reset();
  co_return ResetCompletion{};
}

Status KeyboardProvider::status() const {
  const auto& facts = device_->facts();
  const auto state = device_->state();
  Status status;
  if (facts.active_beep) status.auto_beep_mode.active_available = state.active_beep;
  if (facts.inactive_beep) status.auto_beep_mode.inactive_available = state.inactive_beep;
  return status;
}

Capabilities KeyboardProvider::capabilities() const {
  const auto& facts = device_->facts();
  Capabilities can;
  if (facts.active_beep || facts.inactive_beep) {
    auto& beep = can.auto_beep.emplace();
    beep.active_available = facts.active_beep;
    beep.active_selectable = facts.active_beep_selectable;
    beep.inactive_available = facts.inactive_beep;
    beep.inactive_selectable = facts.inactive_beep_selectable;
  }
  return can;
}

}  // namespace sesame::devices
