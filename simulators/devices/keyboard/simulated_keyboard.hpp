// An encrypting PIN pad made of software: "type 1234", "press enter". Keys that are not active do nothing, as on a real one.
// A PIN is kept in wiped memory and shown by no verb. Owned by its provider; executor thread only.
#pragma once

#include <array>
#include <deque>

#include "devices/keyboard/device.hpp"
#include "simulators/control/simulated_device.hpp"

namespace sesame::simulators {

namespace keyboard = devices::keyboard;

/// Ten digits, enter, cancel, clear, backspace, help and eight keys beside the screen (fdk01 to fdk08); beeps can be switched.
keyboard::Facts ordinary_keyboard();

class SimulatedKeyboard final : public keyboard::Device, public SimulatedDevice {
 public:
  explicit SimulatedKeyboard(keyboard::Facts facts = ordinary_keyboard(), std::string name = "keyboard");
  ~SimulatedKeyboard() override;

  const keyboard::Facts& facts() const override { return facts_; }
  keyboard::State state() const override;
  void listen(keyboard::Listener& listener) override { listener_ = &listener; }

  spi::Task<void> start_entry(keyboard::Entry entry) override;
  spi::Task<keyboard::Press> next_key() override;
  spi::Task<void> end_entry() override;
  spi::Task<void> forget_pin() override;
  spi::Task<void> set_beep(bool active, bool inactive) override;
  spi::Task<void> reset() override;

  /// For tests: whether the PIN held is this one.
  bool holds_pin(std::string_view pin) const;

 private:
  void add_verbs();
  void press(const std::string& key);
  std::string plug(bool plugged);
  std::string describe() const;
  void require_power() const;
  void wipe_pin();
  /// Takes a digit, or a correction, into the PIN. False if the key has no effect.
  bool apply_to_pin(const std::string& key);

  const keyboard::Facts facts_;
  keyboard::Listener* listener_ = nullptr;
  std::optional<keyboard::Entry> entry_;
  std::deque<std::string> pressed_;
  std::array<char, 32> pin_{};
  unsigned pin_length_ = 0;
  bool plugged_ = true, active_beep_ = true, inactive_beep_ = false;
};

}  // namespace sesame::simulators
