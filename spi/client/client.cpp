#include "spi/client/client.hpp"

#include <boost/json.hpp>
#include <deque>
#include <map>

#include "spi/contract/codec.hpp"
#include "spi/contract/envelope.hpp"
#include "spi/service/waiting.hpp"

namespace sesame::spi {
namespace json = boost::json;

void ReceivedEvent::decode(const contract::TypeInfo& type, void* out) const {
  const json::value* value = payload && !payload->is_null() ? payload.get() : nullptr;
  if (const auto violation = contract::read(value, type, out))
    throw Refusal(CompletionCode::invalidData, name + ": " + violation->path + ": expected " + violation->expected);
}

std::string RawReply::text() const {
  if (connection_lost) return "the connection was lost";
  std::string text = !acknowledge.empty() ? "not taken: " + acknowledge
                                          : code == CompletionCode::success ? "success" : std::string(to_string(code));
  if (!error_code.empty()) text += " " + error_code;
  if (!description.empty()) text += ": " + description;
  return text;
}

/// Shared by the calls and the connection's table of pending requests.
class CallState {
 public:
  std::int64_t id = 0;
  std::deque<ReceivedEvent> events;
  std::optional<RawReply> reply;
  Signal changed;
  std::function<void(std::int64_t)> cancel;
  std::function<void(const ReceivedEvent&)> on_event;
  std::function<void()> on_completed;

  void take(ReceivedEvent event) {
    if (on_event) {
      const auto listener = on_event;
      return listener(event);
    }
    events.push_back(std::move(event));
    changed.notify_all();
  }
  void complete(RawReply how) {
    reply = std::move(how);
    changed.notify_all();
    if (const auto listener = on_completed) listener();
  }
};

Task<std::optional<ReceivedEvent>> RawCall::next_event() {
  const auto state = state_;
  while (state->events.empty() && !state->reply) co_await state->changed.wait();
  if (state->events.empty()) co_return std::nullopt;
  std::optional<ReceivedEvent> event(std::move(state->events.front()));
  state->events.pop_front();
  co_return event;
}

void RawCall::listen(std::function<void(const ReceivedEvent&)> on_event, std::function<void()> on_completed) {
  state_->on_event = std::move(on_event);
  for (auto& event : std::exchange(state_->events, {})) state_->take(std::move(event));
  state_->on_completed = std::move(on_completed);
  if (state_->reply && state_->on_completed) state_->on_completed();
}

Task<RawReply> RawCall::completion() {
  const auto state = state_;
  while (!state->reply) co_await state->changed.wait();
  co_return *state->reply;
}

void RawCall::cancel() {
  if (!state_->reply && state_->cancel) state_->cancel(state_->id);
}

bool RawCall::completed() const { return state_->reply.has_value(); }
std::int64_t RawCall::request_id() const { return state_->id; }

Task<void> RawCall::complete_into(RawReply& reply, const contract::TypeInfo& type, void* data) {
  reply = co_await completion();
  if (!reply.payload || reply.payload->is_null()) co_return;
  if (const auto violation = contract::read(reply.payload.get(), type, data))
    throw Refusal(CompletionCode::invalidData, violation->path + ": expected " + violation->expected);
}

// Kept alive by the channel's callbacks as long as the connection is.
class ServiceConnection::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(Executor& executor, std::shared_ptr<Channel> channel) : executor_(executor), channel_(std::move(channel)) {}

  void listen() {
    channel_->receive({[weak = weak_from_this()](std::string_view frame) {
                         if (const auto core = weak.lock()) core->received(frame);
                       },
                       [weak = weak_from_this()](std::string_view reason) {
                         if (const auto core = weak.lock()) core->lost(reason);
                       }});
  }

  std::shared_ptr<CallState> call(std::string_view name, const json::value& payload, CallOptions options,
                                  contract::Version version) {
    auto state = std::make_shared<CallState>();
    state->id = next_id_++;
    if (closed_) {
      state->reply.emplace().connection_lost = true;
      return state;
    }
    state->cancel = [weak = weak_from_this()](std::int64_t id) {
      if (const auto core = weak.lock()) core->cancel(id);
    };
    pending_.emplace(state->id, state);
    contract::Envelope envelope;
    envelope.header.type = contract::MessageType::command;
    envelope.header.name = name;
    envelope.header.version = version;
    envelope.header.request_id = state->id;
    envelope.header.timeout_ms = static_cast<std::uint64_t>(options.timeout.count());
    envelope.payload = payload;
    channel_->send(contract::print_envelope(envelope));
    return state;
  }

  void close() {
    if (closed_) return;
    channel_->close("closed by the client");
    lost("closed by the client");
  }

  std::vector<std::function<void(const ReceivedEvent&)>> listeners;
  std::vector<std::function<void(std::string_view)>> close_listeners;
  bool closed() const { return closed_; }
  Executor& executor() const { return executor_; }

 private:
  void received(std::string_view frame) {
    auto parsed = contract::parse_envelope(frame);
    auto* envelope = std::get_if<contract::Envelope>(&parsed);
    if (!envelope) return;  // noise of a service is not the application's business
    switch (envelope->header.type) {
      case contract::MessageType::acknowledge: return acknowledged(*envelope);
      case contract::MessageType::completion: return completed(*envelope);
      case contract::MessageType::event:
      case contract::MessageType::unsolicited: return event(*envelope);
      case contract::MessageType::command: return;
    }
  }
  void acknowledged(const contract::Envelope& envelope) {
    if (envelope.header.status.empty()) return;
    RawReply reply;
    reply.acknowledge = envelope.header.status;
    reply.description = envelope.header.error_description;
    finish(envelope, std::move(reply));
  }
  void completed(contract::Envelope& envelope) {
    RawReply reply;
    reply.code = completion_code(envelope.header.completion_code);
    reply.description = envelope.header.error_description;
    if (const auto* object = envelope.payload.if_object())
      if (const auto* code = object->if_contains("errorCode"); code && code->is_string())
        reply.error_code = std::string(code->as_string());
    reply.payload = std::make_shared<const json::value>(std::move(envelope.payload));
    finish(envelope, std::move(reply));
  }
  void finish(const contract::Envelope& envelope, RawReply reply) {
    const auto found = pending_.find(envelope.header.request_id.value_or(0));
    if (found == pending_.end()) return;
    const auto state = found->second;
    pending_.erase(found);
    state->complete(std::move(reply));
  }
  // Some services send unsolicited events with type `event` and no requestId: told apart by the requestId alone.
  void event(contract::Envelope& envelope) {
    ReceivedEvent received{envelope.header.name, std::make_shared<const json::value>(std::move(envelope.payload))};
    if (envelope.header.request_id) {
      const auto found = pending_.find(*envelope.header.request_id);
      if (found == pending_.end()) return;
      const auto state = found->second;
      return state->take(std::move(received));
    }
    const auto all = listeners;
    for (const auto& listener : all) listener(received);
  }
  void cancel(std::int64_t id) {
    if (!pending_.contains(id)) return;
    call("Common.Cancel", json::object{{"requestIds", json::array{id}}}, {}, {2, 0});
  }
  void lost(std::string_view reason) {
    if (closed_) return;
    closed_ = true;
    const auto pending = std::exchange(pending_, {});
    for (const auto& [id, state] : pending) {
      RawReply reply;
      reply.connection_lost = true;
      state->complete(std::move(reply));
    }
    const auto all = close_listeners;
    for (const auto& listener : all) listener(reason);
  }

  Executor& executor_;
  std::shared_ptr<Channel> channel_;
  std::map<std::int64_t, std::shared_ptr<CallState>> pending_;
  std::int64_t next_id_ = 1;
  bool closed_ = false;
};

ServiceConnection::ServiceConnection(Executor& executor, std::shared_ptr<Channel> channel)
    : core_(std::make_shared<Core>(executor, std::move(channel))) {
  core_->listen();
}
ServiceConnection::~ServiceConnection() { close(); }

RawCall ServiceConnection::call(std::string_view name, const json::value& payload, CallOptions options,
                                std::string_view version) {
  contract::Version wanted{1, 0};
  const auto* info = contract::find_command(name);
  if (info) wanted = info->command_version;
  if (!version.empty()) wanted = contract::parse_version(version).value_or(wanted);
  return RawCall(core_->call(name, payload, options, wanted));
}

RawCall ServiceConnection::call(const contract::CommandInfo& command, const void* payload, CallOptions options) {
  return RawCall(core_->call(command.name, contract::write(*command.payload, payload), options, command.command_version));
}

void ServiceConnection::on_unsolicited(std::function<void(const ReceivedEvent&)> listener) {
  core_->listeners.push_back(std::move(listener));
}
void ServiceConnection::on_closed(std::function<void(std::string_view)> listener) {
  core_->close_listeners.push_back(std::move(listener));
}
bool ServiceConnection::closed() const { return core_->closed(); }
void ServiceConnection::close() { core_->close(); }
Executor& ServiceConnection::executor() const { return core_->executor(); }

}  // namespace sesame::spi
