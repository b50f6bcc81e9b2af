// The host: builds the services of a configuration, lets extensions put fronts before them, and keeps what clients may reach.
// It runs on any executor; endpoint.hpp puts it on the wire. Executor thread only.
//
//     vendor: Sesame
//     services:
//       - {name: cardreader, provider: CardReader, driver: simulated, type: motor}
//       - {name: keyboard, provider: Keyboard, driver: simulated}
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "spi/host/journal.hpp"
#include "spi/host/registry.hpp"
#include "spi/host/run_directory.hpp"
#include "spi/host/user_policy.hpp"
#include "spi/service/service.hpp"

namespace sesame::spi {

class Host {
 public:
  /// Throws ConfigurationError. `journal` must outlive the host; null keeps none.
  Host(Executor& executor, const Registry& registry, const Section& configuration, Journal* journal = nullptr,
       RunDirectory run_directory = {});
  ~Host();
  Host(const Host&) = delete;

  HostContext& context() { return context_; }
  Executor& executor() const { return context_.executor(); }
  Journal* journal() const { return journal_; }

  /// A client's channel to a service of the configuration itself, behind any front. For extensions and tests.
  std::shared_ptr<Channel> open_original(const std::string& service);
  /// A client's channel to what applications see under that name.
  std::shared_ptr<Channel> open(const std::string& service);
  bool has_service(const std::string& name) const { return originals_.contains(name); }

  /// Puts `body` in the place of a service, under its name; the original stays reachable by open_original() alone. A name that
  /// no service has is a new one, whose original is elsewhere. Throws std::invalid_argument for what is no name.
  void put_front(const std::string& service, std::unique_ptr<ServiceBody> body);

  /// Names of what applications see, in the order of the configuration, and where a client of one goes.
  std::vector<std::string> published() const { return order_; }
  void accept(const std::string& service, std::shared_ptr<Channel> channel, ClientIdentity client);

  /// Ends every command with its completion, then every connection.
  Task<void> stop();

 private:
  ServiceOptions options_for(const Section& service) const;
  std::shared_ptr<Channel> open_in(Service& service);
  Service& published_service(const std::string& name);

  HostContext context_;
  Journal* journal_;
  UserPolicy policy_;
  std::string vendor_;
  std::map<std::string, ServiceOptions> options_;
  std::vector<std::string> order_;
  std::map<std::string, std::unique_ptr<Service>> originals_;
  std::map<std::string, std::unique_ptr<Service>> fronts_;
  std::vector<std::unique_ptr<Extension>> extensions_;
};

}  // namespace sesame::spi
