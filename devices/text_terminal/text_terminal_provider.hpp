// The TextTerminal interface's rules over any Device: cursor, wrapping and scrolling, reading with echo, key sets. Write runs
// beside Read (lanes `display` and `keyboard`); both move the one cursor. Forms are not offered. Owned by its service; executor
// thread only. Source: CWA 17852:2024-3, TextTerminal.
#pragma once

#include <memory>

#include "devices/text_terminal/device.hpp"
#include "xfs/text_terminal_provider.hpp"

namespace sesame::devices {

class TextTerminalProvider final : public xfs::text_terminal::ProviderFor<TextTerminalProvider>, private text_terminal::Listener {
 public:
  explicit TextTerminalProvider(std::unique_ptr<text_terminal::Device> device);

  void attach(spi::ServiceLink& service) override;
  spi::DeviceState device_state() const override { return device_->state().device; }
  xfs::text_terminal::Status status() const override;
  xfs::text_terminal::Capabilities capabilities() const override;

  spi::Task<xfs::text_terminal::WriteCompletion> write(const xfs::text_terminal::Write& wanted, spi::Command& command) override;
  spi::Task<xfs::text_terminal::ReadCompletion> read(const xfs::text_terminal::Read& wanted, spi::Command& command) override;
  spi::Task<xfs::text_terminal::ClearScreenCompletion> clear_screen(const xfs::text_terminal::ClearScreen& wanted, spi::Command& command) override;
  spi::Task<xfs::text_terminal::BeepCompletion> beep(const xfs::text_terminal::Beep& wanted, spi::Command& command) override;
  spi::Task<xfs::text_terminal::SetResolutionCompletion> set_resolution(const xfs::text_terminal::SetResolution& wanted, spi::Command& command) override;
  spi::Task<xfs::text_terminal::GetKeyDetailCompletion> get_key_detail(const xfs::text_terminal::GetKeyDetail& query, spi::Command& command) override;
  spi::Task<xfs::text_terminal::DefineKeysCompletion> define_keys(const xfs::text_terminal::DefineKeys& wanted, spi::Command& command) override;
  spi::Task<xfs::text_terminal::ResetCompletion> reset(const xfs::text_terminal::Reset& how, spi::Command& command) override;

 private:
  struct Position {
    int column = 0, row = 0;
  };
  /// The keys of a Read or DefineKeys, checked; which command keys end the input.
  struct KeySet {
    std::vector<std::string> keys, command_keys, terminating;
    bool empty() const { return keys.empty() && command_keys.empty(); }
  };
  /// What a Read has taken, and where its echo stands on the screen.
  struct Input {
    std::vector<std::string> characters;
    Position start;
  };

  void state_changed() override { service().status_changed(); }
  void require_device() const { Provider::require_device("text terminal"); }
  Position position(xfs::text_terminal::Modes mode, std::int64_t x, std::int64_t y) const;
  KeySet key_set(const contract::Optional<std::vector<std::string>>& keys,
                 const contract::Optional<contract::Map<xfs::text_terminal::Key>>& command_keys) const;
  /// Shows text from `at` on, wrapping at the right edge and scrolling at the bottom; gives where it ended.
  spi::Task<Position> show(Position at, std::string text, text_terminal::Look look);
  spi::Task<xfs::text_terminal::ReadCompletion> take_keys(const xfs::text_terminal::Read& wanted, const KeySet& keys, Input input,
                                                          spi::Command& command);
  spi::Task<void> echo(const xfs::text_terminal::Read& wanted, const Input& input, std::size_t erase);

  std::unique_ptr<text_terminal::Device> device_;
  Position cursor_;
  KeySet defined_;
};

}  // namespace sesame::devices
