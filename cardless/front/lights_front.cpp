#include "cardless/front/lights_front.hpp"

#include <boost/json.hpp>

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

constexpr auto between_attempts = std::chrono::seconds(1);

// The value at the end of these keys; null if there is none.
const json::value* at(const json::object& object, std::initializer_list<std::string_view> keys) {
  const json::object* inside = &object;
  const json::value* found = nullptr;
  for (const auto key : keys) {
    found = inside ? inside->if_contains(key) : nullptr;
    inside = found ? found->if_object() : nullptr;
  }
  return found;
}

}  // namespace

LightsFront::LightsFront(Executor& executor, Upstream::Connect connect, std::function<void(const std::string&)> complain)
    : Front(executor, std::move(connect)), complain_(std::move(complain)), tasks_(executor) {
  tasks_.spawn(tend());
}

void LightsFront::invite(std::optional<Lamp> lamp) {
  if (invitation_ == lamp) return;
  invitation_ = std::move(lamp);
  changed_.notify_all();
}

bool LightsFront::possible(const Lamp& lamp) const {
  const auto* can = at(upstream().capabilities(), {"lights", "lights", lamp.light, lamp.position, "flashRate", lamp.flash_rate});
  return can && *can == json::value(true);
}

bool LightsFront::glows(const Lamp& lamp) const {
  const auto* rate = at(upstream().status(), {"lights", lamp.light, lamp.position, "flashRate"});
  return rate && rate->is_string() && *rate != json::value("off");
}

void LightsFront::upstream_learnt() {
  if (lit_ && !glows(*lit_)) lit_.reset();  // whoever keeps the lamps was started anew
  if (invitation_ && !possible(*invitation_))
    complain_("invitation: the lights have no " + invitation_->light + "." + invitation_->position + " that glows " + invitation_->flash_rate);
}

void LightsFront::upstream_status_changed() {
  if (lit_ && !glows(*lit_) && device_state() != DeviceState::online) lit_.reset();  // it came back dark, or will
  if (hidden_ && !lit_ && !glows(*hidden_)) hidden_.reset();
  Front::upstream_status_changed();
  changed_.notify_all();
}

json::object LightsFront::status() const {
  json::object status = Front::status();
  if (hidden_ && glows(*hidden_)) status["lights"].at(hidden_->light).at(hidden_->position).get_object()["flashRate"] = "off";
  return status;
}

// What the application has on is its own.
std::optional<LightsFront::Lamp> LightsFront::wanted() const {
  if (!invitation_ || application_ > 0 || !possible(*invitation_)) return {};
  if (hidden_ != invitation_ && glows(*invitation_)) return {};
  return invitation_;
}

Task<RawReply> LightsFront::set(const Lamp& lamp, std::string flash_rate) {
  json::object position, light, lights;
  position["flashRate"] = std::move(flash_rate);
  light[lamp.position] = std::move(position);
  lights[lamp.light] = std::move(light);
  const json::value payload = std::move(lights);
  RawCall call = upstream().call("Lights.SetLight", payload);
  co_return co_await call.completion();
}

Task<void> LightsFront::tend() {
  for (;;) {
    while (!upstream().ready() || lit_ == wanted()) co_await changed_.wait();
    if (lit_) {
      const Lamp lamp = *lit_;
      const RawReply dark = co_await set(lamp, "off");
      if (!dark.connection_lost) lit_.reset();
    } else {
      const Lamp lamp = *wanted();
      hidden_ = lit_ = lamp;
      const RawReply light = co_await set(lamp, lamp.flash_rate);
      if (!light.ok()) {
        lit_.reset();
        changed_.notify_all();
        co_await sleep_for(between_attempts);
      }
    }
    upstream_status_changed();
  }
}

Task<json::value> LightsFront::run(const contract::CommandInfo& command, const json::value& payload, Command& context) {
  const auto* wants = payload.if_object();
  const bool ours = wants && invitation_ && command.name == "Lights.SetLight" && at(*wants, {invitation_->light, invitation_->position});
  if (!ours) co_return co_await pass(command, payload, context);
  ++application_;
  struct Leave {
    LightsFront& front;
    ~Leave() {
      --front.application_;
      front.changed_.notify_all();
    }
  } const leave{*this};
  changed_.notify_all();
  while (lit_ && upstream().ready()) co_await changed_.wait();
  json::value done = co_await pass(command, payload, context);
  hidden_.reset();
  service().status_changed();
  co_return done;
}

}  // namespace sesame::cardless
