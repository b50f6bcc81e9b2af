// Service: the framework's half of an XFS4IoT service. It keeps connections, acknowledges, queues by lane, cancels, times
// out, sends events, reports status changes, and gives every command exactly one completion whatever happens to it: return,
// refusal, exception, cancel, timeout, lost client, stopped service. What the commands do is its body's business: a set of
// providers (provider_body.hpp), or a front before another service. Executor thread only.
//
// Source: CWA 17852:2024-3, message flow; section numbers of the protocol text stand at the functions.
#pragma once

#include <boost/json/fwd.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "spi/contract/envelope.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/command.hpp"
#include "spi/service/provider.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::spi {

/// A refusal whose completion has data beside its errorCode. `payload` is what the completion carries.
class RefusalWithPayload : public Refusal {
 public:
  RefusalWithPayload(const Refusal& refusal, const boost::json::value& payload);
  const boost::json::value& payload() const { return *payload_; }

 private:
  std::shared_ptr<const boost::json::value> payload_;
};

/// What a service runs. Owned by the service.
class ServiceBody {
 public:
  virtual ~ServiceBody() = default;

  virtual void attach(ServiceLink& service) = 0;
  /// The interfaces offered, Common not among them, and whether a command of one of them is.
  virtual std::vector<const contract::InterfaceInfo*> interfaces() const = 0;
  virtual bool supports(const contract::CommandInfo& command) const = 0;
  /// Runs a command whose payload is valid and gives its completion payload (null for none).
  virtual Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                       Command& context) = 0;
  virtual DeviceState device_state() const = 0;
  /// Property name -> part of Common.Status ("cardReader": {...}). `common` is made by the service unless the body, as a front,
  /// has one to pass on. The same for capabilities().
  virtual boost::json::object status() const = 0;
  virtual boost::json::object capabilities() const = 0;
  /// A connection went away; its commands are cancelled already.
  virtual void connection_lost(ConnectionId) {}
};

/// Which client may send which command (design: "the life of a command", 2).
class Policy {
 public:
  virtual ~Policy() = default;
  virtual bool allows(const ClientIdentity& client, std::string_view service, const contract::CommandInfo& command) const = 0;
};

/// One line of the journal. What is sensitive is masked already.
struct CommandRecord {
  std::string_view service, command, client, payload, completion;
  ConnectionId connection = 0;
  std::int64_t request_id = 0;
  CompletionCode code = CompletionCode::success;
  std::string_view error_code;
  Duration queued{}, ran{};
};

/// Listens to services for the journal, the metrics and `sesame watch`. Must outlive them.
class ServiceObserver {
 public:
  virtual ~ServiceObserver() = default;
  /// Told after the client, when the executor is idle.
  virtual void command_completed(const CommandRecord&) {}
  virtual void connection_changed(std::string_view /*service*/, ConnectionId, const ClientIdentity&, bool /*open*/,
                                  std::string_view /*reason*/) {}
  /// A provider broke a rule of the contract (an error code that its command does not have, an unknown exception).
  virtual void provider_fault(std::string_view /*service*/, std::string_view /*command*/, std::string_view /*what*/) {}
  /// Every message, masked, when wants_messages().
  virtual bool wants_messages() const { return false; }
  virtual void message(std::string_view /*service*/, ConnectionId, bool /*outgoing*/, std::string_view /*masked*/) {}
};

struct ServiceOptions {
  std::string name;                        // last part of the URI: "cardreader"
  std::string vendor = "Sesame";
  std::string service_version = "0.1.0";   // Capabilities common.serviceVersion
  std::string model, serial_number;        // Capabilities common.deviceInformation
  std::size_t maximum_requests = 64;       // in lanes, waiting and running, over all clients; 0 is unlimited
  bool increasing_request_ids = false;     // release 4's rule: ids go upward in a connection
  bool with_common = true;                 // false for the ServicePublisher endpoint, which has GetServices alone
  std::optional<std::chrono::seconds> command_nonce_timeout;  // set: GetCommandNonce and ClearCommandNonce are offered
  contract::EnvelopeLimits limits;
};

class Service final : private ServiceLink {
 public:
  Service(Executor& executor, ServiceOptions options, std::unique_ptr<ServiceBody> body,
          const Policy* policy = nullptr, ServiceObserver* observer = nullptr);
  ~Service() override;

  const std::string& name() const { return options_.name; }
  /// Takes a client. It stays until its channel closes or the service stops.
  ConnectionId connect(std::shared_ptr<Channel> channel, ClientIdentity client);
  std::size_t connections() const { return connections_.size(); }
  /// Cancels every command, waits until each has its completion, then closes every connection.
  Task<void> stop();
  /// For the body of a front and for tests.
  ServiceLink& link() { return *this; }

 private:
  friend class Request;
  friend class CommonCommands;
  struct Connection;
  struct LaneQueue;

  // ServiceLink
  Executor& executor() override { return executor_; }
  void broadcast_event(const contract::EventInfo& event, const void* payload) override;
  void broadcast_json(const contract::EventInfo& event, const boost::json::value& payload) override;
  void status_changed() override;
  void spawn(Task<void> task) override { background_.spawn(std::move(task)); }

  void received(Connection& connection, std::string_view frame);
  void refuse_message(Connection& connection, const contract::EnvelopeFault& fault);
  void acknowledge(Connection& connection, const contract::Header& command, std::string_view status,
                   const std::string& description);
  bool accept_request_id(Connection& connection, std::int64_t id) const;
  // `info`: what the contract says of the command; null when it does not know it.
  bool has_room(const Connection& connection, const contract::CommandInfo* info) const;
  void admit(Connection& connection, contract::Envelope envelope, const contract::CommandInfo* info);
  bool offers(const contract::InterfaceInfo& interface) const;
  void check(const class Request& request) const;
  void schedule(const std::shared_ptr<Request>& request);
  void run_next(LaneQueue& lane);
  Task<void> run(std::shared_ptr<Request> request);
  void report_fault(std::string_view command) const;
  Task<boost::json::value> perform(Request& request);
  void expired(const std::shared_ptr<Request>& request);
  void cancel(const std::shared_ptr<Request>& request, CompletionCode reason);
  void complete(Request& request, CompletionCode code, const std::string& error_code, const std::string& description,
                boost::json::value payload);
  void send(Connection& connection, const contract::Envelope& envelope, const contract::TypeInfo* type);
  void tell_watchers(const Connection& connection, bool outgoing, const contract::Envelope& envelope,
                     const contract::TypeInfo* type);
  void connection_closed(ConnectionId id, std::string_view reason);
  void broadcast(const contract::EventInfo& event, boost::json::value payload);
  boost::json::object full_status() const;

  Executor& executor_;
  ServiceOptions options_;
  const Policy* policy_;
  ServiceObserver* observer_;
  std::unique_ptr<class CommonCommands> common_;
  std::map<ConnectionId, std::shared_ptr<Connection>> connections_;
  std::map<contract::Lane, std::unique_ptr<LaneQueue>> lanes_;
  std::unique_ptr<boost::json::object> last_status_;
  ConnectionId last_connection_ = 0;
  std::uint64_t arrivals_ = 0;
  std::size_t requests_ = 0;  // unfinished
  std::size_t queued_ = 0;    // of them in a lane, waiting or running
  bool stopping_ = false;
  Signal request_done_;
  std::unique_ptr<ServiceBody> body_;
  TaskScope background_;
  TaskScope running_;  // last: its tasks use all of the above
};

}  // namespace sesame::spi
