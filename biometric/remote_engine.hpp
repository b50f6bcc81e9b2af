// RemoteEngine: the host's side of the face process. It links no OpenCV, holds no face, and never waits for
// the process longer than it must: a cancel is answered at once, silence for `patience` while something is
// asked is a Fault, and the next request tries the connection again. Executor thread only.
#pragma once

#include <chrono>
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

struct RemoteEngineOptions {
  std::chrono::milliseconds patience{5000};  // the process sends a sign of life every 500 ms while it works
};

class RemoteEngine final : public Engine, public Custody, public CameraOversight, public CalibrationOversight {
 public:
  // Makes a channel to the face process; throws std::exception when there is none.
  using Connect = std::function<spi::Task<std::shared_ptr<spi::Channel>>()>;
  RemoteEngine(spi::Executor& executor, Connect connect, const RemoteEngineOptions& options = {});
  ~RemoteEngine() override;

  spi::Task<EngineInfo> info() override;
  spi::Task<Presence> wait_presence(PresenceRequest request) override;
  std::unique_ptr<CaptureContext> open_context() override;
  spi::Task<EnrolledCustomer> enrol_take(EnrolRequest request, std::string path,
                                         std::function<void(TakeProgress)> progress) override;
  spi::Task<ForgottenCustomer> forget(std::string customer_id, std::string reason, std::string by) override;
  spi::Task<bool> set_status(std::string customer_id, CustomerStatus status) override;
  spi::Task<std::optional<HeldFace>> held(std::string customer_id) override;
  spi::Task<std::vector<IdentityLine>> identities(std::string after, std::size_t maximum) override;
  spi::Task<Bytes> take_picture(std::string caption) override;

  spi::Task<std::optional<std::string>> export_held(std::string customer_id, bool with_template) override;
  spi::Task<Expiry> expire(bool only_say, std::string by) override;
  spi::Task<Rotation> rotate(std::function<void(Rotation)> progress) override;
  spi::Task<CustodyNews> news(std::int64_t journaled) override;

  spi::Task<camera::CameraStatus> camera_status() override;
  spi::Task<bool> clear_tamper(std::string by) override;

  spi::Task<OwnRates> own_rates(std::function<void(OwnRatesProgress)> progress) override;

  // What the camera sees, where the face process runs a simulated one: see simulated_camera.hpp.
  spi::Task<void> show(std::string scene);

 private:
  class Context;
  class Link;
  std::shared_ptr<Link> link_;
};

}  // namespace sesame::biometric
