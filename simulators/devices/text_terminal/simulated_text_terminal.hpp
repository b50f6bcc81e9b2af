// A text terminal made of software: `screen` prints what it shows, "press enter" and "type 123" press its keys, which are
// remembered while no Read runs, as a keyboard controller does. Owned by its provider; executor thread only.
#pragma once

#include <deque>

#include "devices/text_terminal/device.hpp"
#include "simulators/control/simulated_device.hpp"

namespace sesame::simulators {

namespace text_terminal = devices::text_terminal;

/// 32 x 16, 40 x 20 and 80 x 25; digits, a-z, '.', and the usual command keys.
text_terminal::Facts ordinary_text_terminal();

class SimulatedTextTerminal final : public text_terminal::Device, public SimulatedDevice {
 public:
  explicit SimulatedTextTerminal(text_terminal::Facts facts = ordinary_text_terminal(), std::string name = "text_terminal");

  const text_terminal::Facts& facts() const override { return facts_; }
  text_terminal::State state() const override;
  void listen(text_terminal::Listener& listener) override { listener_ = &listener; }

  spi::Task<void> put(int column, int row, std::string text, text_terminal::Look look) override;
  spi::Task<void> clear(int column, int row, text_terminal::Size area) override;
  spi::Task<void> scroll() override;
  spi::Task<void> set_cursor(int column, int row, bool visible) override;
  spi::Task<void> resize(text_terminal::Size size) override;
  spi::Task<void> beep(text_terminal::Sound sound, bool continuous) override;
  spi::Task<void> start_keys(std::vector<std::string> keys, std::vector<std::string> command_keys, bool flush) override;
  spi::Task<text_terminal::Press> next_key() override;
  spi::Task<void> stop_keys() override;
  spi::Task<void> reset() override;

  /// The rows as UTF-8, without trailing blanks.
  std::vector<std::string> rows() const;

 private:
  void add_verbs();
  void press(const std::string& key);
  std::string plug(bool plugged);
  std::string framed() const;
  void require_power() const;
  void blank(text_terminal::Size size);

  const text_terminal::Facts facts_;
  text_terminal::Listener* listener_ = nullptr;
  text_terminal::Size size_;
  std::vector<std::vector<std::string>> cells_;  // [row][column]; a wide character leaves the next cell ""
  std::vector<std::string> active_keys_, active_command_keys_;
  std::deque<std::string> pressed_;
  bool plugged_ = true, keys_on_ = false, sounding_ = false;
  unsigned beeps_ = 0;
};

}  // namespace sesame::simulators
