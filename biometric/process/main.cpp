// The program `sesame-face`: camera, models and templates behind a private Unix socket. No network, no core
// dump, no debugger.
#include <cstdio>
#include <exception>
#include <optional>
#include <random>
#include <string>

#include "biometric/attack/simulated_person.hpp"
#include "biometric/local_engine.hpp"
#include "biometric/own_calibration.hpp"
#include "biometric/process/arguments.hpp"
#include "biometric/process/change_master_key.hpp"
#include "biometric/process/confinement.hpp"
#include "biometric/process/door.hpp"
#include "biometric/process/engine_server.hpp"
#include "biometric/process/gallery_choice.hpp"
#include "biometric/process/simulated_camera.hpp"
#include "biometric/process/store_custody.hpp"
#include "camera/open_source.hpp"
#include "camera/replay.hpp"
#include "spi/wire/local_socket.hpp"

namespace {

using namespace sesame;
using namespace sesame::biometric;

std::vector<ModelInfo> describe(const ModelSet& models) {
  std::vector<ModelInfo> out;
  for (const Model* model : {&models.detector, &models.landmarks, &models.liveness, &models.embedding,
                             &models.second_embedding})
    out.push_back({model->description.role, model->description.file, model->description.sha256});
  return out;
}

// `person`: whoever stands before the camera and hears what is asked for, if anybody does.
EngineServer::Show show_scenes(LocalEngine& engine, Pipeline& pipeline, std::weak_ptr<SimulatedPerson>& person,
                               bool allowed) {
  if (!allowed) return {};
  return [&engine, &pipeline, &person](const std::string& scene) {
    try {
      auto source = open_scene(scene, &pipeline);
      const auto* somebody = dynamic_cast<SimulatedPerson*>(source.get());
      person = somebody ? somebody->handle() : std::weak_ptr<SimulatedPerson>();
      engine.change_source(std::move(source));
    } catch (const camera::SourceError& error) {
      throw EngineRefusal(EngineRefusal::Reason::invalid_data, error.what());
    }
  };
}

camera::GuardedCameraOptions guard_options(const FaceArguments& arguments,
                                           std::function<void(std::string)> note) {
  camera::SourceOptions source;
  source.camera.sysfs = arguments.sysfs;
  camera::GuardedCameraOptions options;
  options.pin = arguments.camera_pin;
  options.sysfs = arguments.sysfs;
  options.tamper_state = arguments.tamper_state;
  options.light_challenge = arguments.light_challenge;
  options.lamp_challenge = arguments.lamp;
  options.random = [device = std::make_shared<std::random_device>()] { return (*device)(); };
  options.reopen = [address = arguments.camera, source] { return camera::open_source(address, source); };
  options.note = std::move(note);
  return options;
}

int serve(const FaceArguments& arguments) {
  confine_process();
  camera::silence_decoders();
  std::optional<Pipeline> pipeline;
  std::vector<ModelInfo> described;
  {
    // The files' bytes are not needed once OpenCV has read them.
    const ModelSet models = load_models(arguments.descriptions, arguments.models);
    described = describe(models);
    PipelineOptions options;
    options.threads = arguments.threads;
    pipeline.emplace(models, options);
  }
  pipeline->warm();
  spi::AsioExecutor executor;
  const KeptFaces faces = open_faces(arguments, pipeline->embedding_id(), [&executor] {
    return std::chrono::floor<std::chrono::seconds>(executor.wall_now());
  });
  LocalEngineOptions options;
  options.give_templates_away = arguments.give_templates_away;
  options.give_pictures_away = arguments.give_pictures_away;
  options.rules.site = arguments.site;
  options.seed = std::random_device{}();
  std::optional<StoreCustody> custody;
  if (faces.store) custody.emplace(executor, *faces.store, *faces.gallery, arguments.give_templates_away);
  // The host's journal asks the custody; without a store there is only the process' own log.
  const auto note = [&custody](std::string text) {
    std::fprintf(stderr, "sesame-face: %s\n", text.c_str());
    if (custody) custody->note(std::move(text));
  };
  options.camera = guard_options(arguments, note);
  OwnCalibrationOptions own_options;
  own_options.use = arguments.own_customers;
  own_options.random = [] { return std::random_device{}(); };
  own_options.note = note;
  OwnCalibration own_calibration(executor, *faces.gallery, pipeline->calibration().among_alike(arguments.alike),
                                 std::move(own_options));
  options.own_calibration = &own_calibration;
  std::weak_ptr<SimulatedPerson> person;
  options.on_head_motion = [&person](HeadMotion motion) {
    if (const auto somebody = person.lock()) somebody->asked(motion);
  };
  LocalEngine engine(executor, *pipeline, *faces.gallery, options.camera.reopen(), described, options);
  EngineServer server(executor, engine, show_scenes(engine, *pipeline, person, arguments.simulated),
                      custody ? &*custody : nullptr, &engine, &own_calibration);
  spi::LocalSocketLimits limits;
  limits.line_bytes = door::longest_line;
  limits.outgoing_bytes = 2 * door::longest_line;
  limits.connections = 8;
  const spi::LocalServer door(
      executor, arguments.socket,
      [&server](std::shared_ptr<spi::Channel> channel, const spi::ClientIdentity&) {
        server.accept(std::move(channel));
      },
      limits);
  const std::string not_locked = lock_memory();
  if (!not_locked.empty())
    std::fprintf(stderr, "sesame-face: memory is not locked: %s\n", not_locked.c_str());
  executor.on_termination([&executor] { executor.stop(); });
  std::fprintf(stderr, "sesame-face: ready\n");
  executor.run();
  return 0;
}

// For the command of `sesame` that this process was.
int change_key(const FaceArguments& arguments) {
  try {
    confine_process();
    return change_master_key(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sesame identities: %s\n", error.what());
    return 1;
  }
}

}  // namespace

int main(int count, char** words) {
  try {
    const FaceArguments arguments = read_arguments(std::vector<std::string>(words + 1, words + count));
    if (arguments.help) {
      std::fputs(usage().c_str(), stdout);
      return 0;
    }
    return arguments.change_master_key ? change_key(arguments) : serve(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sesame-face: %s\n", error.what());
    return 1;
  }
}
