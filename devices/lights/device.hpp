// What the lights of an ATM must be able to do: the whole of what a vendor implements. The provider (lights_provider.hpp)
// owns the standard's rules and asks only for what facts() lists. A device lives as long as its provider; executor thread
// only. Throw spi::Fault when a lamp or the hardware failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "spi/service/provider.hpp"
#include "spi/service/task.hpp"

namespace sesame::devices::lights {

enum class FlashRate : std::uint8_t { off, slow, medium, quick, continuous };
enum class Colour : std::uint8_t { red, green, yellow, blue, cyan, magenta, white };
enum class Direction : std::uint8_t { entry, exit };

/// One lamp: a light by the standard's name ("cardReader", or the vendor's own) and its position ("default" where it has one).
struct Lamp {
  std::string light, position = "default";
  std::vector<FlashRate> flash_rates{FlashRate::off, FlashRate::slow, FlashRate::medium, FlashRate::quick, FlashRate::continuous};
  std::vector<Colour> colours;        // empty: its own, which cannot be chosen
  std::vector<Direction> directions;  // empty: it does not move
};

struct Facts {
  std::vector<Lamp> lamps;
  bool individual_flash_rates = true;  // false: lamps that flash do so at one rate
};

/// How a lamp glows.
struct Glow {
  FlashRate flash_rate = FlashRate::off;
  std::optional<Colour> colour;
  std::optional<Direction> direction;
  friend bool operator==(const Glow&, const Glow&) = default;
};

struct State {
  spi::DeviceState device = spi::DeviceState::online;
  std::vector<Glow> lamps;  // as in Facts
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

  /// `lamp` counts in Facts.
  virtual spi::Task<void> set(std::size_t lamp, Glow glow) = 0;
};

}  // namespace sesame::devices::lights
