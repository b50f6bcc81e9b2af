// A command while it runs: what a provider's coroutine gets beside the payload. It emits the command's events and tells
// who asked and by when. Owned by the service; valid until the coroutine returns. Executor thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>

#include "spi/contract/catalogue.hpp"
#include "spi/service/client_identity.hpp"
#include "spi/service/executor.hpp"

namespace sesame::spi {

class Command {
 public:
  virtual ~Command() = default;

  virtual const contract::CommandInfo& info() const = 0;
  virtual ConnectionId connection() const = 0;
  virtual const ClientIdentity& client() const = 0;
  /// When header.timeout ends the command (queue time counts); nothing for no timeout.
  virtual std::optional<TimePoint> deadline() const = 0;

  /// Sends a command event (type `event`) to the client that sent the command. Only events of this command.
  template <class Event>
  void emit(const Event& event) {
    emit_event(event_info(&event), &event);
  }
  virtual void emit_event(const contract::EventInfo& event, const void* payload) = 0;
  /// The same with a payload as it came from elsewhere: a front passes on what the contract does not know, too.
  virtual void emit_json(const contract::EventInfo& event, const boost::json::value& payload) = 0;
};

}  // namespace sesame::spi
