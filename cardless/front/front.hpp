// A front: the body of a service that applications see in the place of another. It passes every command,
// event, status and capability through as it came, in the same order, until a part of it is overridden. Owned
// by its service; executor thread only.
#pragma once

#include "cardless/front/upstream.hpp"
#include "spi/service/service.hpp"

namespace sesame::cardless {

class Front : public spi::ServiceBody, protected Upstream::Listener {
 public:
  Front(spi::Executor& executor, Upstream::Connect connect)
      : executor_(executor), upstream_(executor, std::move(connect), *this) {}

  void attach(spi::ServiceLink& service) override { service_ = &service; }
  std::vector<const contract::InterfaceInfo*> interfaces() const override { return upstream_.interfaces(); }
  bool supports(const contract::CommandInfo& command) const override {
    return upstream_.offers(command.name);
  }
  spi::Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload,
                                    spi::Command& context) override;
  spi::DeviceState device_state() const override;
  boost::json::object status() const override;
  boost::json::object capabilities() const override;

 protected:
  spi::Executor& executor() const { return executor_; }
  spi::ServiceLink& service() const { return *service_; }
  Upstream& upstream() { return upstream_; }
  const Upstream& upstream() const { return upstream_; }

  /// Passes a command on and gives its answer as this service's own: the completion's payload, or a Refusal.
  spi::Task<boost::json::value> pass(const contract::CommandInfo& command, const boost::json::value& payload,
                                     spi::Command& context);

  void upstream_event(const spi::ReceivedEvent& event) override;
  void upstream_status_changed() override { service_->status_changed(); }

 private:
  spi::Executor& executor_;
  spi::ServiceLink* service_ = nullptr;
  Upstream upstream_;
};

/// What the client of the original would have got: gives the payload of a success, throws the Refusal of
/// anything else.
boost::json::value answer_of(const spi::RawReply& reply);
/// Passes a command event on to the client of `context`; one that the contract does not know is dropped.
void pass_event(spi::Command& context, const spi::ReceivedEvent& event);
/// Whether the command ended because its time is over; a Cancel or a lost client otherwise.
bool timed_out(const spi::Command& context, const spi::Executor& executor);

}  // namespace sesame::cardless
