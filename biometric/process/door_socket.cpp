#include "biometric/process/door_socket.hpp"

#include "biometric/process/door.hpp"
#include "spi/wire/local_socket.hpp"

namespace sesame::biometric {
namespace {

spi::Task<std::shared_ptr<spi::Channel>> open_door(spi::AsioExecutor& executor, std::string socket) {
  spi::LocalSocketLimits limits;
  limits.line_bytes = door::longest_line;
  limits.outgoing_bytes = 2 * door::longest_line;
  co_return co_await spi::connect_local(executor, socket, limits);
}

}  // namespace

RemoteEngine::Connect door_at(spi::AsioExecutor& executor, std::string socket) {
  return [&executor, socket = std::move(socket)] { return open_door(executor, socket); };
}

}  // namespace sesame::biometric
