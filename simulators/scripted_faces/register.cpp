// `scripted_faces: {}` in a configuration takes the place of `faces`: the engine is driven by `sesame sim face ...`.
#include "biometric/host_engine.hpp"
#include "simulators/control/control_panel.hpp"
#include "simulators/scripted_faces/scripted_faces.hpp"
#include "spi/host/host.hpp"
#include "spi/host/registry.hpp"

namespace sesame::simulators {

namespace {

class FaceScript final : public spi::Extension {
 public:
  explicit FaceScript(spi::Host& host) : shared_(host.context().shared<biometric::HostEngine>()), faces_(engine_) {
    shared_->use(engine_);
    host.context().shared<ControlPanel>()->add(faces_);
  }
  ~FaceScript() override { shared_->use(nullptr); }

 private:
  std::shared_ptr<biometric::ScriptedEngine> engine_ = std::make_shared<biometric::ScriptedEngine>();
  std::shared_ptr<biometric::HostEngine> shared_;
  ScriptedFaces faces_;
};

}  // namespace

void register_scripted_faces(spi::Registry& registry);
void register_scripted_faces(spi::Registry& registry) {
  registry.add_extension("scripted_faces", [](const spi::Section& section, spi::Host& host) -> std::unique_ptr<spi::Extension> {
    section.allow_only({});
    return std::make_unique<FaceScript>(host);
  });
}

}  // namespace sesame::simulators
