#include "biometric/take.hpp"

#include <algorithm>
#include <filesystem>

#include "camera/replay.hpp"

namespace sesame::biometric {
namespace {

constexpr std::uint64_t enough_looks = 8;
constexpr double looks_per_second = 2;
constexpr camera::FrameTime step = std::chrono::milliseconds(500);
constexpr camera::FrameTime longest = std::chrono::seconds(60);
// Frames of one take that differ more than this rate allows are of two people.
constexpr double one_person_rate = 1e-4;

[[noreturn]] void refuse(const std::string& text) {
  throw EngineRefusal(EngineRefusal::Reason::invalid_data, text);
}

std::unique_ptr<camera::FrameSource> open(const std::string& path) {
  camera::ReplayOptions options;
  options.loop = false;
  // Pictures have no time of their own: one a look, or most would be passed over.
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) options.frames_per_second = looks_per_second;
  try {
    return camera::open_replay(path, options);
  } catch (const camera::SourceError& unreadable) {
    refuse(unreadable.what());
  } catch (const std::filesystem::filesystem_error& unreadable) {
    refuse(unreadable.what());
  }
}

}  // namespace

Take::Take(Pipeline& pipeline, const std::string& path) : pipeline_(pipeline), source_(open(path)) {
  progress_.wanted = enough_looks;
}

Take::~Take() {
  for (Template& look : looks_) wipe(look);
}

bool Take::look() {
  if (looks_.size() >= enough_looks || now_ >= longest || source_->ended()) return false;
  camera::FramePtr frame;
  try {
    frame = source_->newest(now_);
  } catch (const camera::SourceError& damaged) {
    refuse(damaged.what());
  }
  now_ += step;
  if (!frame) return !source_->ended();
  const Observation& seen = pipeline_.observe(frame, Depth::quality);
  most_faces_ = std::max(most_faces_, seen.faces);
  if (seen.hint == QualityHint::none) looks_.push_back(pipeline_.embed(seen));
  ++progress_.frames;
  progress_.good = looks_.size();
  return true;
}

Template Take::face() const {
  if (looks_.empty() && most_faces_ == 0) refuse("no face was found in the take");
  if (looks_.empty() && most_faces_ > 1) refuse("the take shows several faces at a time");
  if (looks_.empty())
    refuse("the take has no picture good enough to enrol from (too small, dark or turned away)");
  // A calibration of few people may not reach that rate; its strictest then says whether it is one person.
  const Calibration& calibration = pipeline_.calibration();
  const double one_person = calibration.threshold_for(
      std::clamp(one_person_rate, calibration.strictest_rate(), calibration.loosest_rate()));
  for (const Template& look : looks_)
    if (cosine(look, looks_.front()) < one_person) refuse("the take shows more than one person");
  return fuse(looks_);
}

}  // namespace sesame::biometric
