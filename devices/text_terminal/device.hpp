// What the hardware of a text terminal (an operator's display with keys, or a customer's) must be able to do: the whole of
// what a vendor implements. The provider (text_terminal_provider.hpp) owns the standard's rules: cursor, wrapping, scrolling,
// echo. Columns and rows count from 0 at the top left. Display verbs and key verbs run side by side. A device lives as long as
// its provider; executor thread only. Throw spi::Fault when the hardware failed. Texts belong in no log.
#pragma once

#include <string>
#include <vector>

#include "spi/service/provider.hpp"
#include "spi/service/task.hpp"

namespace sesame::devices::text_terminal {

struct Size {
  int columns = 0, rows = 0;
  friend bool operator==(Size, Size) = default;
};
struct Look {
  bool underline = false, inverted = false, flash = false;
};
enum class Sound : unsigned char { keyPress, exclamation, warning, error, critical };

struct Facts {
  bool removable = false;
  std::vector<Size> sizes{{32, 16}};       // the first is the one after power-up
  std::vector<std::string> keys;           // as in the standard: "zero" to "nine", or one character
  std::vector<std::string> command_keys;   // "enter", "cancel", "fdk01"
  bool has_lock = false, has_cursor = true;
  bool unicode = true;                     // false: ASCII only
};

/// One key: of the two exactly one is set.
struct Press {
  std::string key, command_key;
};

struct State {
  spi::DeviceState device = spi::DeviceState::online;
  Size size;
  bool keys_on = false, locked = false;
};

class Listener {
 public:
  virtual ~Listener() = default;
  /// state() changed.
  virtual void state_changed() = 0;
};

class Device {
 public:
  virtual ~Device() = default;

  virtual const Facts& facts() const = 0;
  virtual State state() const = 0;
  /// Called once, before the first verb.
  virtual void listen(Listener& listener) = 0;

  /// Shows UTF-8 `text`, which fits in the row. A wide character takes two columns.
  virtual spi::Task<void> put(int column, int row, std::string text, Look look) = 0;
  virtual spi::Task<void> clear(int column, int row, Size area) = 0;
  /// Everything one row up; the last row becomes empty.
  virtual spi::Task<void> scroll() = 0;
  virtual spi::Task<void> set_cursor(int column, int row, bool visible) = 0;
  /// Changes the size and empties the screen.
  virtual spi::Task<void> resize(Size size) = 0;
  virtual spi::Task<void> beep(Sound sound, bool continuous) = 0;

  /// Makes these keys work; `flush` forgets what was pressed before.
  virtual spi::Task<void> start_keys(std::vector<std::string> keys, std::vector<std::string> command_keys, bool flush) = 0;
  virtual spi::Task<Press> next_key() = 0;
  virtual spi::Task<void> stop_keys() = 0;

  /// Makes the hardware ready again: screen empty, sound off, keys off.
  virtual spi::Task<void> reset() = 0;
};

}  // namespace sesame::devices::text_terminal
