// The Lights interface's rules over any Device: what is asked for is checked as a whole before a lamp changes. Owned by its
// service; executor thread only. Source: CWA 17852:2024-3, Lights.
#pragma once

#include <memory>
#include <utility>

#include "devices/lights/device.hpp"
#include "xfs/lights_provider.hpp"

namespace sesame::devices {

class LightsProvider final : public xfs::lights::ProviderFor<LightsProvider>, private lights::Listener {
 public:
  explicit LightsProvider(std::unique_ptr<lights::Device> device);

  void attach(spi::ServiceLink& service) override;
  spi::DeviceState device_state() const override { return device_->state().device; }
  xfs::lights::StatusProperties status() const override;
  xfs::lights::Capabilities capabilities() const override;

  spi::Task<xfs::lights::SetLightCompletion> set_light(const xfs::lights::SetLight& wanted, spi::Command& command) override;

 private:
  using Change = std::pair<std::size_t, lights::Glow>;  // lamp, how it is to glow

  void state_changed() override { service().status_changed(); }
  std::vector<Change> changes(const xfs::lights::SetLight& wanted) const;
  Change change(const std::string& light, const std::string& position, const xfs::lights::PositionStatus& wanted) const;

  std::unique_ptr<lights::Device> device_;
};

}  // namespace sesame::devices
