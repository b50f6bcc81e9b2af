// The XFS4IoT endpoint: WebSocket, plain and TLS on one port (told apart by the first byte), one path per service.
// Limits bound what a client may cost; a client that breaks one is cut off and no other notices. No sequence of bytes
// ends the process. Owned by the host; executor thread only.
//
// Source: CWA 17852:2024-3, transport (RFC 6455, one JSON message per text message) and service discovery (port sequence).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "spi/service/asio_executor.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/client_identity.hpp"

namespace sesame::spi {

struct WireLimits {
  std::size_t message_bytes = 8u << 20;      // one incoming message, over all its fragments
  std::size_t message_fragments = 4096;      // small parts that one message may come in
  std::chrono::seconds message_time{60};     // from its first part to its last
  std::size_t outgoing_bytes = 16u << 20;    // unsent data of one client: a client that does not read is cut off
  std::size_t all_bytes = 64u << 20;         // unfinished and unsent data of all clients: beyond it, any with more than 64 KiB is cut off
  std::size_t connections = 4096;            // over all services
  double messages_per_second = 20'000;       // a faster client is read more slowly
  std::chrono::seconds handshake{10};        // from accept to the WebSocket upgrade
  std::chrono::seconds idle{300};            // silence, pings included, after which a client counts as dead
};

struct TlsOptions {
  std::string certificate_chain_file, private_key_file;  // PEM
};

struct ServerOptions {
  std::string address = "127.0.0.1";
  /// Tried in this order; the first free one is bound. Empty: the standard's sequence, 80 (443 with wss only), 5846..5856.
  std::vector<std::uint16_t> ports;
  std::optional<TlsOptions> tls;
  bool plain = true;                         // ws beside wss
  /// Web pages that may connect, by Origin header ("https://kiosk.example"). Pages of this machine always may.
  std::vector<std::string> allowed_origins;
  WireLimits limits;
};

class Server {
 public:
  using Accept = std::function<void(std::shared_ptr<Channel>, ClientIdentity)>;

  Server(AsioExecutor& executor, ServerOptions options);
  ~Server();
  Server(const Server&) = delete;

  /// Clients of ws://host:port/xfs4iot/v1.0/`name` go to `accept`; "" is the publisher's own URI.
  void publish(const std::string& name, Accept accept);
  /// Binds the first free port. Throws std::runtime_error that names the ports and what the system said of each.
  void listen();
  /// No new clients from here on; those connected stay.
  void close();

  std::uint16_t port() const;
  /// The URI of a service, wss where TLS is configured.
  std::string uri(const std::string& name) const;
  std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// The uid of the process at the other end of a loopback TCP connection (the kernel's socket table), if it can be told.
std::optional<unsigned> peer_uid(const std::string& peer_address, std::uint16_t peer_port, const std::string& own_address,
                                 std::uint16_t own_port);

}  // namespace sesame::spi
