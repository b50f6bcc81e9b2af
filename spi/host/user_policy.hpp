// Which local users may send which command. Without a configuration: the user that runs the host, and root, may send
// everything, and nobody else anything; a client whose user cannot be told (another machine) counts as nobody.
//
//     policy:
//       - {users: [atm], services: [cardreader, keyboard], commands: ["*"]}
//       - {users: [monitor], commands: [Common.Status, Common.Capabilities, ServicePublisher.GetServices]}
// Immutable after loading; any thread.
#pragma once

#include <vector>

#include "spi/host/configuration.hpp"
#include "spi/service/service.hpp"

namespace sesame::spi {

class UserPolicy final : public Policy {
 public:
  /// The default policy.
  UserPolicy();
  /// From `policy:` of a configuration; the default where it has none. Throws ConfigurationError (an unknown user, say).
  explicit UserPolicy(const Section& configuration);

  bool allows(const ClientIdentity& client, std::string_view service, const contract::CommandInfo& command) const override;

 private:
  struct Rule {
    std::vector<unsigned> users;
    bool any_user = false;
    std::vector<std::string> services, commands;  // "*" is all, "CardReader.*" all of an interface; empty is all
  };
  std::vector<Rule> rules_;
};

}  // namespace sesame::spi
