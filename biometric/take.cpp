#include "biometric/take.hpp"

#include <algorithm>
#include <filesystem>

#include "biometric/pipeline/fusion.hpp"
#include "camera/replay.hpp"

namespace sesame::biometric {
namespace {

constexpr std::uint64_t enough_looks = 8;
constexpr camera::FrameTime step = std::chrono::milliseconds(500);
constexpr camera::FrameTime longest = std::chrono::seconds(60);

[[noreturn]] void refuse(const std::string& text) {
  throw EngineRefusal(EngineRefusal::Reason::invalid_data, text);
}

std::vector<std::string> pictures_at(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    if (camera::is_picture_name(path) && std::filesystem::exists(path, error)) return {path};
    return {};
  }
  try {
    return camera::pictures_in(path);
  } catch (const camera::SourceError& unreadable) {
    refuse(unreadable.what());
  }
}

std::unique_ptr<camera::FrameSource> open_video(const std::string& path) {
  camera::ReplayOptions options;
  options.loop = false;
  try {
    return camera::open_replay(path, options);
  } catch (const camera::SourceError& unreadable) {
    refuse(unreadable.what());
  }
}

// What the quality gate says of a picture, to whoever chose it.
std::string in_words(QualityHint hint) {
  switch (hint) {
    case QualityHint::none: return {};
    case QualityHint::no_face: return "no face found";
    case QualityHint::several_faces: return "several faces";
    case QualityHint::come_closer: return "the face is too small";
    case QualityHint::step_back: return "the face is too large";
    case QualityHint::move_to_centre: return "the face is cut off";
    case QualityHint::look_straight: return "the face is turned away";
    case QualityHint::open_eyes: return "the eyes are shut";
    case QualityHint::uncover_eyes: return "dark glasses before the eyes";
    case QualityHint::more_light: return "too dark";
    case QualityHint::less_light: return "too bright";
    case QualityHint::even_light: return "uneven light";
    case QualityHint::hold_still: return "blurred";
    case QualityHint::blink:
    case QualityHint::move_a_little: break;  // of captures, not of pictures
  }
  return "not good enough";
}

std::string list_of(const std::vector<PictureVerdict>& pictures) {
  std::string text;
  for (const PictureVerdict& picture : pictures)
    text += (text.empty() ? "" : "; ") + picture.name + ": " + picture.refused;
  return text;
}

}  // namespace

Take::Take(Pipeline& pipeline, const std::string& path) : pipeline_(pipeline), pictures_(pictures_at(path)) {
  if (pictures_.size() > most_pictures)
    refuse("the folder has " + std::to_string(pictures_.size()) + " pictures (expected at most " +
           std::to_string(most_pictures) + ")");
  if (pictures_.empty()) video_ = open_video(path);
  progress_.wanted = pictures_.empty() ? enough_looks : pictures_.size();
}

Take::~Take() {
  for (Template& look : looks_) wipe(look);
}

bool Take::look() { return video_ ? look_at_video() : look_at_picture(); }

bool Take::look_at_video() {
  if (looks_.size() >= enough_looks || now_ >= longest || video_->ended()) return false;
  camera::FramePtr frame;
  try {
    frame = video_->newest(now_);
  } catch (const camera::SourceError& damaged) {
    refuse(damaged.what());
  }
  now_ += step;
  if (!frame) return !video_->ended();
  keep(frame);
  return true;
}

bool Take::look_at_picture() {
  if (verdicts_.size() == pictures_.size()) return false;
  const std::string& path = pictures_[verdicts_.size()];
  PictureVerdict verdict{std::filesystem::path(path).filename().string(), {}};
  try {
    verdict.refused = keep(std::make_shared<const camera::Frame>(camera::read_picture(path)));
  } catch (const camera::SourceError&) {
    verdict.refused = "cannot be read as a picture";
    ++progress_.frames;
  }
  verdicts_.push_back(std::move(verdict));
  return true;
}

std::string Take::keep(const camera::FramePtr& frame) {
  const Observation& seen = pipeline_.observe(frame, Depth::quality);
  most_faces_ = std::max(most_faces_, seen.faces);
  if (seen.hint == QualityHint::none) looks_.push_back(pipeline_.embed(seen));
  ++progress_.frames;
  progress_.good = looks_.size();
  return in_words(seen.hint);
}

TakenFace Take::face() const { return video_ ? face_of_video() : face_of_pictures(); }

TakenFace Take::face_of_video() const {
  if (looks_.empty() && most_faces_ == 0) refuse("no face was found in the take");
  if (looks_.empty() && most_faces_ > 1) refuse("the take shows several faces at a time");
  if (looks_.empty())
    refuse("the take has no picture good enough to enrol from (too small, dark or turned away)");
  OneFace one = fuse_one_face(looks_, pipeline_.calibration());
  if (one.face.empty() || std::count(one.looks.begin(), one.looks.end(), Belonging::somebody_else) > 0)
    refuse("the take shows more than one person");
  return {std::move(one.face), one.agreeing};
}

TakenFace Take::face_of_pictures() const {
  TakenFace taken{{}, 0, verdicts_};
  if (looks_.empty()) refuse("no picture is good enough to enrol from: " + list_of(verdicts_));
  OneFace one = fuse_one_face(looks_, pipeline_.calibration());
  auto belonging = one.looks.begin();
  for (PictureVerdict& picture : taken.pictures) {
    if (!picture.refused.empty()) continue;
    if (*belonging == Belonging::somebody_else) picture.refused = "shows somebody else than the other pictures";
    if (*belonging == Belonging::unlike_the_others)
      picture.refused = "is unlike the other pictures: somebody else, or a poor picture";
    ++belonging;
  }
  if (one.face.empty()) {
    std::erase_if(taken.pictures, [](const PictureVerdict& picture) { return !picture.refused.empty(); });
    std::string alike;
    for (const PictureVerdict& picture : taken.pictures) alike += (alike.empty() ? "" : ", ") + picture.name;
    refuse("the pictures show more than one person, and none is on most of them: of " +
           std::to_string(looks_.size()) + " good ones no more than " + std::to_string(one.agreeing) +
           " agree (" + alike + ")");
  }
  taken.face = std::move(one.face);
  taken.used = one.agreeing;
  return taken;
}

}  // namespace sesame::biometric
