// The face process of a host that runs on this machine, for commands of the program. Executor thread only.
#pragma once

#include <memory>
#include <string>

#include "biometric/remote_engine.hpp"
#include "spi/service/asio_executor.hpp"

namespace sesame::cardless {

/// Over face.sock in the run directory of the host ("" is the usual one). What it is asked throws spi::Fault
/// when it is not there.
std::shared_ptr<biometric::RemoteEngine> running_faces(spi::AsioExecutor& executor,
                                                       const std::string& run_directory);
/// Throws std::runtime_error that says where a host with faces was looked for.
spi::Task<void> require_faces(biometric::RemoteEngine& faces, std::string run_directory);

}  // namespace sesame::cardless
