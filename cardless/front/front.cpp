#include "cardless/front/front.hpp"

#include <boost/json.hpp>

#include "spi/contract/codec.hpp"
#include "xfs/common.hpp"

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

json::value answer_of(const RawReply& reply) {
  if (reply.ok()) return *reply.payload;
  if (reply.connection_lost)
    throw Refusal(CompletionCode::deviceNotReady, "the connection to the device's service was lost");
  if (!reply.acknowledge.empty())
    throw Refusal(CompletionCode::deviceNotReady,
                  "the device's service did not take the command (" + reply.acknowledge + ")");
  const bool named = reply.code == CompletionCode::commandErrorCode && !reply.error_code.empty();
  const Refusal refusal =
      named ? Refusal(reply.error_code, reply.description) : Refusal(reply.code, reply.description);
  if (reply.payload && reply.payload->is_object()) throw RefusalWithPayload(refusal, *reply.payload);
  throw refusal;
}

void pass_event(Command& context, const ReceivedEvent& event) {
  if (const auto* info = contract::find_event(event.name)) context.emit_json(*info, *event.payload);
}

bool timed_out(const Command& context, const Executor& executor) {
  return context.deadline() && executor.now() >= *context.deadline();
}

Task<json::value> Front::run(const contract::CommandInfo& command, const json::value& payload,
                             Command& context) {
  co_return co_await pass(command, payload, context);
}

Task<json::value> Front::pass(const contract::CommandInfo& command, const json::value& payload,
                              Command& context) {
  RawCall call = upstream_.call(command.name, payload);
  const Upstream::Relay relay(upstream_, call);
  call.listen([&context](const ReceivedEvent& event) { pass_event(context, event); }, {});
  auto ended = co_await outcome(call.completion());
  if (ended) co_return answer_of(*ended);
  // Cancelled, timed out, or the client is gone. How it ends is the original's to say: a card may have come
  // in meanwhile.
  const RawReply reply = co_await cancel_and_wait(call);
  if (reply.code == CompletionCode::canceled || reply.code == CompletionCode::timeOut) throw Canceled{};
  co_return answer_of(reply);
}

void Front::upstream_event(const ReceivedEvent& event) {
  if (const auto* info = contract::find_event(event.name)) service_->broadcast_json(*info, *event.payload);
}

DeviceState Front::device_state() const {
  if (!upstream_.known()) return DeviceState::starting;
  if (!upstream_.ready()) return DeviceState::offline;
  const auto* common = upstream_.status().if_contains("common");
  xfs::common::StatusProperties told;
  if (!common || contract::read(common, told)) return DeviceState::online;
  static_assert(static_cast<int>(DeviceState::starting) == static_cast<int>(xfs::common::Device::starting));
  static_assert(static_cast<int>(DeviceState::noDevice) == static_cast<int>(xfs::common::Device::noDevice));
  return static_cast<DeviceState>(told.device);
}

json::object Front::status() const {
  json::object status = upstream_.status();
  if (upstream_.ready()) return status;
  status.erase("common");  // made by the service, of device_state()
  return status;
}

json::object Front::capabilities() const { return upstream_.capabilities(); }

}  // namespace sesame::cardless
