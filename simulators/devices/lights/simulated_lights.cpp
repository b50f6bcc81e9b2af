#include "simulators/devices/lights/simulated_lights.hpp"

#include <algorithm>
#include <array>

namespace sesame::simulators {
using lights::Colour;
using lights::Direction;
using lights::FlashRate;
using lights::Glow;
using lights::Lamp;

namespace {
constexpr std::array<const char*, 5> rate_words = {"off", "slow", "medium", "quick", "continuous"};
constexpr std::array<const char*, 7> colour_words = {"red", "green", "yellow", "blue", "cyan", "magenta", "white"};
constexpr std::array<const char*, 2> direction_words = {"entry", "exit"};

Lamp coloured(std::string light) {
  Lamp lamp;
  lamp.light = std::move(light);
  lamp.colours = {Colour::red, Colour::green, Colour::yellow, Colour::blue, Colour::cyan, Colour::magenta, Colour::white};
  return lamp;
}
}  // namespace

lights::Facts ordinary_lights() {
  lights::Facts facts;
  for (const char* light : {"cardReader", "contactless", "notesDispenser"}) facts.lamps.push_back(coloured(light));
  facts.lamps.front().directions = {Direction::entry, Direction::exit};
  for (const char* light : {"statusGood", "statusBad"}) {
    Lamp lamp;
    lamp.light = light;
    facts.lamps.push_back(lamp);
  }
  return facts;
}

SimulatedLights::SimulatedLights(lights::Facts facts, std::string name)
    : SimulatedDevice(std::move(name)), facts_(std::move(facts)), glow_(facts_.lamps.size()) {
  add_verbs();
}

void SimulatedLights::add_verbs() {
  const auto of_light = [this](std::string words, std::string what, std::function<void(const std::string&)> action) {
    verb(std::move(words), "LIGHT", std::move(what), [this, action](VerbArguments& a) {
      const auto light = a.word();
      a.end();
      if (!light) throw VerbError("no light: expected " + a.expected());
      require_light(*light);
      action(*light);
      return std::string();
    });
  };
  verb("show", "print how each lamp glows", [this] { return picture(); });
  of_light("break", "a lamp that no longer does what it is told", [this](const std::string& light) { broken_.insert(light); });
  of_light("mend", "and works again", [this](const std::string& light) { broken_.erase(light); });
  verb("unplug", "cut the connection to the device", [this] { return plug(false); });
  verb("plug", "restore it", [this] { return plug(true); });
  condition("lit", "LIGHT", [this](const std::string& light) { return lit(light); });
  condition("dark", "LIGHT", [this](const std::string& light) { return !lit(light); });
}

void SimulatedLights::require_light(const std::string& light) const {
  if (std::ranges::none_of(facts_.lamps, [&](const Lamp& lamp) { return lamp.light == light; }))
    throw VerbError("no light of that name: expected one that Capabilities lists");
}

bool SimulatedLights::lit(const std::string& light) const {
  for (std::size_t lamp = 0; lamp < glow_.size(); ++lamp)
    if (facts_.lamps[lamp].light == light && glow_[lamp].flash_rate != FlashRate::off) return true;
  return false;
}

std::string SimulatedLights::plug(bool plugged) {
  if (plugged_ == plugged) throw VerbError(plugged ? "they are plugged in already" : "they are unplugged already");
  plugged_ = plugged;
  std::ranges::fill(glow_, Glow{});
  changed();
  if (listener_) listener_->state_changed();
  return "";
}

std::string SimulatedLights::picture() const {
  std::string text;
  for (std::size_t lamp = 0; lamp < glow_.size(); ++lamp) {
    const Glow& glow = glow_[lamp];
    text += (text.empty() ? "" : "\n") + facts_.lamps[lamp].light + " " + facts_.lamps[lamp].position + ": " +
            rate_words[static_cast<std::size_t>(glow.flash_rate)];
    if (glow.colour) text += std::string(" ") + colour_words[static_cast<std::size_t>(*glow.colour)];
    if (glow.direction) text += std::string(" ") + direction_words[static_cast<std::size_t>(*glow.direction)];
  }
  return text;
}

lights::State SimulatedLights::state() const {
  lights::State state;
  state.device = plugged_ ? spi::DeviceState::online : spi::DeviceState::noDevice;
  state.lamps = glow_;
  return state;
}

spi::Task<void> SimulatedLights::set(std::size_t lamp, Glow glow) {
  if (!plugged_ || broken_.contains(facts_.lamps.at(lamp).light)) throw spi::Fault("the lamp does not answer");
  if (glow_[lamp] == glow) co_return;
  glow_[lamp] = glow;
  const bool flashes = glow.flash_rate != FlashRate::off && glow.flash_rate != FlashRate::continuous;
  if (flashes && !facts_.individual_flash_rates)
    for (Glow& other : glow_)
      if (other.flash_rate != FlashRate::off && other.flash_rate != FlashRate::continuous) other.flash_rate = glow.flash_rate;
  changed();
  if (listener_) listener_->state_changed();
}

}  // namespace sesame::simulators
