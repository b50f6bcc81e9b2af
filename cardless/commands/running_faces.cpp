#include "cardless/commands/running_faces.hpp"

#include <filesystem>

#include "biometric/process/door_socket.hpp"
#include "spi/host/program/commands.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

std::string socket_in(const std::string& run_directory) {
  return (run_directory.empty() ? program::default_run_directory() : run_directory) + "/face.sock";
}

}  // namespace

std::shared_ptr<biometric::RemoteEngine> running_faces(AsioExecutor& executor,
                                                       const std::string& run_directory) {
  return std::make_shared<biometric::RemoteEngine>(executor,
                                                   biometric::door_at(executor, socket_in(run_directory)));
}

Task<void> require_faces(biometric::RemoteEngine& faces, std::string run_directory) {
  auto info = co_await outcome(faces.info());
  if (info) co_return;
  const std::string socket = socket_in(run_directory);
  std::error_code error;
  if (std::filesystem::exists(socket, error))
    throw std::runtime_error(socket + ": " + (info.fault() ? info.fault()->what() : "it refuses"));
  throw std::runtime_error("no face process answers at " + socket +
                           ": expected a running `sesame serve` whose configuration has `faces`, or another "
                           "--run-directory");
}

}  // namespace sesame::cardless
