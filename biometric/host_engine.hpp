// HostEngine: the one engine of a host, shared by the Biometric provider, the Camera driver and the cardless
// session (HostContext::shared<HostEngine>()). It passes everything on to the engine it was given; before
// that, and without one, every request is a Fault. Executor thread only.
#pragma once

#include <memory>

#include "biometric/engine.hpp"

namespace sesame::biometric {

class HostEngine final : public Engine {
 public:
  explicit HostEngine(spi::Executor&) {}

  // Contexts that were opened before follow. Give nullptr to take it away.
  void use(std::shared_ptr<Engine> engine);

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

 private:
  class Context;
  struct Behind {
    std::shared_ptr<Engine> engine;
    const std::shared_ptr<Engine>& get() const;  // throws Fault
  };
  std::shared_ptr<Behind> behind_ = std::make_shared<Behind>();
};

}  // namespace sesame::biometric
