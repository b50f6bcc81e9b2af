// How to reach a face process on this machine: lines over its private Unix socket. For the host, the command line and whoever
// measures. Executor thread only.
#pragma once

#include <string>

#include "biometric/remote_engine.hpp"
#include "spi/service/asio_executor.hpp"

namespace sesame::biometric {

// For RemoteEngine: connects to the process at `socket` whenever it is needed. `executor` outlives the engine.
RemoteEngine::Connect door_at(spi::AsioExecutor& executor, std::string socket);

}  // namespace sesame::biometric
