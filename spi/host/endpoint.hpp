// The host on the wire: one port, the publisher and every published service on it. Owned by the program; executor thread only.
//
//     listen: {address: 127.0.0.1, ports: [5846, 5847], tls: {certificate: atm.pem, key: atm.key}, plain: false}
#pragma once

#include "spi/host/host.hpp"
#include "spi/wire/server.hpp"

namespace sesame::spi {

class Endpoint {
 public:
  /// Binds at once; throws ConfigurationError or std::runtime_error (every port taken). `ports`, where given, stand for the
  /// configuration's.
  Endpoint(AsioExecutor& executor, Host& host, const Section& configuration, const std::vector<std::string>& ports = {});
  ~Endpoint();

  std::string publisher_uri() const { return server_.uri(""); }
  std::vector<std::string> service_uris() const;
  Server& server() { return server_; }

 private:
  Host& host_;
  UserPolicy policy_;
  Server server_;
  Service publisher_;
};

}  // namespace sesame::spi
