// A client of any XFS4IoT service, in memory, local or remote: requests out, acknowledges, events and completions in.
// Typed calls are the generated stubs (xfs/<interface>_client.hpp) over ServiceConnection; the command line and the fronts
// use call() with JSON. Executor thread only.
//
//     card_reader::Client reader(connection);
//     auto call = reader.read_raw_data({.track2 = true}, {.timeout = 30s});
//     while (auto event = co_await call.next_event()) show(event->name);
//     auto reply = co_await call.completion();
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "spi/contract/catalogue.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/errors.hpp"
#include "spi/service/task.hpp"

namespace sesame::spi {

struct CallOptions {
  std::chrono::milliseconds timeout{0};  // header.timeout; 0 is never
};

/// An event as it came: a command event of a call, or an unsolicited one.
struct ReceivedEvent {
  std::string name;  // "CardReader.MediaInsertedEvent"
  std::shared_ptr<const boost::json::value> payload;

  /// Decodes the payload as Event; throws Refusal(invalidData) if it is not one.
  template <class Event>
  Event as() const {
    Event event;
    decode(contract_describe(&event), &event);
    return event;
  }
  template <class Event>
  bool is() const {
    return name == event_info(static_cast<const Event*>(nullptr)).name;
  }

 private:
  template <class Event>
  static const contract::TypeInfo& contract_describe(const Event* event) {
    return describe(event);
  }
  void decode(const contract::TypeInfo& type, void* out) const;
};

/// How a command ended.
struct RawReply {
  CompletionCode code = CompletionCode::success;
  std::string error_code;   // payload.errorCode, with commandErrorCode
  std::string description;  // header.errorDescription; for people only
  std::string acknowledge;  // the acknowledge's status when the service did not take the command, "" otherwise
  bool connection_lost = false;
  std::shared_ptr<const boost::json::value> payload;  // null JSON when absent

  bool ok() const { return code == CompletionCode::success && acknowledge.empty() && !connection_lost; }
  /// One line for people: "commandErrorCode mediaJam: the card is stuck".
  std::string text() const;
};

template <class Completion>
struct Reply : RawReply {
  Completion data;  // default-constructed unless the completion had a valid payload
};

class CallState;

/// One command on its way. Copies share it. Dropping it does not cancel it.
class RawCall {
 public:
  explicit RawCall(std::shared_ptr<CallState> state) : state_(std::move(state)) {}

  /// The next event of this command; nothing once it is completed.
  Task<std::optional<ReceivedEvent>> next_event();
  /// Events go to `on_event` as they are received, before anything that was received later; next_event() gives none then.
  /// `on_completed` is called when the completion was received, or at once if it is there. For those who pass messages on and
  /// must keep their order.
  void listen(std::function<void(const ReceivedEvent&)> on_event, std::function<void()> on_completed);
  /// The completion. Waiting for it does not need the events to be read.
  Task<RawReply> completion();
  /// Sends Common.Cancel for this command alone; the completion still comes, and may be another than `canceled`.
  void cancel();
  bool completed() const;
  std::int64_t request_id() const;

 protected:
  Task<void> complete_into(RawReply& reply, const contract::TypeInfo& type, void* data);
  std::shared_ptr<CallState> state_;
};

template <class Completion>
class Call : public RawCall {
 public:
  Call(class ServiceConnection& connection, const contract::CommandInfo& command, const void* payload, CallOptions options);

  Task<Reply<Completion>> completion() {
    Reply<Completion> reply;
    co_await complete_into(reply, describe(&reply.data), &reply.data);
    co_return reply;
  }
};

/// A connection to one service. Everything pending ends with connection_lost when it closes.
class ServiceConnection {
 public:
  ServiceConnection(Executor& executor, std::shared_ptr<Channel> channel);
  ~ServiceConnection();
  ServiceConnection(const ServiceConnection&) = delete;

  /// Sends any command by name. The version is the contract's unless given ("2.0").
  RawCall call(std::string_view name, const boost::json::value& payload, CallOptions options = {},
               std::string_view version = {});
  RawCall call(const contract::CommandInfo& command, const void* payload, CallOptions options);

  /// Every unsolicited event, in order. One listener per purpose; stays until the connection goes.
  void on_unsolicited(std::function<void(const ReceivedEvent&)> listener);
  void on_closed(std::function<void(std::string_view reason)> listener);
  bool closed() const;
  void close();
  Executor& executor() const;

 private:
  class Core;
  std::shared_ptr<Core> core_;
};


template <class Completion>
Call<Completion>::Call(ServiceConnection& connection, const contract::CommandInfo& command, const void* payload,
                       CallOptions options)
    : RawCall(connection.call(command, payload, options)) {}

}  // namespace sesame::spi
