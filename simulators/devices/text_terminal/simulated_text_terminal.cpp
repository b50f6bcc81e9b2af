#include "simulators/devices/text_terminal/simulated_text_terminal.hpp"

#include <algorithm>

#include "devices/text_terminal/columns.hpp"

namespace sesame::simulators {
using text_terminal::Press;
using text_terminal::Size;

namespace {
constexpr const char* digit_names[] = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"};
constexpr std::size_t remembered_keys = 32;

bool contains(const std::vector<std::string>& keys, const std::string& key) { return std::ranges::find(keys, key) != keys.end(); }
}  // namespace

text_terminal::Facts ordinary_text_terminal() {
  text_terminal::Facts facts;
  facts.sizes = {{32, 16}, {40, 20}, {80, 25}};
  facts.keys.assign(std::begin(digit_names), std::end(digit_names));
  for (char letter = 'a'; letter <= 'z'; ++letter) facts.keys.emplace_back(1, letter);
  facts.keys.emplace_back(".");
  facts.command_keys = {"enter", "cancel", "clear", "backspace", "help", "arrowUp", "arrowDown", "fdk01", "fdk02", "fdk03", "fdk04"};
  return facts;
}

SimulatedTextTerminal::SimulatedTextTerminal(text_terminal::Facts facts, std::string name)
    : SimulatedDevice(std::move(name)), facts_(std::move(facts)) {
  blank(facts_.sizes.front());
  add_verbs();
}

void SimulatedTextTerminal::add_verbs() {
  verb("screen", "print what is shown", [this] { return framed(); });
  verb("press", "KEY", "press one key: enter, cancel, clear, backspace, fdk01, one, a, ...", [this](VerbArguments& a) {
    const auto key = a.word();
    a.end();
    if (!key) throw VerbError("no key: expected " + a.expected());
    press(*key);
    return std::string();
  });
  verb("type", "CHARACTERS", "press keys one after another", [this](VerbArguments& a) {
    const auto text = a.word();
    a.end();
    if (!text) throw VerbError("no characters: expected " + a.expected());
    for (const char c : *text) press(c >= '0' && c <= '9' ? std::string(digit_names[c - '0']) : std::string(1, c));
    return std::string();
  });
  verb("unplug", "cut the connection to the device", [this] { return plug(false); });
  verb("plug", "restore it", [this] { return plug(true); });
  verb("status", "size, keys, sound", [this] {
    return std::to_string(size_.columns) + " x " + std::to_string(size_.rows) + ", keys " + (keys_on_ ? "on" : "off") + ", " +
           std::to_string(beeps_) + " beeps" + (sounding_ ? ", sounding" : "") + (plugged_ ? "" : ", unplugged");
  });
  condition("shows", "TEXT", [this](const std::string& text) {
    const auto all = rows();
    return std::ranges::any_of(all, [&](const auto& row) { return row.find(text) != std::string::npos; });
  });
  condition("reading", [this] { return keys_on_; });
  condition("not-reading", [this] { return !keys_on_; });
}

void SimulatedTextTerminal::press(const std::string& key) {
  if (!plugged_) throw VerbError("the text terminal has no power: expected `plug` first");
  if (!contains(facts_.keys, key) && !contains(facts_.command_keys, key))
    throw VerbError("no key of that name: expected one that GetKeyDetail lists");
  if (pressed_.size() >= remembered_keys) throw VerbError("nobody reads the keys: expected a Read (`wait reading`)");
  pressed_.push_back(key);
}

std::string SimulatedTextTerminal::plug(bool plugged) {
  if (plugged_ == plugged) throw VerbError(plugged ? "it is plugged in already" : "it is unplugged already");
  plugged_ = plugged;
  keys_on_ = false;
  pressed_.clear();
  blank(facts_.sizes.front());
  changed();
  if (listener_) listener_->state_changed();
  return "";
}

void SimulatedTextTerminal::require_power() const {
  if (!plugged_) throw spi::Fault("the text terminal does not answer");
}

void SimulatedTextTerminal::blank(Size size) {
  size_ = size;
  cells_.assign(static_cast<std::size_t>(size.rows), std::vector<std::string>(static_cast<std::size_t>(size.columns), " "));
}

std::vector<std::string> SimulatedTextTerminal::rows() const {
  std::vector<std::string> rows;
  for (const auto& cells : cells_) {
    std::string row;
    for (const auto& cell : cells) row += cell;
    row.erase(row.find_last_not_of(' ') + 1);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string SimulatedTextTerminal::framed() const {
  const std::string edge = "+" + std::string(static_cast<std::size_t>(size_.columns), '-') + "+";
  std::string text = edge;
  for (const auto& cells : cells_) {
    text += "\n|";
    for (const auto& cell : cells) text += cell;
    text += "|";
  }
  return text + "\n" + edge;
}

text_terminal::State SimulatedTextTerminal::state() const {
  text_terminal::State state;
  state.device = plugged_ ? spi::DeviceState::online : spi::DeviceState::noDevice;
  state.size = size_;
  state.keys_on = keys_on_;
  return state;
}

spi::Task<void> SimulatedTextTerminal::put(int column, int row, std::string text, text_terminal::Look) {
  require_power();
  auto& cells = cells_.at(static_cast<std::size_t>(row));
  std::size_t at = static_cast<std::size_t>(column);
  for (const auto& glyph : text_terminal::glyphs_of(text)) {
    if (cells.at(at).empty() && at > 0) cells[at - 1] = " ";  // half of a wide character is overwritten
    const std::size_t next = at + static_cast<std::size_t>(glyph.columns);
    if (next < cells.size() && cells[next].empty()) cells[next] = " ";
    cells[at] = glyph.text;
    if (glyph.columns == 2) cells.at(at + 1).clear();
    at = next;
  }
  changed();
  co_return;
}

spi::Task<void> SimulatedTextTerminal::clear(int column, int row, Size area) {
  require_power();
  for (int y = row; y < row + area.rows; ++y)
    for (int x = column; x < column + area.columns; ++x) cells_.at(static_cast<std::size_t>(y)).at(static_cast<std::size_t>(x)) = " ";
  changed();
  co_return;
}

spi::Task<void> SimulatedTextTerminal::scroll() {
  require_power();
  cells_.erase(cells_.begin());
  cells_.emplace_back(static_cast<std::size_t>(size_.columns), " ");
  changed();
  co_return;
}

spi::Task<void> SimulatedTextTerminal::set_cursor(int, int, bool) {
  require_power();
  co_return;
}

spi::Task<void> SimulatedTextTerminal::resize(Size size) {
  require_power();
  blank(size);
  changed();
  if (listener_) listener_->state_changed();
  co_return;
}

spi::Task<void> SimulatedTextTerminal::beep(text_terminal::Sound, bool continuous) {
  require_power();
  ++beeps_;
  sounding_ = continuous;
  co_return;
}

spi::Task<void> SimulatedTextTerminal::start_keys(std::vector<std::string> keys, std::vector<std::string> command_keys, bool flush) {
  require_power();
  if (flush) pressed_.clear();
  active_keys_ = std::move(keys);
  active_command_keys_ = std::move(command_keys);
  keys_on_ = true;
  changed();
  if (listener_) listener_->state_changed();
  co_return;
}

spi::Task<Press> SimulatedTextTerminal::next_key() {
  for (;;) {
    require_power();
    if (pressed_.empty()) {
      co_await changes().wait();
      continue;
    }
    const std::string key = std::move(pressed_.front());
    pressed_.pop_front();
    Press press;
    if (contains(active_keys_, key)) press.key = key;
    if (contains(active_command_keys_, key)) press.command_key = key;
    if (!press.key.empty() || !press.command_key.empty()) co_return press;
  }
}

spi::Task<void> SimulatedTextTerminal::stop_keys() {
  keys_on_ = false;
  changed();
  if (listener_) listener_->state_changed();
  co_return;
}

spi::Task<void> SimulatedTextTerminal::reset() {
  require_power();
  blank(size_);
  pressed_.clear();
  keys_on_ = sounding_ = false;
  changed();
  co_return;
}

}  // namespace sesame::simulators
