// Connecting to XFS4IoT services over WebSocket, and finding them. The channel that comes out is what ServiceConnection
// talks over. Executor thread only.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "spi/service/asio_executor.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/task.hpp"

namespace sesame::spi {

struct ConnectOptions {
  std::chrono::milliseconds timeout{5000};
  std::string ca_file;               // PEM; empty: the system's
  std::size_t message_bytes = 16u << 20;
  std::size_t outgoing_bytes = 16u << 20;
};

/// Opens a WebSocket to ws://host:port/path or wss://. Throws std::runtime_error that says what failed and where.
Task<std::shared_ptr<Channel>> connect(AsioExecutor& executor, std::string uri, ConnectOptions options = {});

/// One publisher found.
struct Publisher {
  std::string uri, vendor;
  std::vector<std::string> services;  // service URIs
};

/// Asks GetServices of every port (empty: the standard's sequence) on `host`; ports that do not answer are passed over.
Task<std::vector<Publisher>> discover(AsioExecutor& executor, std::string host = "127.0.0.1",
                                      std::vector<std::uint16_t> ports = {}, bool tls = false, ConnectOptions options = {});

/// The standard's port sequence: 80, 5846..5856, and 443 in the place of 80 with TLS.
std::vector<std::uint16_t> standard_ports(bool tls);

}  // namespace sesame::spi
