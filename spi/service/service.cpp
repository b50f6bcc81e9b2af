#include "spi/service/service.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "spi/contract/codec.hpp"
#include "spi/service/common_commands.hpp"
#include "spi/service/request.hpp"

namespace sesame::spi {
namespace json = boost::json;

namespace {
// The longest name of the standard has 44 characters. A longer one would be repeated in the answer and in the journal.
constexpr std::size_t longest_name = 128;
// Information is given at once and needs no place in the queue; this bounds what a client may have under way all the same.
constexpr std::size_t requests_of_one_client = 4096;
constexpr std::int64_t largest_growing_id = 4294967295;
}  // namespace

RefusalWithPayload::RefusalWithPayload(const Refusal& refusal, const json::value& payload)
    : Refusal(refusal), payload_(std::make_shared<const json::value>(payload)) {}

Service::Service(Executor& executor, ServiceOptions options, std::unique_ptr<ServiceBody> body, const Policy* policy,
                 ServiceObserver* observer)
    : executor_(executor),
      options_(std::move(options)),
      policy_(policy),
      observer_(observer),
      common_(options_.with_common ? std::make_unique<CommonCommands>(*this) : nullptr),
      last_status_(std::make_unique<json::object>()),
      body_(std::move(body)),
      background_(executor),
      running_(executor) {
  body_->attach(*this);
  *last_status_ = full_status();
}

Service::~Service() {
  for (auto& [id, connection] : connections_) {
    for (auto& [request_id, request] : connection->requests)
      if (request->timer_) executor_.cancel(request->timer_);
    connection->requests.clear();  // a request holds its connection: neither would ever go
    connection->channel->receive({});
    connection->channel->close("the service is gone");
  }
}

ConnectionId Service::connect(std::shared_ptr<Channel> channel, ClientIdentity client) {
  const ConnectionId id = ++last_connection_;
  auto connection = std::make_shared<Connection>();
  connection->id = id;
  connection->channel = std::move(channel);
  connection->client = std::move(client);
  connections_.emplace(id, connection);
  if (observer_) observer_->connection_changed(options_.name, id, connection->client, true, "");
  connection->channel->receive(
      {[this, connection](std::string_view frame) {
         if (!connection->open) return;
         try {
           received(*connection, frame);
         } catch (const std::exception& error) {
           // Out of memory, say: this client is cut off, the others go on.
           if (observer_) observer_->provider_fault(options_.name, "a message", error.what());
           connection->channel->close("its message could not be handled");
         }
       },
       [this, id](std::string_view reason) { connection_closed(id, reason); }});
  return id;
}

// A dead client ends its commands; those of others go on (protocol facts, "Connection loss").
void Service::connection_closed(ConnectionId id, std::string_view reason) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  const auto connection = found->second;
  connection->open = false;
  connections_.erase(found);
  if (observer_) observer_->connection_changed(options_.name, id, connection->client, false, reason);
  // Taken out, not copied: a request holds its connection, and one whose service goes before it ends would keep both.
  const auto requests = std::exchange(connection->requests, {});
  for (const auto& [request_id, request] : requests) cancel(request, CompletionCode::canceled);
  body_->connection_lost(id);
}

Task<void> Service::stop() {
  stopping_ = true;
  const auto connections = connections_;
  for (const auto& [id, connection] : connections) {
    const auto requests = connection->requests;
    for (const auto& [request_id, request] : requests) cancel(request, CompletionCode::canceled);
  }
  while (requests_ > 0) co_await request_done_.wait();
  for (const auto& [id, connection] : connections) connection->channel->close("the service stops");
  background_.cancel();
  co_await background_.idle();
}

void Service::received(Connection& connection, std::string_view frame) {
  auto parsed = contract::parse_envelope(frame, options_.limits);
  if (const auto* fault = std::get_if<contract::EnvelopeFault>(&parsed)) return refuse_message(connection, *fault);
  auto& envelope = std::get<contract::Envelope>(parsed);
  const auto* known = contract::find_command(envelope.header.name);
  tell_watchers(connection, false, envelope, known ? known->payload : nullptr);
  if (envelope.header.name.size() > longest_name)
    return acknowledge(connection, envelope.header, "invalidMessage",
                       "header.name: expected at most " + std::to_string(longest_name) + " characters");
  if (envelope.header.type != contract::MessageType::command)
    return acknowledge(connection, envelope.header, "invalidMessage", "header.type: a service takes messages of type command only");
  if (!accept_request_id(connection, *envelope.header.request_id))
    return acknowledge(connection, envelope.header, "invalidRequestID",
                       "header.requestId: expected a positive integer that no unfinished command of this connection uses" +
                           std::string(options_.increasing_request_ids ? ", above the last one" : ""));
  if (stopping_ || !has_room(connection, known))
    return acknowledge(connection, envelope.header, "tooManyRequests",
                       "the service holds " + std::to_string(queued_) + " unfinished commands already");
  connection.last_request_id = *envelope.header.request_id;
  // Always before the command is queued or started (message flow, acknowledge).
  acknowledge(connection, envelope.header, "", "");
  admit(connection, std::move(envelope), known);
}

void Service::refuse_message(Connection& connection, const contract::EnvelopeFault& fault) {
  contract::Header header;
  header.name = fault.name;
  // The header schema wants a requestId even where none could be read; 0 is no command's.
  header.request_id = fault.request_id.value_or(0);
  const bool bad_id = fault.kind == contract::EnvelopeFault::Kind::bad_request_id;
  acknowledge(connection, header, bad_id ? "invalidRequestID" : "invalidMessage", fault.description);
}

bool Service::accept_request_id(Connection& connection, std::int64_t id) const {
  if (id <= 0 || connection.requests.contains(id)) return false;
  if (!options_.increasing_request_ids) return true;
  const bool begins_anew = id == 1 && connection.last_request_id == largest_growing_id;
  return begins_anew || (id > connection.last_request_id && id <= largest_growing_id);
}

// `maximumRequests` is the length of the queue. What runs at once, Common.Cancel above all, must not be locked out by it.
bool Service::has_room(const Connection& connection, const contract::CommandInfo* info) const {
  if (connection.requests.size() >= requests_of_one_client) return false;
  if (!info || info->lane == contract::Lane::immediate) return true;
  return options_.maximum_requests == 0 || queued_ < options_.maximum_requests;
}

void Service::acknowledge(Connection& connection, const contract::Header& command, std::string_view status,
                          const std::string& description) {
  contract::Envelope envelope;
  envelope.header.type = contract::MessageType::acknowledge;
  envelope.header.name = command.name.substr(0, longest_name);
  envelope.header.version = {2, 0};
  envelope.header.request_id = command.request_id;
  envelope.header.status = status;
  envelope.header.error_description = description;
  send(connection, envelope, nullptr);
}

void Service::admit(Connection& connection, contract::Envelope envelope, const contract::CommandInfo* info) {
  auto request = std::make_shared<Request>(*this, connections_.at(connection.id), std::move(envelope), info);
  request->accepted_ = executor_.now();
  request->arrival_ = ++arrivals_;
  connection.requests.emplace(request->id(), request);
  ++requests_;
  try {
    check(*request);
  } catch (const Refusal& refusal) {
    return complete(*request, refusal.code(), refusal.error_code(), refusal.what(), nullptr);
  }
  if (const auto timeout = request->header().timeout_ms; timeout > 0) {
    // Longer than a year is no timeout that a person would wait for, and keeps the clock's arithmetic in range.
    const auto limit = std::min<std::uint64_t>(timeout, 365ull * 24 * 3600 * 1000);
    request->deadline_ = request->accepted_ + std::chrono::milliseconds(limit);
    request->timer_ = executor_.call_at(*request->deadline_, [this, weak = std::weak_ptr(request)] {
      if (const auto expired_request = weak.lock()) expired(expired_request);
    });
  }
  schedule(request);
}

bool Service::offers(const contract::InterfaceInfo& interface) const {
  const auto offered = body_->interfaces();
  return std::ranges::find(offered, &interface) != offered.end();
}

void Service::check(const Request& request) const {
  const std::string& name = request.header().name;
  const contract::CommandInfo* info = request.info_;
  const bool common = info && info->interface->name == "Common" && common_;
  if (!info || (!common && !offers(*info->interface)))
    throw Refusal(CompletionCode::invalidCommand, name + " is no command of this service");
  if (!(common ? common_->supports(*info) : body_->supports(*info))) refuse_unsupported(name);
  if (request.header().version.major != info->command_version.major)
    throw Refusal(CompletionCode::unsupportedCommand, name + ": version " + to_string(request.header().version) +
                                                          " is not offered, version " + to_string(info->command_version) + " is");
  if (policy_ && !policy_->allows(request.client(), options_.name, *info))
    throw Refusal(CompletionCode::authorizationRequired, "this user may not send " + name + " to " + options_.name);
  if (body_->device_state() == DeviceState::starting && name != "Common.Status")
    throw Refusal(CompletionCode::sequenceError, "the device is starting: only Common.Status is answered until it is online");
  const auto* payload = request.payload().is_null() ? nullptr : &request.payload();
  if (const auto violation = contract::validate(payload, *info->payload))
    throw Refusal(CompletionCode::invalidData, violation->path + ": expected " + violation->expected);
}

void Service::schedule(const std::shared_ptr<Request>& request) {
  if (request->info_->lane == contract::Lane::immediate) return running_.spawn(run(request), &request->scope_);
  auto& lane = lanes_[request->info_->lane];
  if (!lane) lane = std::make_unique<LaneQueue>();
  request->counted_ = true;
  ++queued_;
  lane->waiting.push_back(request);
  run_next(*lane);
}

void Service::run_next(LaneQueue& lane) {
  if (lane.busy || lane.waiting.empty()) return;
  const auto request = lane.waiting.front();
  lane.waiting.erase(lane.waiting.begin());
  lane.busy = true;
  running_.spawn(run(request), &request->scope_);
}

Task<void> Service::run(std::shared_ptr<Request> request) {
  request->state_ = Request::State::running;
  request->started_ = executor_.now();
  CompletionCode code = CompletionCode::success;
  std::string error_code, description;
  json::value payload;
  try {
    payload = co_await perform(*request);
  } catch (const Refusal& refusal) {
    code = refusal.code();
    error_code = refusal.error_code();
    description = refusal.what();
    if (const auto* with_payload = dynamic_cast<const RefusalWithPayload*>(&refusal)) payload = with_payload->payload();
  } catch (const Canceled&) {
    code = request->cancel_reason_;
  } catch (const Fault& fault) {
    code = CompletionCode::hardwareError;
    description = fault.what();
  } catch (...) {
    // What an unforeseen exception says may hold data of the command: the operator reads it, the client does not.
    code = CompletionCode::internalError;
    description = "the service failed while it ran the command";
    report_fault(request->header().name);
  }
  // What only informs, and what the framework answers, changes nothing of the device.
  const bool may_change = request->info_->lane != contract::Lane::immediate && request->info_->interface->name != "Common";
  try {
    if (may_change) status_changed();
  } catch (...) {
    report_fault(request->header().name);  // a provider that cannot tell its status still gets its completion sent
  }
  complete(*request, code, error_code, description, std::move(payload));
  if (request->info_->lane != contract::Lane::immediate) {
    auto& lane = *lanes_.at(request->info_->lane);
    lane.busy = false;
    run_next(lane);
  }
}

// Tells the operator of the exception that is being handled.
void Service::report_fault(std::string_view command) const {
  if (!observer_) return;
  try {
    throw;
  } catch (const std::exception& error) {
    observer_->provider_fault(options_.name, command, error.what());
  } catch (...) {
    observer_->provider_fault(options_.name, command, "an exception of unknown type");
  }
}

Task<json::value> Service::perform(Request& request) {
  if (request.info_->interface->name == "Common" && common_) return common_->run(request);
  return body_->run(*request.info_, request.payload(), request);
}

// Queue time counts: an expired command that waits is answered without being started.
void Service::expired(const std::shared_ptr<Request>& request) {
  request->timer_ = 0;
  cancel(request, CompletionCode::timeOut);
}

void Service::cancel(const std::shared_ptr<Request>& request, CompletionCode reason) {
  if (request->state_ == Request::State::completed) return;
  if (request->state_ == Request::State::running) {
    if (!request->scope_.requested()) request->cancel_reason_ = reason;
    return request->scope_.request();
  }
  const auto lane = lanes_.find(request->info_->lane);
  if (lane != lanes_.end() && std::erase(lane->second->waiting, request) > 0)
    return complete(*request, reason, "", "", nullptr);
  // Taken from the queue, about to start: it starts cancelled.
  request->cancel_reason_ = reason;
  request->scope_.request();
}

void Service::complete(Request& request, CompletionCode code, const std::string& error_code,
                       const std::string& description, json::value payload) {
  if (request.state_ == Request::State::completed) return;
  const auto keep = request.shared_from_this();
  const auto* info = request.info_;
  if (!error_code.empty() && (!info || std::ranges::find(info->error_codes, error_code) == info->error_codes.end())) {
    if (observer_) observer_->provider_fault(options_.name, request.header().name, "no errorCode of this command: " + error_code);
    return complete(request, CompletionCode::internalError, "", "the service failed while it ran the command", nullptr);
  }
  if (!error_code.empty()) {
    if (!payload.is_object()) payload.emplace_object();
    payload.as_object()["errorCode"] = error_code;
  }
  if (request.timer_) executor_.cancel(std::exchange(request.timer_, 0));
  const TimePoint now = executor_.now();
  const TimePoint started = request.state_ == Request::State::running ? request.started_ : now;
  request.state_ = Request::State::completed;
  request.owner_->requests.erase(request.id());
  --requests_;
  if (std::exchange(request.counted_, false)) --queued_;

  contract::Envelope envelope;
  envelope.header.type = contract::MessageType::completion;
  envelope.header.name = request.header().name;
  envelope.header.version = info ? info->completion_version : request.header().version;
  envelope.header.request_id = request.id();
  envelope.header.completion_code = to_string(code);
  // The header schema allows errorDescription beside an error only, and not beside canceled and timeOut.
  const bool described = code != CompletionCode::success && code != CompletionCode::canceled && code != CompletionCode::timeOut;
  if (described) envelope.header.error_description = description;
  envelope.payload = std::move(payload);
  send(*request.owner_, envelope, info ? info->completion : nullptr);
  if (observer_)
    executor_.when_idle([observer = observer_, service = options_.name, keep, answer = std::move(envelope.payload), code, error_code,
                         queued = started - request.accepted_, ran = now - started] {
      const auto shown = [](const json::value& part, const contract::TypeInfo& type) -> std::string {
        if (part.is_null()) return "null";
        unsigned char room[2048];
        json::monotonic_resource memory(room);
        return json::serialize(contract::masked(part, type, &memory));
      };
      const auto* known = keep->info_;
      const std::string in = known ? shown(keep->payload(), *known->payload) : "null";
      const std::string out = known ? shown(answer, *known->completion) : "null";
      observer->command_completed({service, keep->header().name, keep->client().address, in, out, keep->connection(), keep->id(), code,
                                   error_code, queued, ran});
    });
  request_done_.notify_all();
}

void Service::send(Connection& connection, const contract::Envelope& envelope, const contract::TypeInfo* type) {
  if (!connection.open) return;
  tell_watchers(connection, true, envelope, type);
  connection.channel->send(contract::print_envelope(envelope));
}

void Service::tell_watchers(const Connection& connection, bool outgoing, const contract::Envelope& envelope,
                            const contract::TypeInfo* type) {
  if (!observer_ || !observer_->wants_messages()) return;
  contract::Envelope masked{envelope.header, type ? contract::masked(envelope.payload, *type) : json::value()};
  observer_->message(options_.name, connection.id, outgoing, contract::print_envelope(masked));
}

void Service::broadcast_event(const contract::EventInfo& event, const void* payload) {
  broadcast_json(event, contract::write(*event.payload, payload));
}

void Service::broadcast_json(const contract::EventInfo& event, const json::value& payload) {
  // A status that changed with the event is told first, so that a client that asks on the event sees nothing older.
  status_changed();
  broadcast(event, payload);
}

void Service::broadcast(const contract::EventInfo& event, json::value payload) {
  contract::Envelope envelope;
  envelope.header.type = contract::MessageType::unsolicited;
  envelope.header.name = event.name;
  envelope.header.version = event.version;
  envelope.payload = std::move(payload);
  const auto connections = connections_;
  for (const auto& [id, connection] : connections) send(*connection, envelope, event.payload);
}

json::object Service::full_status() const {
  json::object status = body_->status();
  if (common_ && !status.contains("common")) status["common"] = common_->status();
  return status;
}

void Service::status_changed() {
  if (!common_) return;
  json::object status = full_status();
  json::object changed;
  for (const auto& property : status) {
    const contract::TypeInfo* type = common_->status_type(property.key());
    const auto before = last_status_->find(property.key());
    if (!type || before == last_status_->end()) continue;
    json::value difference = contract::difference(*type, before->value(), property.value());
    if (!difference.is_null()) changed[property.key()] = std::move(difference);
  }
  *last_status_ = std::move(status);
  if (!changed.empty()) broadcast(common_->status_changed_event(), std::move(changed));
}

Request::Request(Service& service, std::shared_ptr<Service::Connection> connection, contract::Envelope envelope,
                 const contract::CommandInfo* info)
    : info_(info),
      owner_(std::move(connection)),
      service_(service),
      envelope_(std::move(envelope)) {}

ConnectionId Request::connection() const { return owner_->id; }
const ClientIdentity& Request::client() const { return owner_->client; }

void Request::emit_event(const contract::EventInfo& event, const void* payload) {
  emit_json(event, contract::write(*event.payload, payload));
}

void Request::emit_json(const contract::EventInfo& event, const json::value& payload) {
  if (state_ != State::running) return;
  if (std::ranges::find(info_->events, &event) == info_->events.end()) {
    if (service_.observer_) service_.observer_->provider_fault(service_.name(), info_->name, std::string(event.name) + " is no event of this command");
    return;
  }
  service_.status_changed();
  contract::Envelope envelope;
  envelope.header.type = contract::MessageType::event;
  envelope.header.name = event.name;
  envelope.header.version = event.version;
  envelope.header.request_id = id();
  envelope.payload = payload;
  service_.send(*owner_, envelope, event.payload);
}

}  // namespace sesame::spi
