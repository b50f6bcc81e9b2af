// What a provider is to the service that runs it: one interface of the standard, with its commands, status and
// capabilities. The generated bases (xfs/<interface>_provider.hpp) implement the type-erased half, providers override one
// virtual per command. A provider owns the standard's rules of its interface and never touches hardware.
// Executor thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <string_view>

#include "spi/contract/catalogue.hpp"
#include "spi/service/command.hpp"
#include "spi/service/task.hpp"

namespace sesame::spi {

/// What a provider may ask of the service that runs it.
class ServiceLink {
 public:
  virtual ~ServiceLink() = default;
  virtual Executor& executor() = 0;
  /// Sends an unsolicited event to every client of the service.
  virtual void broadcast_event(const contract::EventInfo& event, const void* payload) = 0;
  virtual void broadcast_json(const contract::EventInfo& event, const boost::json::value& payload) = 0;
  /// Compares the status of all providers with the last report and sends Common.StatusChangedEvent with what differs.
  /// Called by the service itself before each completion.
  virtual void status_changed() = 0;
  /// Runs a task beside the commands, until the service stops.
  virtual void spawn(Task<void> task) = 0;
};

/// common.device of Status (CWA 17852, Common.Status).
enum class DeviceState : unsigned char {
  online, offline, powerOff, noDevice, hardwareError, userError, deviceBusy, fraudAttempt, potentialFraud, starting
};

class Provider {
 public:
  virtual ~Provider() = default;

  virtual const contract::InterfaceInfo& interface_info() const = 0;
  /// Whether this provider implements the interface's command number `command_index`.
  virtual bool supports(std::size_t command_index) const = 0;
  /// Starts a command. `payload` is an object of the command's payload type, already validated; it outlives the task.
  virtual AnyTask start(std::size_t command_index, const void* payload, Command& command) = 0;
  /// This interface's part of Common.Status and Common.Capabilities; null where the interface has none.
  virtual boost::json::value status_json() const = 0;
  virtual boost::json::value capabilities_json() const = 0;

  /// The state of the device behind the provider. The service reports the worst of its providers.
  virtual DeviceState device_state() const { return DeviceState::online; }

  /// Called once, before the first command.
  virtual void attach(ServiceLink& service) { service_ = &service; }

 protected:
  /// Valid from attach() on.
  ServiceLink& service() const { return *service_; }
  /// Throws Refusal deviceNotReady while the device is not there or has no power. `name` is what people call it.
  void require_device(std::string_view name) const;
  template <class Event>
  void broadcast(const Event& event) {
    service_->broadcast_event(event_info(&event), &event);
  }

 private:
  ServiceLink* service_ = nullptr;
};

}  // namespace sesame::spi
