// The Common interface as every service has it: Status, Capabilities, SetVersions, Cancel, transaction state and nonces
// (CWA 17852:2024-3, Common). Owned by its service; executor thread only. Internal to spi/service.
#pragma once

#include <boost/json/fwd.hpp>

#include "spi/service/service.hpp"

namespace sesame::spi {

class CommonCommands {
 public:
  explicit CommonCommands(Service& service);
  ~CommonCommands();

  bool supports(const contract::CommandInfo& command) const;
  Task<boost::json::value> run(Request& request);
  /// Common.Status' part `common`.
  boost::json::value status() const;
  /// The type of a property of Common.Status; null for one that StatusChangedEvent does not carry.
  const contract::TypeInfo* status_type(std::string_view property) const;
  const contract::EventInfo& status_changed_event() const;

 private:
  bool offers(const contract::InterfaceInfo& interface) const;
  bool offers(const contract::CommandInfo& command) const;
  boost::json::value full_status() const;
  boost::json::value capabilities() const;
  boost::json::value cancel(Request& request);
  boost::json::value set_versions(Request& request);
  boost::json::value set_transaction_state(const Request& request);
  boost::json::value transaction_state() const;
  boost::json::value command_nonce();
  boost::json::value clear_command_nonce();
  void nonce_cleared(const char* reason);

  Service& service_;
  bool transaction_active_ = false;
  std::string transaction_id_;
  std::string nonce_;
  TimerId nonce_timer_ = 0;
};

}  // namespace sesame::spi
