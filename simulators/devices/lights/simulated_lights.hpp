// Lamps made of software: `show` prints how each glows, "break LIGHT" makes one fail. Owned by its provider; executor thread
// only.
#pragma once

#include <set>

#include "devices/lights/device.hpp"
#include "simulators/control/simulated_device.hpp"

namespace sesame::simulators {

namespace lights = devices::lights;

/// cardReader (moves in or out), contactless and notesDispenser in all colours, statusGood and statusBad in their own.
lights::Facts ordinary_lights();

class SimulatedLights final : public lights::Device, public SimulatedDevice {
 public:
  explicit SimulatedLights(lights::Facts facts = ordinary_lights(), std::string name = "lights");

  const lights::Facts& facts() const override { return facts_; }
  lights::State state() const override;
  void listen(lights::Listener& listener) override { listener_ = &listener; }
  spi::Task<void> set(std::size_t lamp, lights::Glow glow) override;

 private:
  void add_verbs();
  void require_light(const std::string& light) const;
  bool lit(const std::string& light) const;
  std::string plug(bool plugged);
  std::string picture() const;

  const lights::Facts facts_;
  lights::Listener* listener_ = nullptr;
  std::vector<lights::Glow> glow_;
  std::set<std::string> broken_;
  bool plugged_ = true;
};

}  // namespace sesame::simulators
