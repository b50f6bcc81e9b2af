// Lines over a Unix socket, as Channels: how the command line reaches a host on the same machine (simulators' verbs, watch).
// The socket belongs to the host's user alone (mode 0600, the peer's uid is checked too). Executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "spi/service/asio_executor.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/client_identity.hpp"
#include "spi/service/task.hpp"

namespace sesame::spi {

struct LocalSocketLimits {
  std::size_t line_bytes = 1u << 20;
  std::size_t outgoing_bytes = 8u << 20;
  std::size_t connections = 64;
};

class LocalServer {
 public:
  using Accept = std::function<void(std::shared_ptr<Channel>, ClientIdentity)>;
  /// Makes the socket (a stale one of a dead process is replaced; a live one is an error that says so).
  LocalServer(AsioExecutor& executor, std::string path, Accept accept, LocalSocketLimits limits = {});
  ~LocalServer();
  LocalServer(const LocalServer&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Throws std::runtime_error that says which socket did not answer and what would make it.
Task<std::shared_ptr<Channel>> connect_local(AsioExecutor& executor, std::string path, LocalSocketLimits limits = {});

}  // namespace sesame::spi
