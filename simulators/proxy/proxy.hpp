// Stands between an application and a publisher with its services: each connection of the application becomes one of its own
// to the service, frames go through byte for byte, and every message is told to the recorder. The publisher's URIs alone are
// rewritten, to the proxy's. Owned by the program; executor thread only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "simulators/proxy/transcript.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/wire/client.hpp"
#include "spi/wire/server.hpp"

namespace sesame::simulators {

class Proxy {
 public:
  using Record = std::function<void(const Message&)>;
  Proxy(spi::AsioExecutor& executor, std::string publisher_uri, spi::ServerOptions options, Record record);
  ~Proxy();
  Proxy(const Proxy&) = delete;

  /// Asks the publisher for its services and listens. Throws std::runtime_error that says what is wrong.
  spi::Task<void> open();
  /// The publisher's URI, as applications are to be given it.
  std::string uri() const { return server_.uri(""); }

 private:
  void accept(const std::string& service, std::shared_ptr<spi::Channel> application);
  spi::Task<void> join(std::string service, std::string uri, std::shared_ptr<spi::Channel> application);
  void tell(const std::string& service, int connection, bool from_service, std::string_view frame);
  std::string rewritten(std::string_view frame) const;

  spi::AsioExecutor& executor_;
  std::string publisher_uri_;
  Record record_;
  std::map<std::string, std::string> uris_;  // name -> the service's own URI
  int connections_ = 0;
  spi::Server server_;
  spi::TaskScope joining_;
};

}  // namespace sesame::simulators
