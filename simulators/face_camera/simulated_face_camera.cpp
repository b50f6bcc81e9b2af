#include "simulators/face_camera/simulated_face_camera.hpp"

namespace sesame::simulators {
namespace {

std::string quoted(const std::string& word) {
  if (word.find(' ') == std::string::npos) return word;
  return '"' + word + '"';
}

}  // namespace

SimulatedFaceCamera::SimulatedFaceCamera(spi::Executor& executor,
                                         std::shared_ptr<biometric::RemoteEngine> engine)
    : SimulatedDevice("face"), engine_(std::move(engine)), tasks_(executor) {
  verb("show",
       "show nobody | take PATH [from S] [turning | through camera|noise | as screen_video|video_on_stand] [seed N] [once] | "
       "picture PATH [at S] as SPECIES [seed N]",
       "puts this before the camera; SPECIES: flat_print, bent_print, cut_out, screen_still, print_on_stand, screen_on_stand, frozen, frozen_noisy",
       [this](VerbArguments& a) { return show(a); });
  verb("status", "status", "says how the last `show` went", [this](VerbArguments& a) {
    a.end();
    return last_;
  });
  condition("shown", [this] { return showing_ && !failed_; });
  condition("refused", [this] { return showing_ && failed_; });
}

std::string SimulatedFaceCamera::show(VerbArguments& arguments) {
  std::string scene;
  while (const auto word = arguments.word()) scene += (scene.empty() ? "" : " ") + quoted(*word);
  arguments.end();
  if (scene.empty()) throw VerbError("nothing to show (expected " + arguments.expected() + ")");
  showing_ = false;
  tasks_.spawn(change(std::move(scene)));
  return {};
}

spi::Task<void> SimulatedFaceCamera::change(std::string scene) {
  const auto done = co_await spi::outcome(engine_->show(std::move(scene)));
  if (done.canceled()) co_return;
  failed_ = !done;
  last_ = "shown";
  if (done.refusal() != nullptr) last_ = std::string("refused: ") + done.refusal()->what();
  if (done.fault() != nullptr) last_ = std::string("failed: ") + done.fault()->what();
  showing_ = true;
  changed();
}

}  // namespace sesame::simulators
