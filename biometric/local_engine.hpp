// LocalEngine: the Engine in this process, on a camera, a gallery and the models. The face process runs one;
// tests run one in virtual time. Frames are pulled while somebody looks at them, and shared: each stage runs
// once a frame for all contexts. Executor thread only, on which the networks run too (a frame takes about 15
// ms): never in the host.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <string>

#include "biometric/camera_oversight.hpp"
#include "biometric/engine.hpp"
#include "biometric/own_calibration.hpp"
#include "biometric/pipeline/capture.hpp"
#include "biometric/pipeline/pipeline.hpp"
#include "camera/guarded_camera.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::biometric {

struct LocalEngineOptions {
  CaptureRules rules;
  bool give_templates_away = false;
  bool give_pictures_away = false;  // export_probe as a picture
  std::size_t most_references = 64;
  std::uint32_t seed = 1;     // of the choice of head motions: in earnest nobody may know it
  std::size_t movements = 2;  // that head motion `any` asks for, of three
  // A movement was asked for: for customers who are simulated.
  std::function<void(HeadMotion)> on_head_motion{};
  camera::GuardedCameraOptions camera;
  std::chrono::milliseconds reopen_after{2000};
  // Where rules.site asks for it, how often the empty hall is looked at: until it is known, and from then on.
  std::chrono::milliseconds first_site_looks{5000}, site_looks{60'000};
  // Whose thresholds decide; it outlives the engine. None: those of the pipeline's models.
  const OwnCalibration* own_calibration = nullptr;
};

class LocalEngine final : public Engine, public CameraOversight {
 public:
  // All three outlive the engine. `models` names what the pipeline was made of, for info().
  LocalEngine(spi::Executor& executor, Pipeline& pipeline, Gallery& gallery,
              std::unique_ptr<camera::FrameSource> source, std::vector<ModelInfo> models,
              const LocalEngineOptions& options = {});
  ~LocalEngine() override;

  // Another camera or take in place of this one, at once (simulations). It is checked as an opening is.
  void change_source(std::unique_ptr<camera::FrameSource> source);

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
  spi::Task<camera::CameraStatus> camera_status() override;
  spi::Task<bool> clear_tamper(std::string by) override;

 private:
  class Context;
  class Watching;  // counts who looks, so that nobody looking means no pulling
  class LampAsked;
  class ExposureFirst;
  spi::Task<void> pump();
  spi::Task<void> watch_camera();
  spi::Task<void> watch_site();
  spi::Task<bool> look_at_site();
  void pull();
  void forget_frames();
  spi::Task<camera::FramePtr> next_frame();
  // Whether the stream follows what was asked since `begin`; waits until that can be said.
  spi::Task<bool> follows_challenge(camera::FrameTime begin);
  CaptureRules rules() const;
  const Calibration& calibration() const;
  CustomerFacts facts(const std::string& customer_id);
  EnrolledCustomer enrol_template(const EnrolRequest& request, Template reference, std::size_t captures);

  spi::Executor& executor_;
  Pipeline& pipeline_;
  Gallery& gallery_;
  camera::GuardedCamera camera_;
  std::vector<ModelInfo> models_;
  LocalEngineOptions options_;
  Template decoy_;  // what an unknown claim is compared with
  camera::FramePtr latest_;
  int watching_ = 0;
  spi::Signal frame_arrived_;
  spi::Signal watching_changed_;
  std::minstd_rand random_;
  spi::TaskScope tasks_;
};

}  // namespace sesame::biometric
