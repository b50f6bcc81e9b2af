// Who is at the other end of a connection, as far as the transport can tell. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace sesame::spi {

struct ClientIdentity {
  std::optional<unsigned> uid;  // of the peer process, where the transport knows it (loopback, Unix socket, in memory)
  std::string address;          // "127.0.0.1:40112", "in process"
  bool in_process = false;
};

using ConnectionId = std::uint64_t;

}  // namespace sesame::spi
