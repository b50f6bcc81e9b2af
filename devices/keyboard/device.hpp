// What the hardware of a keyboard or encrypting PIN pad must be able to do: the whole of what a vendor implements. The
// provider (keyboard_provider.hpp) owns the standard's rules. A device lives as long as its provider; executor thread only.
//
// A PIN never leaves the device: no verb gives a digit of it, and none may be added. What makes a PIN block of it will be a
// verb of its own that gives the encrypted block. Nothing here belongs in a log or an exception text.
// Throw spi::Fault when the hardware failed. Every verb ends with Canceled when its task is cancelled.
#pragma once

#include <string>
#include <vector>

#include "spi/service/provider.hpp"
#include "spi/service/task.hpp"

namespace sesame::devices::keyboard {

/// One key and where it lies, in thousandths of the frame; names as in the standard: "one", "enter", "fdk01".
struct Key {
  std::string name, shifted;
  int x = 0, y = 0, width = 0, height = 0;
};
/// A group of keys: real ones have no place on a screen and keep the zeros; a touch keypad gives pixels.
struct Frame {
  int x = 0, y = 0, width = 0, height = 0;
  std::vector<Key> keys;
};

struct Facts {
  std::vector<Frame> data_keys;  // what DataEntry can use
  std::vector<Frame> pin_keys;   // what PinEntry can use
  unsigned longest_pin = 16;
  bool active_beep = false, active_beep_selectable = false;      // beeps when an active key is pressed
  bool inactive_beep = false, inactive_beep_selectable = false;  // and when an inactive one is
};

enum class Mode : unsigned char { data, pin };

struct Entry {
  Mode mode = Mode::data;
  std::vector<std::string> active_keys;
  unsigned longest = 0;  // PIN only: further digits are dropped by the device; 0 is Facts::longest_pin
  std::string echo;      // for a display of its own
};

/// A key that was pressed. In PIN mode `name` is empty for a digit, and `digits` says how many are held now: the device has
/// added it, taken one away for backspace, all for clear.
struct Press {
  std::string name;
  unsigned digits = 0;
};

struct State {
  spi::DeviceState device = spi::DeviceState::online;
  bool active_beep = false, inactive_beep = false;  // switched on now
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

  /// Makes the keys work. In PIN mode a PIN held before is erased. Returns when the customer may type.
  virtual spi::Task<void> start_entry(Entry entry) = 0;
  /// The next key that was pressed since start_entry(). A digit joins the PIN when it is asked for here, so that what is
  /// pressed after the key that ended the entry never does; end_entry() forgets it.
  virtual spi::Task<Press> next_key() = 0;
  /// No key works any more. The PIN is kept.
  virtual spi::Task<void> end_entry() = 0;
  /// Erases the PIN.
  virtual spi::Task<void> forget_pin() = 0;
  virtual spi::Task<void> set_beep(bool active, bool inactive) = 0;
  /// Makes the hardware ready again; ends an entry, erases the PIN.
  virtual spi::Task<void> reset() = 0;
};

}  // namespace sesame::devices::keyboard
