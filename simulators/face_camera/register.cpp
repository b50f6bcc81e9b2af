// `simulated_face_camera: {}` in a configuration makes `sesame sim face show ...` reach the face process.
#include "simulators/control/control_panel.hpp"
#include "simulators/face_camera/simulated_face_camera.hpp"
#include "spi/host/host.hpp"
#include "spi/host/registry.hpp"

namespace sesame::simulators {
namespace {

class FaceControl final : public spi::Extension {
 public:
  FaceControl(spi::Host& host, std::shared_ptr<biometric::RemoteEngine> engine)
      : camera_(host.executor(), std::move(engine)) {
    host.context().shared<ControlPanel>()->add(camera_);
  }

 private:
  SimulatedFaceCamera camera_;
};

std::unique_ptr<spi::Extension> make_face_control(const spi::Section& section, spi::Host& host) {
  section.allow_only({});
  auto engine = host.context().get<biometric::RemoteEngine>();
  if (!engine) section.fail("", "a section `faces` before it");
  return std::make_unique<FaceControl>(host, std::move(engine));
}

}  // namespace

void register_face_control(spi::Registry& registry);
void register_face_control(spi::Registry& registry) {
  registry.add_extension("simulated_face_camera", make_face_control);
}

}  // namespace sesame::simulators
