#include "devices/lights/lights_provider.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "spi/contract/codec.hpp"

namespace sesame::devices {
using namespace xfs::lights;
using lights::Colour;
using lights::Direction;
using lights::FlashRate;
using lights::Glow;
using lights::Lamp;
using spi::Command;
using spi::CompletionCode;
using spi::Refusal;
using spi::Task;
namespace json = boost::json;

namespace {

static_assert(static_cast<int>(PositionStatusFlashRate::continuous) == static_cast<int>(FlashRate::continuous));
static_assert(static_cast<int>(PositionStatusColor::white) == static_cast<int>(Colour::white));
static_assert(static_cast<int>(PositionStatusDirection::exit) == static_cast<int>(Direction::exit));

std::string_view word(FlashRate rate) { return to_string(static_cast<PositionStatusFlashRate>(rate)); }
std::string_view word(Colour colour) { return to_string(static_cast<PositionStatusColor>(colour)); }
std::string_view word(Direction direction) { return to_string(static_cast<PositionStatusDirection>(direction)); }

template <class Value>
json::object each_true(const std::vector<Value>& values) {
  json::object set;
  for (const Value value : values) set[word(value)] = true;
  return set;
}

json::object described(const Lamp& lamp) {
  json::object can{{"flashRate", each_true(lamp.flash_rates)}};
  if (!lamp.colours.empty()) can["color"] = each_true(lamp.colours);
  if (!lamp.directions.empty()) can["direction"] = each_true(lamp.directions);
  return can;
}

json::object described(const Glow& glow) {
  json::object is{{"flashRate", word(glow.flash_rate)}};
  if (glow.colour) is["color"] = word(*glow.colour);
  if (glow.direction) is["direction"] = word(*glow.direction);
  return is;
}

// light -> position -> what `of` says of the lamp.
template <class Of>
json::object by_light(const std::vector<Lamp>& lamps, Of of) {
  json::object all;
  for (std::size_t i = 0; i < lamps.size(); ++i) {
    json::value& light = all[lamps[i].light];
    if (!light.is_object()) light.emplace_object();
    light.get_object()[lamps[i].position] = of(i);
  }
  return all;
}

template <class T>
T typed(json::value written) {
  T value;
  contract::read(&written, value);
  return value;
}

[[noreturn]] void refuse_light(const std::string& where, const std::string& expected) {
  throw spi::refuse(SetLightError::invalidLight, where + ": expected " + expected + ", as Capabilities lists");
}

template <class Chosen, class Value>
void choose(const contract::Optional<Chosen>& chosen, const std::vector<Value>& possible, const std::string& where, std::optional<Value>& into) {
  if (!chosen) return;
  const auto value = static_cast<Value>(*chosen);
  if (std::ranges::find(possible, value) == possible.end()) refuse_light(where, "a value that this light has");
  into = value;
}

}  // namespace

LightsProvider::LightsProvider(std::unique_ptr<lights::Device> device) : device_(std::move(device)) {}

void LightsProvider::attach(spi::ServiceLink& service) {
  Provider::attach(service);
  device_->listen(*this);
}

// What is not said stays as it is.
LightsProvider::Change LightsProvider::change(const std::string& light, const std::string& position, const PositionStatus& wanted) const {
  const std::string where = light + "." + position;
  const auto& lamps = device_->facts().lamps;
  const auto lamp = std::ranges::find_if(lamps, [&](const Lamp& each) { return each.light == light && each.position == position; });
  if (lamp == lamps.end()) refuse_light(where, "a light and a position");
  const auto index = static_cast<std::size_t>(lamp - lamps.begin());
  Glow glow = device_->state().lamps.at(index);
  std::optional<FlashRate> rate;
  choose(wanted.flash_rate, lamp->flash_rates, where + ".flashRate", rate);
  choose(wanted.color, lamp->colours, where + ".color", glow.colour);
  choose(wanted.direction, lamp->directions, where + ".direction", glow.direction);
  if (rate) glow.flash_rate = *rate;
  return {index, glow};
}

std::vector<LightsProvider::Change> LightsProvider::changes(const SetLight& wanted) const {
  std::vector<Change> all;
  const json::value written = contract::write(wanted);
  if (!written.is_object()) return all;
  for (const auto& [light, positions] : written.get_object()) {
    if (!positions.is_object()) continue;
    for (const auto& [position, how] : positions.get_object())
      all.push_back(change(light, position, typed<PositionStatus>(how)));
  }
  return all;
}

Task<SetLightCompletion> LightsProvider::set_light(const SetLight& wanted, Command&) {
  require_device("light controller");
  const auto asked = changes(wanted);
  for (const auto& [lamp, glow] : asked) {
    auto set = co_await outcome(device_->set(lamp, glow));
    if (set.canceled()) throw spi::Canceled{};
    if (!set) throw spi::refuse(SetLightError::lightError, device_->facts().lamps[lamp].light + ": the light does not work");
  }
  co_return SetLightCompletion{};
}

StatusProperties LightsProvider::status() const {
  const auto state = device_->state();
  return typed<StatusProperties>(by_light(device_->facts().lamps, [&](std::size_t lamp) { return described(state.lamps.at(lamp)); }));
}

Capabilities LightsProvider::capabilities() const {
  const auto& facts = device_->facts();
  json::object can{{"individualFlashRates", facts.individual_flash_rates}};
  can["lights"] = by_light(facts.lamps, [&](std::size_t lamp) { return described(facts.lamps[lamp]); });
  return typed<Capabilities>(std::move(can));
}

}  // namespace sesame::devices
