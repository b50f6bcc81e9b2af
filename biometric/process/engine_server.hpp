// EngineServer: answers the door's messages from an Engine, for any number of connections (the face process'
// half). A connection that breaks the protocol or ends takes its requests, probes and references along, and
// nothing else. Executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "biometric/calibration_oversight.hpp"
#include "biometric/camera_oversight.hpp"
#include "biometric/custody.hpp"
#include "biometric/engine.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/executor.hpp"

namespace sesame::biometric {

class EngineServer {
 public:
  // `show` changes what the camera sees (simulations); empty where that is not allowed. It throws to refuse.
  using Show = std::function<void(const std::string& scene)>;
  // `custody`: null where customers are in memory only. `camera`, `calibration`: null where there is none to look
  // after.
  EngineServer(spi::Executor& executor, Engine& engine, Show show = {}, Custody* custody = nullptr,
               CameraOversight* camera = nullptr, CalibrationOversight* calibration = nullptr);
  ~EngineServer();

  void accept(std::shared_ptr<spi::Channel> channel);
  std::size_t connections() const;

 private:
  class Connection;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sesame::biometric
