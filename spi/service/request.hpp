// One command on its way through a Service: from the acknowledge to its single completion. Shared by the queue, the running
// coroutine and the timer. Executor thread only. Internal to spi/service.
#pragma once

#include <boost/json/value.hpp>

#include "spi/service/service.hpp"

namespace sesame::spi {

class Request final : public Command, public std::enable_shared_from_this<Request> {
 public:
  enum class State { queued, running, completed };

  Request(Service& service, std::shared_ptr<Service::Connection> connection, contract::Envelope envelope,
          const contract::CommandInfo* info);

  const contract::CommandInfo& info() const override { return *info_; }
  ConnectionId connection() const override;
  const ClientIdentity& client() const override;
  std::optional<TimePoint> deadline() const override { return deadline_; }
  void emit_event(const contract::EventInfo& event, const void* payload) override;
  void emit_json(const contract::EventInfo& event, const boost::json::value& payload) override;

  const contract::Header& header() const { return envelope_.header; }
  const boost::json::value& payload() const { return envelope_.payload; }
  std::int64_t id() const { return *envelope_.header.request_id; }

  /// Null for a command that the contract does not know.
  const contract::CommandInfo* info_ = nullptr;
  State state_ = State::queued;
  CancelScope scope_;
  CompletionCode cancel_reason_ = CompletionCode::canceled;
  std::optional<TimePoint> deadline_;
  TimerId timer_ = 0;
  bool counted_ = false;  // holds a place in the queue
  TimePoint accepted_{}, started_{};
  std::uint64_t arrival_ = 0;  // counts up over all commands of the service
  std::shared_ptr<Service::Connection> owner_;

 private:
  Service& service_;
  contract::Envelope envelope_;
};

struct Service::Connection {
  ConnectionId id = 0;
  std::shared_ptr<Channel> channel;
  ClientIdentity client;
  std::map<std::int64_t, std::shared_ptr<Request>> requests;
  std::int64_t last_request_id = 0;
  std::map<std::string, std::int64_t, std::less<>> versions;  // Common.SetVersions: message name -> major
  bool open = true;
};

/// Commands of one lane run one after another, in the order of their arrival.
struct Service::LaneQueue {
  std::vector<std::shared_ptr<Request>> waiting;
  bool busy = false;
};

}  // namespace sesame::spi
