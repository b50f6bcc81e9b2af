#include "cardless/front/upstream.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

constexpr auto between_attempts = std::chrono::seconds(1);

// What a StatusChangedEvent says replaces what was; null and absent are unchanged.
void merge(json::object& into, const json::object& change) {
  for (const auto& property : change) {
    if (property.value().is_null()) continue;
    auto& old = into[property.key()];
    if (property.value().is_object() && old.is_object())
      merge(old.as_object(), property.value().as_object());
    else
      old = property.value();
  }
}

Task<RawReply> completion_of(RawCall call) { co_return co_await call.completion(); }

}  // namespace

Task<RawReply> cancel_and_wait(RawCall call) {
  if (call.completed()) co_return co_await call.completion();
  call.cancel();
  auto waiting = within(longest_cancel, completion_of(call));
  auto reply = co_await shielded(std::move(waiting));
  if (reply) co_return std::move(*reply);
  RawReply silent;
  silent.code = CompletionCode::canceled;
  co_return silent;
}

Upstream::Relay::Relay(Upstream& upstream, RawCall& call) : upstream_(upstream), call_(call) {
  upstream_.relays_.push_back(this);
}

// The holder answers in the callback that ends here; what was held back goes after it.
Upstream::Relay::~Relay() {
  call_.listen([](const ReceivedEvent&) {}, {});
  std::erase(upstream_.relays_, this);
  if (upstream_.held_back_.empty()) return;
  upstream_.executor_.post([upstream = &upstream_, alive = std::weak_ptr(upstream_.alive_)] {
    if (!alive.expired()) upstream->flush();
  });
}

Upstream::Upstream(Executor& executor, Connect connect, Listener& listener)
    : executor_(executor), connect_(std::move(connect)), listener_(listener), tasks_(executor) {
  tasks_.spawn(keep_connected());
}

Upstream::~Upstream() = default;

Task<void> Upstream::keep_connected() {
  for (;;) {
    auto channel = co_await try_to_connect();
    if (channel) {
      co_await serve(std::move(channel));
    }
    co_await sleep_for(between_attempts);
  }
}

Task<std::shared_ptr<Channel>> Upstream::try_to_connect() {
  try {
    co_return co_await connect_();
  } catch (const std::exception&) {
    // Not there yet: its status says so until it is.
  }
  co_return nullptr;
}

Task<void> Upstream::serve(std::shared_ptr<Channel> channel) {
  connection_ = std::make_unique<ServiceConnection>(executor_, std::move(channel));
  connection_->on_closed([closed = closed_](std::string_view) { closed->notify_all(); });
  connection_->on_unsolicited([this, alive = std::weak_ptr(alive_)](const ReceivedEvent& event) {
    if (!alive.expired()) received(event);
  });
  const bool learnt = co_await learn();
  ready_ = learnt;
  if (learnt) listener_.upstream_learnt();
  listener_.upstream_status_changed();
  while (learnt && !connection_->closed()) co_await closed_->wait();
  ready_ = false;
  held_back_.clear();
  listener_.upstream_status_changed();
}

Task<bool> Upstream::learn() {
  RawCall capabilities_call = connection_->call("Common.Capabilities", nullptr);
  const RawReply told = co_await capabilities_call.completion();
  RawCall status_call = connection_->call("Common.Status", nullptr);
  const RawReply status = co_await status_call.completion();
  if (!told.ok() || !status.ok() || !told.payload->is_object() || !status.payload->is_object())
    co_return false;
  capabilities_ = told.payload->as_object();
  learn_interfaces(capabilities_["interfaces"]);
  capabilities_.erase("interfaces");
  status_ = status.payload->as_object();
  co_return true;
}

void Upstream::learn_interfaces(const json::value& interfaces) {
  interfaces_.clear();
  offered_.clear();
  if (!interfaces.is_array()) return;
  for (const auto& entry : interfaces.as_array()) {
    const auto* object = entry.if_object();
    const auto* name = object ? object->if_contains("name") : nullptr;
    if (!name || !name->is_string()) continue;
    const auto* known = contract::find_interface(std::string_view(name->as_string()));
    if (known && known->name != "Common") interfaces_.push_back(known);
    for (const char* kind : {"commands", "events"})
      if (const auto* messages = object->if_contains(kind); messages && messages->is_object())
        for (const auto& message : messages->as_object()) offered_.emplace_back(message.key());
  }
  std::ranges::sort(offered_);
}

bool Upstream::offers(std::string_view message) const {
  return std::ranges::binary_search(offered_, message);
}

RawCall Upstream::call(std::string_view command, const json::value& payload) {
  if (!connection_)
    throw Refusal(CompletionCode::deviceNotReady, "the service behind this one is not connected yet");
  return connection_->call(command, payload);
}

bool Upstream::answer_on_its_way() const {
  return std::ranges::any_of(relays_, [](const Relay* relay) { return relay->call_.completed(); });
}

void Upstream::received(const ReceivedEvent& event) {
  if (!held_back_.empty() || answer_on_its_way()) return held_back_.push_back(event);
  tell(event);
}

void Upstream::flush() {
  while (!held_back_.empty() && !answer_on_its_way()) {
    const ReceivedEvent event = std::move(held_back_.front());
    held_back_.pop_front();
    tell(event);
  }
}

void Upstream::tell(const ReceivedEvent& event) {
  if (event.name != "Common.StatusChangedEvent") return listener_.upstream_event(event);
  if (event.payload && event.payload->is_object()) merge(status_, event.payload->as_object());
  listener_.upstream_status_changed();
}

}  // namespace sesame::cardless
