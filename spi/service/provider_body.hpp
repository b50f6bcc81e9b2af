// The usual body of a service: one provider per interface (an EPP's service has KeyManagement, Keyboard, PinPad and Crypto).
// Owned by the service; executor thread only.
#pragma once

#include "spi/service/service.hpp"

namespace sesame::spi {

class ProviderBody final : public ServiceBody {
 public:
  explicit ProviderBody(std::vector<std::unique_ptr<Provider>> providers);

  void attach(ServiceLink& service) override;
  std::vector<const contract::InterfaceInfo*> interfaces() const override;
  bool supports(const contract::CommandInfo& command) const override;
  Task<boost::json::value> run(const contract::CommandInfo& command, const boost::json::value& payload, Command& context) override;
  DeviceState device_state() const override;
  boost::json::object status() const override;
  boost::json::object capabilities() const override;

 private:
  Provider* find(const contract::InterfaceInfo* interface) const;

  std::vector<std::unique_ptr<Provider>> providers_;
};

}  // namespace sesame::spi
