#include "biometric/host_engine.hpp"

namespace sesame::biometric {

const std::shared_ptr<Engine>& HostEngine::Behind::get() const {
  if (!engine) throw spi::Fault("faces are not configured: the configuration has no section `faces`");
  return engine;
}

// Opens its own context behind when first used, and again after the engine was exchanged. Every coroutine
// holds the engine it began on, so that an exchange in between is harmless.
class HostEngine::Context final : public CaptureContext {
 public:
  explicit Context(std::shared_ptr<Behind> behind) : behind_(std::move(behind)) {}

  spi::Task<CaptureResult> capture(CaptureRequest request,
                                   std::function<void(CaptureProgress)> progress) override {
    const Opened opened = open();
    co_return co_await opened.context->capture(request, std::move(progress));
  }
  spi::Task<Recognition> verify(VerifyRequest request) override {
    const Opened opened = open();
    co_return co_await opened.context->verify(std::move(request));
  }
  spi::Task<Recognition> identify(IdentifyRequest request) override {
    const Opened opened = open();
    co_return co_await opened.context->identify(request);
  }
  spi::Task<void> enrol(EnrolRequest request) override {
    const Opened opened = open();
    co_await opened.context->enrol(std::move(request));
  }
  spi::Task<void> import_references(std::vector<Reference> references) override {
    const Opened opened = open();
    co_await opened.context->import_references(std::move(references));
  }
  spi::Task<std::vector<double>> compare_references() override {
    const Opened opened = open();
    co_return co_await opened.context->compare_references();
  }
  spi::Task<Bytes> export_probe(ReferenceFormat format) override {
    const Opened opened = open();
    co_return co_await opened.context->export_probe(format);
  }
  void discard_probe() override {
    if (opened_.context) opened_.context->discard_probe();
  }
  void discard_references() override {
    if (opened_.context) opened_.context->discard_references();
  }

 private:
  struct Opened {
    std::shared_ptr<Engine> engine;  // destroyed after its context
    std::shared_ptr<CaptureContext> context;
  };
  Opened open() {
    const std::shared_ptr<Engine>& engine = behind_->get();
    if (opened_.context && opened_.engine == engine) return opened_;
    opened_.context.reset();
    opened_ = Opened{engine, engine->open_context()};
    return opened_;
  }

  std::shared_ptr<Behind> behind_;
  Opened opened_;
};

void HostEngine::use(std::shared_ptr<Engine> engine) { behind_->engine = std::move(engine); }

spi::Task<EngineInfo> HostEngine::info() {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->info();
}
spi::Task<Presence> HostEngine::wait_presence(PresenceRequest request) {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->wait_presence(request);
}
std::unique_ptr<CaptureContext> HostEngine::open_context() { return std::make_unique<Context>(behind_); }
spi::Task<EnrolledCustomer> HostEngine::enrol_take(EnrolRequest request, std::string path,
                                                   std::function<void(TakeProgress)> progress) {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->enrol_take(std::move(request), std::move(path), std::move(progress));
}
spi::Task<ForgottenCustomer> HostEngine::forget(std::string customer_id, std::string reason, std::string by) {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->forget(std::move(customer_id), std::move(reason), std::move(by));
}
spi::Task<bool> HostEngine::set_status(std::string customer_id, CustomerStatus status) {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->set_status(std::move(customer_id), status);
}
spi::Task<std::optional<HeldFace>> HostEngine::held(std::string customer_id) {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->held(std::move(customer_id));
}
spi::Task<std::vector<IdentityLine>> HostEngine::identities(std::string after, std::size_t maximum) {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->identities(std::move(after), maximum);
}
spi::Task<Bytes> HostEngine::take_picture(std::string caption) {
  const std::shared_ptr<Engine> engine = behind_->get();
  co_return co_await engine->take_picture(std::move(caption));
}

}  // namespace sesame::biometric
