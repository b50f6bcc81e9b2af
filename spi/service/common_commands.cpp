#include "spi/service/common_commands.hpp"

#include <openssl/rand.h>

#include <boost/json.hpp>

#include "spi/contract/codec.hpp"
#include "spi/service/request.hpp"
#include "xfs/common.hpp"

namespace sesame::spi {
namespace json = boost::json;
using namespace xfs::common;

namespace {
constexpr std::string_view nonce_commands[] = {"Common.GetCommandNonce", "Common.ClearCommandNonce"};

template <class Payload>
Payload payload_of(const Request& request) {
  Payload payload;
  if (const auto violation = contract::read(request.payload().is_null() ? nullptr : &request.payload(), payload))
    throw Refusal(CompletionCode::invalidData, violation->path + ": expected " + violation->expected);
  return payload;
}

Device device(DeviceState state) {
  switch (state) {
    case DeviceState::online: return Device::online;
    case DeviceState::offline: return Device::offline;
    case DeviceState::powerOff: return Device::powerOff;
    case DeviceState::noDevice: return Device::noDevice;
    case DeviceState::hardwareError: return Device::hardwareError;
    case DeviceState::userError: return Device::userError;
    case DeviceState::deviceBusy: return Device::deviceBusy;
    case DeviceState::fraudAttempt: return Device::fraudAttempt;
    case DeviceState::potentialFraud: return Device::potentialFraud;
    case DeviceState::starting: break;
  }
  return Device::starting;
}

json::object offer(contract::Version version) { return {{"versions", json::array{to_string(version)}}}; }
}  // namespace

CommonCommands::CommonCommands(Service& service) : service_(service) {}

CommonCommands::~CommonCommands() {
  if (nonce_timer_) service_.executor_.cancel(nonce_timer_);
}

bool CommonCommands::supports(const contract::CommandInfo& command) const {
  if (std::ranges::find(nonce_commands, command.name) != std::end(nonce_commands))
    return service_.options_.command_nonce_timeout.has_value();
  return command.name != "Common.PowerSaveControl";  // deprecated; PowerManagement has it
}

bool CommonCommands::offers(const contract::InterfaceInfo& interface) const {
  return interface.name == "Common" || service_.offers(interface);
}

bool CommonCommands::offers(const contract::CommandInfo& command) const {
  if (command.interface->name == "Common") return supports(command);
  return offers(*command.interface) && service_.body_->supports(command);
}

Task<json::value> CommonCommands::run(Request& request) {
  const std::string_view name = request.info().name;
  if (name == "Common.Status") co_return full_status();
  if (name == "Common.Capabilities") co_return capabilities();
  if (name == "Common.Cancel") co_return cancel(request);
  if (name == "Common.SetVersions") co_return set_versions(request);
  if (name == "Common.SetTransactionState") co_return set_transaction_state(request);
  if (name == "Common.GetTransactionState") co_return transaction_state();
  if (name == "Common.GetCommandNonce") co_return command_nonce();
  if (name == "Common.ClearCommandNonce") co_return clear_command_nonce();
  refuse_unsupported(name);
}

json::value CommonCommands::status() const {
  StatusProperties status;
  status.device = device(service_.body_->device_state());
  return contract::write(status);
}

json::value CommonCommands::full_status() const { return service_.full_status(); }

const contract::TypeInfo* CommonCommands::status_type(std::string_view property) const {
  for (const auto* interface : contract::interfaces())
    if (interface->property == property) return interface->in_status_changed ? interface->status : nullptr;
  return nullptr;
}

const contract::EventInfo& CommonCommands::status_changed_event() const {
  return event_info(static_cast<const StatusChangedEvent*>(nullptr));
}

json::value CommonCommands::capabilities() const {
  json::object all = service_.body_->capabilities();
  json::array interfaces;
  auto offered = service_.body_->interfaces();
  offered.insert(offered.begin(), contract::find_interface("Common"));
  for (const auto* interface : offered) {
    json::object commands, events;
    const bool common = interface->name == "Common";
    for (const auto* command : interface->commands)
      if (common ? supports(*command) : service_.body_->supports(*command))
        commands[command->name] = offer(command->command_version);
    for (const auto* event : interface->events) events[event->name] = offer(event->version);
    json::object entry{{"name", interface->name}, {"commands", std::move(commands)},
                       {"maximumRequests", service_.options_.maximum_requests}};
    if (!events.empty()) entry["events"] = std::move(events);
    interfaces.push_back(std::move(entry));
  }
  all["interfaces"] = std::move(interfaces);
  if (all.contains("common")) return all;
  CapabilityProperties common;
  common.service_version = service_.options_.service_version;
  auto& information = common.device_information.emplace_back();
  if (!service_.options_.model.empty()) information.model_name = service_.options_.model;
  if (!service_.options_.serial_number.empty()) information.serial_number = service_.options_.serial_number;
  all["common"] = contract::write(common);
  return all;
}

// Completes before the commands that it ends, which the running scope guarantees: this returns, the completion is sent,
// and only then the posted cancels run (Common.Cancel).
json::value CommonCommands::cancel(Request& request) {
  const auto payload = payload_of<Cancel>(request);
  std::vector<std::weak_ptr<Request>> matching;
  for (const auto& [id, other] : request.owner_->requests) {
    if (other->info_ && other->info_->name == "Common.Cancel") continue;
    if (other->arrival_ > request.arrival_) continue;  // came after the Cancel, in the same breath
    if (payload.request_ids && std::ranges::find(*payload.request_ids, id) == payload.request_ids->end()) continue;
    matching.push_back(other);
  }
  if (payload.request_ids && matching.empty())
    throw Refusal("noMatchingRequestIDs", "no unfinished command of this connection has one of these ids");
  service_.executor_.post([service = &service_, matching = std::move(matching)] {
    for (const auto& weak : matching)
      if (const auto other = weak.lock()) service->cancel(other, CompletionCode::canceled);
  });
  return nullptr;
}

json::value CommonCommands::set_versions(Request& request) {
  const auto payload = payload_of<SetVersions>(request);
  if (!payload.commands && !payload.events)
    throw Refusal(CompletionCode::invalidData, "payload: expected commands, events or both");
  const auto unsupported = [](const std::string& name, std::int64_t major) {
    return Refusal(CompletionCode::unsupportedData, name + ": major version " + std::to_string(major) + " is not offered");
  };
  if (payload.commands)
    for (const auto& [name, major] : *payload.commands) {
      const auto* command = contract::find_command(name);
      if (!command || !offers(*command) || command->command_version.major != major) throw unsupported(name, major);
    }
  if (payload.events)
    for (const auto& [name, major] : *payload.events) {
      const auto* event = contract::find_event(name);
      if (!event || !offers(*event->interface) || event->version.major != major) throw unsupported(name, major);
    }
  auto& versions = request.owner_->versions;
  if (payload.commands)
    for (const auto& [name, major] : *payload.commands) versions[name] = major;
  if (payload.events)
    for (const auto& [name, major] : *payload.events) versions[name] = major;
  return nullptr;
}

json::value CommonCommands::set_transaction_state(const Request& request) {
  const auto state = payload_of<SetTransactionState>(request);
  transaction_active_ = state.state == decltype(state.state)::active;
  transaction_id_ = transaction_active_ ? state.transaction_id.value_or("") : "";
  return nullptr;
}

json::value CommonCommands::transaction_state() const {
  GetTransactionStateCompletion state;
  state.state = transaction_active_ ? decltype(state.state)::active : decltype(state.state)::inactive;
  if (transaction_active_ && !transaction_id_.empty()) state.transaction_id = transaction_id_;
  return contract::write(state);
}

// 16 random bytes never repeat, not over restarts either (end-to-end security, nonces).
json::value CommonCommands::command_nonce() {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1)
    throw Refusal(CompletionCode::internalError, "the random source failed");
  nonce_.clear();
  for (const unsigned char byte : bytes) {
    constexpr char digits[] = "0123456789ABCDEF";
    nonce_ += digits[byte >> 4];
    nonce_ += digits[byte & 15];
  }
  auto& executor = service_.executor_;
  if (nonce_timer_) executor.cancel(nonce_timer_);
  nonce_timer_ = 0;
  if (const auto timeout = *service_.options_.command_nonce_timeout; timeout.count() > 0)
    nonce_timer_ = executor.call_at(executor.now() + timeout, [this] {
      nonce_timer_ = 0;
      nonce_cleared("the nonce was not used in time");
    });
  GetCommandNonceCompletion completion;
  completion.command_nonce = nonce_;
  return contract::write(completion);
}

json::value CommonCommands::clear_command_nonce() {
  if (nonce_timer_) service_.executor_.cancel(std::exchange(nonce_timer_, 0));
  if (!nonce_.empty()) nonce_cleared("cleared by command");
  return nullptr;
}

void CommonCommands::nonce_cleared(const char* reason) {
  nonce_.clear();
  NonceClearedEvent event;
  event.reason_description = std::string(reason);
  service_.broadcast_event(event_info(&event), &event);
}

}  // namespace sesame::spi
