// The Keyboard interface's rules over any Device: DataEntry, PinEntry, layout, beeps. Entries run one after another (the
// `keyboard` lane). A PIN stays in the device: its digits are told as `zero`, which the schema wants something for.
// Owned by its service; executor thread only. Source: CWA 17852:2024-3, Keyboard.
#pragma once

#include <memory>

#include "devices/keyboard/device.hpp"
#include "xfs/keyboard_provider.hpp"

namespace sesame::devices {

class KeyboardProvider final : public xfs::keyboard::ProviderFor<KeyboardProvider>, private keyboard::Listener {
 public:
  explicit KeyboardProvider(std::unique_ptr<keyboard::Device> device);

  void attach(spi::ServiceLink& service) override;
  spi::DeviceState device_state() const override { return device_->state().device; }
  xfs::keyboard::Status status() const override;
  xfs::keyboard::Capabilities capabilities() const override;

  spi::Task<xfs::keyboard::DataEntryCompletion> data_entry(const xfs::keyboard::DataEntry& wanted, spi::Command& command) override;
  spi::Task<xfs::keyboard::PinEntryCompletion> pin_entry(const xfs::keyboard::PinEntry& wanted, spi::Command& command) override;
  spi::Task<xfs::keyboard::GetLayoutCompletion> get_layout(const xfs::keyboard::GetLayout& query, spi::Command& command) override;
  spi::Task<xfs::keyboard::KeypressBeepCompletion> keypress_beep(const xfs::keyboard::KeypressBeep& beep, spi::Command& command) override;
  spi::Task<xfs::keyboard::ResetCompletion> reset(const xfs::keyboard::Reset& how, spi::Command& command) override;

 private:
  void state_changed() override { service().status_changed(); }
  void require_device() const { Provider::require_device("keyboard"); }
  spi::Task<xfs::keyboard::DataEntryCompletion> take_data(const xfs::keyboard::DataEntry& wanted, spi::Command& command);
  spi::Task<xfs::keyboard::PinEntryCompletion> take_pin(const xfs::keyboard::PinEntry& wanted, spi::Command& command);
  spi::Task<void> end_entry(bool keep_pin);

  std::unique_ptr<keyboard::Device> device_;
};

}  // namespace sesame::devices
