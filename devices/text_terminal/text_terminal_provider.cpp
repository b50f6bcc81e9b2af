#include "devices/text_terminal/text_terminal_provider.hpp"

#include <algorithm>

#include "devices/text_terminal/columns.hpp"

namespace sesame::devices {
using namespace xfs::text_terminal;
using spi::Command;
using spi::CompletionCode;
using spi::Refusal;
using spi::Task;
using text_terminal::Glyph;
using text_terminal::Look;

namespace {

constexpr std::string_view digit_names[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};

/// What a key types: "seven" is 7, any other key is its own character.
std::string character_of(const std::string& key) {
  const auto digit = std::ranges::find(digit_names, key);
  if (digit == std::end(digit_names)) return key;
  return std::string(1, static_cast<char>('0' + (digit - std::begin(digit_names))));
}

template <class Attributes>
Look look_of(const contract::Optional<Attributes>& attributes) {
  Look look;
  if (!attributes) return look;
  look.underline = attributes->underline;
  look.inverted = attributes->inverted;
  look.flash = attributes->flash;
  return look;
}

}  // namespace

TextTerminalProvider::TextTerminalProvider(std::unique_ptr<text_terminal::Device> device) : device_(std::move(device)) {}

void TextTerminalProvider::attach(spi::ServiceLink& service) {
  Provider::attach(service);
  device_->listen(*this);
}

TextTerminalProvider::Position TextTerminalProvider::position(Modes mode, std::int64_t x, std::int64_t y) const {
  const auto size = device_->state().size;
  const bool relative = mode == Modes::relative;
  // Far beyond any screen: keeps the sums in range whatever the client sends.
  constexpr std::int64_t far = 1'000'000;
  const std::int64_t column = std::clamp<std::int64_t>(x, -far, far) + (relative ? cursor_.column : 0);
  const std::int64_t row = std::clamp<std::int64_t>(y, -far, far) + (relative ? cursor_.row : 0);
  if (column < 0 || row < 0 || column >= size.columns || row >= size.rows)
    throw Refusal(CompletionCode::invalidData, "posX, posY: expected a place on the screen of " + std::to_string(size.columns) + " columns and " +
                                                   std::to_string(size.rows) + " rows");
  return {static_cast<int>(column), static_cast<int>(row)};
}

Task<TextTerminalProvider::Position> TextTerminalProvider::show(Position at, std::string text, Look look) {
  const auto size = device_->state().size;
  std::string run;  // what goes on in one row, put at once
  Position start = at;
  const auto glyphs = text_terminal::glyphs_of(text);
  for (const Glyph& glyph : glyphs) {
    const bool feed = glyph.text == "\n";
    if (feed || at.column + glyph.columns > size.columns) {
      if (!run.empty()) co_await device_->put(start.column, start.row, std::exchange(run, {}), look);
      at = {0, at.row + 1};
      if (at.row >= size.rows) {
        co_await device_->scroll();
        at.row = size.rows - 1;
      }
      start = at;
    }
    if (feed || glyph.text == "\r") continue;
    run += glyph.text;
    at.column += glyph.columns;
  }
  if (!run.empty()) co_await device_->put(start.column, start.row, run, look);
  co_return at;
}

Task<WriteCompletion> TextTerminalProvider::write(const Write& wanted, Command&) {
  require_device();
  const auto& text = wanted.text;
  const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (!ascii && !device_->facts().unicode)
    throw spi::refuse(WriteError::characterSetsData, "text: expected ASCII, this display shows no other characters");
  cursor_ = co_await show(position(wanted.mode, wanted.pos_x, wanted.pos_y), text, look_of(wanted.text_attr));
  co_await device_->set_cursor(cursor_.column, cursor_.row, false);
  co_return WriteCompletion{};
}

Task<ClearScreenCompletion> TextTerminalProvider::clear_screen(const ClearScreen& wanted, Command&) {
  require_device();
  const auto size = device_->state().size;
  if (!wanted.screen) {
    cursor_ = {};
    co_await device_->clear(0, 0, size);
    co_await device_->set_cursor(0, 0, false);
    co_return ClearScreenCompletion{};
  }
  const auto& area = *wanted.screen;
  if (area.position_x >= size.columns || area.position_y >= size.rows || area.width > size.columns - area.position_x ||
      area.height > size.rows - area.position_y)
    throw Refusal(CompletionCode::invalidData, "screen: expected an area within the screen");
  cursor_ = {static_cast<int>(area.position_x), static_cast<int>(area.position_y)};
  co_await device_->clear(cursor_.column, cursor_.row, {static_cast<int>(area.width), static_cast<int>(area.height)});
  co_await device_->set_cursor(cursor_.column, cursor_.row, false);
  co_return ClearScreenCompletion{};
}

Task<BeepCompletion> TextTerminalProvider::beep(const Beep& wanted, Command&) {
  static_assert(static_cast<int>(BeepBeepBeepType::critical) == static_cast<int>(text_terminal::Sound::critical));
  require_device();
  co_await device_->beep(static_cast<text_terminal::Sound>(wanted.beep.beep_type), wanted.beep.continuous);
  co_return BeepCompletion{};
}

Task<SetResolutionCompletion> TextTerminalProvider::set_resolution(const SetResolution& wanted, Command&) {
  require_device();
  for (const auto& size : device_->facts().sizes) {
    if (size.columns != wanted.resolution.size_x || size.rows != wanted.resolution.size_y) continue;
    cursor_ = {};
    co_await device_->resize(size);
    co_return SetResolutionCompletion{};
  }
  throw spi::refuse(SetResolutionError::resolutionNotSupported, "resolution: expected one that Capabilities lists");
}

TextTerminalProvider::KeySet TextTerminalProvider::key_set(const contract::Optional<std::vector<std::string>>& keys,
                                                          const contract::Optional<contract::Map<Key>>& command_keys) const {
  const auto& facts = device_->facts();
  const auto known = [](const std::vector<std::string>& all, const std::string& key) {
    if (std::ranges::find(all, key) == all.end())
      throw Refusal("keyNotSupported", "activeKeys: a key that this terminal does not have; GetKeyDetail lists those it has");
  };
  KeySet set;
  if (keys)
    for (const auto& key : *keys) {
      known(facts.keys, key);
      set.keys.push_back(key);
    }
  if (command_keys)
    for (const auto& [name, key] : *command_keys) {
      known(facts.command_keys, name);
      set.command_keys.push_back(name);
      if (key.terminate) set.terminating.push_back(name);
    }
  return set;
}

Task<GetKeyDetailCompletion> TextTerminalProvider::get_key_detail(const GetKeyDetail&, Command&) {
  const auto& facts = device_->facts();
  GetKeyDetailCompletion completion;
  if (!facts.keys.empty()) completion.keys = facts.keys;
  if (!facts.command_keys.empty()) {
    auto& keys = completion.command_keys.emplace();
    for (const auto& name : facts.command_keys) keys.push_back({name, {}});
  }
  co_return completion;
}

Task<DefineKeysCompletion> TextTerminalProvider::define_keys(const DefineKeys& wanted, Command&) {
  KeySet set = key_set(wanted.active_keys, wanted.active_command_keys);
  if (set.empty()) throw spi::refuse(DefineKeysError::noActiveKeys, "activeKeys, activeCommandKeys: expected at least one key");
  defined_ = std::move(set);
  co_return DefineKeysCompletion{};
}

Task<ReadCompletion> TextTerminalProvider::read(const Read& wanted, Command& command) {
  require_device();
  KeySet keys = defined_;
  if (wanted.active_keys || wanted.active_command_keys) keys = key_set(wanted.active_keys, wanted.active_command_keys);
  if (keys.empty()) throw spi::refuse(ReadError::noActiveKeys, "activeKeys, activeCommandKeys: expected a key, here or in DefineKeys before");
  Input input;
  input.start = position(wanted.mode, wanted.pos_x, wanted.pos_y);
  co_await device_->start_keys(keys.keys, keys.command_keys, wanted.flush);
  auto done = co_await outcome(take_keys(wanted, keys, std::move(input), command));
  co_await shielded(outcome(device_->stop_keys()));
  if (done) co_return std::move(*done);
  if (done.refusal()) throw Refusal(*done.refusal());
  if (done.retry()) throw spi::Retry(*done.retry());
  if (done.fault()) throw spi::Fault(*done.fault());
  throw spi::Canceled{};
}

Task<ReadCompletion> TextTerminalProvider::take_keys(const Read& wanted, const KeySet& keys, Input input, Command& command) {
  cursor_ = input.start;
  co_await device_->set_cursor(cursor_.column, cursor_.row, wanted.visible);
  const auto limit = static_cast<std::uint64_t>(wanted.num_of_chars);
  for (;;) {
    const text_terminal::Press press = co_await device_->next_key();
    const bool full = limit > 0 && input.characters.size() >= limit;
    if (!press.key.empty() && full) continue;  // no room: the key does nothing
    KeyEvent event;
    if (!press.key.empty()) event.key = press.key;
    if (!press.command_key.empty()) event.command_key = press.command_key;
    command.emit(event);
    const bool ends = std::ranges::find(keys.terminating, press.command_key) != keys.terminating.end();
    std::size_t erase = 0;
    if (!press.key.empty()) input.characters.push_back(character_of(press.key));
    if (!ends && press.command_key == "backspace" && !input.characters.empty()) erase = 1;
    if (!ends && press.command_key == "clear") erase = input.characters.size();
    input.characters.resize(input.characters.size() - erase);
    if (!press.key.empty() || erase > 0) co_await echo(wanted, input, erase);
    const bool complete = wanted.auto_end && limit > 0 && input.characters.size() >= limit;
    if (!ends && !complete) continue;
    ReadCompletion completion;
    auto& text = completion.input.emplace();
    for (const auto& character : input.characters) text += character;
    co_return completion;
  }
}

// Repaints the whole input, which is short, so that a Write beside it cannot leave half an echo.
Task<void> TextTerminalProvider::echo(const Read& wanted, const Input& input, std::size_t erase) {
  if (wanted.echo_mode == ReadEchoMode::invisible) co_return;
  std::string shown;
  for (const auto& character : input.characters) shown += wanted.echo_mode == ReadEchoMode::password ? "*" : character;
  cursor_ = co_await show(input.start, shown, look_of(wanted.echo_attr));
  if (erase > 0) co_await show(cursor_, std::string(erase, ' '), {});
  co_await device_->set_cursor(cursor_.column, cursor_.row, wanted.visible);
}

Task<ResetCompletion> TextTerminalProvider::reset(const Reset&, Command&) {
  require_device();
  cursor_ = {};
  defined_ = {};
  co_await device_->reset();
  co_return ResetCompletion{};
}

Status TextTerminalProvider::status() const {
  const auto state = device_->state();
  Status status;
  if (!device_->facts().keys.empty() || !device_->facts().command_keys.empty())
    status.keyboard = state.keys_on ? StatusKeyboard::on : StatusKeyboard::off;
  if (device_->facts().has_lock) status.key_lock = state.locked ? StatusKeyLock::on : StatusKeyLock::off;
  status.display_size_x = state.size.columns;
  status.display_size_y = state.size.rows;
  return status;
}

Capabilities TextTerminalProvider::capabilities() const {
  const auto& facts = device_->facts();
  Capabilities can;
  can.type = facts.removable ? CapabilitiesType::removable : CapabilitiesType::fixed;
  for (const auto& size : facts.sizes) {
    auto& resolution = can.resolutions.emplace_back();
    resolution.size_x = size.columns;
    resolution.size_y = size.rows;
  }
  can.key_lock = facts.has_lock;
  can.cursor = facts.has_cursor;
  can.forms = false;
  return can;
}

}  // namespace sesame::devices
