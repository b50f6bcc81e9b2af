#include "cardless/commands/running_faces.hpp"

#include "biometric/process/door.hpp"
#include "spi/host/program/commands.hpp"
#include "spi/wire/local_socket.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

std::string socket_in(const std::string& run_directory) {
  return (run_directory.empty() ? program::default_run_directory() : run_directory) + "/face.sock";
}

Task<std::shared_ptr<Channel>> connect_to_faces(AsioExecutor& executor, std::string socket) {
  LocalSocketLimits limits;
  limits.line_bytes = biometric::door::longest_line;
  limits.outgoing_bytes = 2 * biometric::door::longest_line;
  co_return co_await connect_local(executor, socket, limits);
}

}  // namespace

std::shared_ptr<biometric::RemoteEngine> running_faces(AsioExecutor& executor, const std::string& run_directory) {
  return std::make_shared<biometric::RemoteEngine>(
      executor, [&executor, socket = socket_in(run_directory)] { return connect_to_faces(executor, socket); });
}

Task<void> require_faces(biometric::RemoteEngine& faces, std::string run_directory) {
  auto info = co_await outcome(faces.info());
  if (info) co_return;
  throw std::runtime_error("no face process answers at " + socket_in(run_directory) +
                           ": expected a running `sesame serve` whose configuration has `faces`, or another --run-directory");
}

}  // namespace sesame::cardless
