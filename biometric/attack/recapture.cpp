#include "biometric/attack/recapture.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <opencv2/imgproc.hpp>
#include <random>
#include <utility>

#include "biometric/attack/camera_model.hpp"
#include "biometric/attack/hand_held.hpp"
#include "biometric/attack/lit_picture.hpp"
#include "biometric/attack/medium.hpp"
#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

constexpr double frames_per_second = 25;
constexpr double focal_by_width = 1.1;  // a horizontal view of 49 degrees
constexpr double reaction_seconds = 0.6;
constexpr double turn_seconds = 1.6;
constexpr double farthest_turn = 0.6;  // radians
constexpr int most_rows = 360;
constexpr double frozen_noise = 2;      // grey levels

camera::Frame with_noise(const camera::Frame& frame, std::uint64_t seed) {
  cv::RNG random(seed);
  camera::Frame out = frame;
  cv::Mat noise(frame.height, frame.width, CV_16SC3);
  random.fill(noise, cv::RNG::NORMAL, 0, frozen_noise);
  cv::Mat picture = pixels(out);
  cv::add(picture, noise, picture, cv::noArray(), CV_8UC3);
  return out;
}

// A hall: soft shapes, and light that falls off to one side.
cv::Mat background(cv::Size size, std::uint32_t seed) {
  cv::RNG random(seed + 101);
  cv::Mat coarse(12, 16, CV_8U);
  random.fill(coarse, cv::RNG::UNIFORM, 50, 160);
  cv::Mat out;
  cv::resize(coarse, out, size, 0, 0, cv::INTER_CUBIC);
  cv::cvtColor(out, out, cv::COLOR_GRAY2BGR);
  cv::multiply(out, cv::Scalar(0.94, 1, 1.05), out);
  return out;
}

Box middle_of(const camera::Frame& picture) {
  const auto w = static_cast<float>(picture.width);
  const auto h = static_cast<float>(picture.height);
  return {w / 2 - 0.2F * h, 0.25F * h, w / 2 + 0.2F * h, 0.75F * h};
}

}  // namespace

class Recapture::Scene {
 public:
  Scene(AttackSpecies species, std::uint32_t seed, std::optional<Box> face)
      : species_(species), seed_(seed), face_(face), hand_(seed), camera_(seed), print_(seed), display_(seed) {
    std::mt19937 random(seed * 362437U + 3);
    const auto between = [&](double low, double high) {
      return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
    };
    covers_ = between(0.80, 1.20);
    rest_.pitch = between(-0.05, 0.05);
    rest_.yaw = between(-0.09, 0.09);
    rest_.roll = between(-0.04, 0.04);
    if (species == AttackSpecies::bent_print) rest_.curvature = between(0.8, 1.8) * (seed % 2 == 0 ? 1 : -1);
    lamp_ = {between(0.2, 0.8), between(0.05, 0.5)};
    shine_ = between(8, is_screen() ? 60 : 30);
  }

  void turn(HeadMotion motion) {
    turn_ = motion;
    turned_at_ = static_cast<double>(frames_) / frames_per_second;
  }

  void light(const LampLight& light, double lit) {
    light_ = light;
    lit_ = lit;
  }

  camera::Frame next(const camera::Frame& shown) {
    const std::uint64_t n = frames_++;
    if (!is_presentation(species_)) {
      if (!frozen_) frozen_ = shown;
      return species_ == AttackSpecies::frozen ? *frozen_
                                               : with_noise(*frozen_, (static_cast<std::uint64_t>(seed_) << 32) + n + 1);
    }
    if (behind_.empty()) set_up(shown);
    if (n == 0 || shows_video(species_)) surface_ = medium(fitting(pixels(shown)));
    return camera_.see(lit(held(static_cast<double>(n) / frames_per_second)));
  }

  camera::FramePtr when_gone(const camera::Frame& shown) {
    if (!is_presentation(species_)) return nullptr;
    if (behind_.empty()) set_up(shown);
    CameraModel camera = camera_;
    return std::make_shared<const camera::Frame>(camera.see(behind_));
  }

 private:
  bool is_screen() const {
    return species_ == AttackSpecies::screen_still || species_ == AttackSpecies::screen_on_stand || shows_video(species_);
  }
  cv::Mat medium(const cv::Mat& picture) { return is_screen() ? display_(picture) : print_(picture); }

  // The camera has the take's own size; of a large or upright picture 4:3, with the picture's height fitted.
  void set_up(const camera::Frame& shown) {
    fit_ = std::min(1.0, static_cast<double>(most_rows) / shown.height);
    const cv::Size fitted = fitting(pixels(shown)).size();
    view_ = {std::max(fitted.width, fitted.height * 4 / 3), fitted.height};
    behind_ = background({view_.width * texels, view_.height * texels}, seed_);
    rest_.distance = focal_by_width * view_.width / (covers_ * fitted.width);
    if (species_ != AttackSpecies::cut_out) return;
    outline_ = fitting(outline({shown.width, shown.height}, face_.value_or(middle_of(shown))));
    cv::resize(outline_, outline_, {}, texels, texels, cv::INTER_LINEAR);
  }
  cv::Mat fitting(const cv::Mat& picture) const {
    if (fit_ >= 1) return picture;
    cv::Mat out;
    cv::resize(picture, out, {}, fit_, fit_, cv::INTER_AREA);
    return out;
  }

  cv::Mat held(double seconds) {
    pose_ = rest_;
    if (!is_on_stand(species_)) {
      pose_ = hand_.at(seconds, rest_);
      turn_along(pose_, seconds);
    }
    SurfaceMap map = surface_map(view_, focal_by_width * view_.width, pose_, surface_.size());
    cv::resize(map.x, map.x, behind_.size());
    cv::resize(map.y, map.y, behind_.size());
    cv::Mat scene = behind_.clone();
    cv::Mat surface = surface_;
    if (lit_ > 0) {
      surface = surface_.clone();
      if (is_screen())
        brighten(surface, 0, light_.mirrored * lit_);
      else
        brighten(surface, light_.near * lit_);
      brighten(scene, light_.far * lit_);
    }
    if (outline_.empty()) {
      cv::remap(surface, scene, map.x, map.y, cv::INTER_LINEAR, cv::BORDER_TRANSPARENT);
      return scene;
    }
    cv::Mat paper;
    cv::remap(surface, paper, map.x, map.y, cv::INTER_LINEAR, cv::BORDER_CONSTANT);
    const auto margin = static_cast<float>((surface.cols - outline_.cols) / 2);
    cv::Mat mask;
    cv::remap(outline_, mask, map.x - margin, map.y - margin, cv::INTER_NEAREST, cv::BORDER_CONSTANT);
    paper.copyTo(scene, mask);
    return scene;
  }

  void turn_along(HeldPose& pose, double seconds) const {
    if (!turn_) return;
    const double share = (seconds - turned_at_ - reaction_seconds) / turn_seconds;
    if (share <= 0 || share >= 1) return;
    const double angle = farthest_turn * std::sin(std::numbers::pi * share);
    if (*turn_ == HeadMotion::nod)
      pose.pitch -= angle;
    else
      pose.yaw += *turn_ == HeadMotion::turn_left ? -angle : angle;
  }

  // A lamp mirrored in the surface: it wanders twice as fast as the surface turns.
  cv::Mat lit(cv::Mat scene) const {
    const double x = (lamp_.x + 2 * (pose_.yaw - rest_.yaw) * focal_by_width) * scene.cols;
    const double y = (lamp_.y + 2 * (pose_.pitch - rest_.pitch) * focal_by_width) * scene.rows;
    constexpr int coarse = 24;
    cv::Mat light(scene.rows / coarse + 1, scene.cols / coarse + 1, CV_8UC3);
    const double reach = 0.16 * scene.cols;
    for (int row = 0; row < light.rows; ++row)
      for (int column = 0; column < light.cols; ++column) {
        const double far = std::hypot(column * coarse - x, row * coarse - y) / reach;
        const auto level = cv::saturate_cast<std::uint8_t>(shine_ * std::exp(-far * far / 2));
        light.at<cv::Vec3b>(row, column) = {level, level, level};
      }
    cv::resize(light, light, scene.size());
    scene += light;
    return scene;
  }

  AttackSpecies species_;
  std::uint32_t seed_;
  std::optional<Box> face_;
  HandMotion hand_;
  CameraModel camera_;
  Print print_;
  Display display_;
  double fit_ = 1;     // of the picture to the camera's size
  double covers_ = 1;  // the thing's width by the view's
  HeldPose rest_;
  HeldPose pose_;
  cv::Point2d lamp_;
  double shine_ = 0;
  LampLight light_;
  double lit_ = 0;
  std::optional<HeadMotion> turn_;
  double turned_at_ = 0;
  std::uint64_t frames_ = 0;
  std::optional<camera::Frame> frozen_;
  cv::Size view_;
  cv::Mat behind_;
  cv::Mat surface_;
  cv::Mat outline_;
};

Recapture::Recapture(AttackSpecies species, std::uint32_t seed, std::optional<Box> face)
    : scene_(std::make_unique<Scene>(species, seed, face)) {}
Recapture::~Recapture() = default;
Recapture::Recapture(Recapture&&) noexcept = default;

camera::Frame Recapture::operator()(const camera::Frame& shown) { return scene_->next(shown); }

camera::FramePtr Recapture::when_gone(const camera::Frame& shown) { return scene_->when_gone(shown); }

void Recapture::turn(HeadMotion motion) { scene_->turn(motion); }
void Recapture::light(const LampLight& light, double lit) { scene_->light(light, lit); }

namespace {

class Attacker final : public SimulatedPerson {
 public:
  Attacker(std::unique_ptr<camera::FrameSource> shown, Recapture recapture, std::optional<SimulatedLamp> lamp)
      : shown_(std::move(shown)), recapture_(std::move(recapture)), lamp_(std::move(lamp)) {}

  void asked(HeadMotion motion) override { recapture_.turn(motion); }
  camera::FramePtr when_gone() override {
    const camera::FramePtr frame = shown_->newest(camera::FrameTime{0});
    return frame ? recapture_.when_gone(*frame) : nullptr;
  }
  camera::SourceDescription description() const override { return shown_->description(); }
  std::optional<camera::FrameTime> next_due() const override { return shown_->next_due(); }
  bool ended() const override { return shown_->ended(); }
  std::uint64_t dropped() const override { return shown_->dropped(); }
  std::optional<camera::Lamp> lamp() const override {
    return lamp_ ? std::optional(camera::Lamp{}) : std::nullopt;
  }
  void switch_lamp(bool on) override {
    if (lamp_) lamp_->switch_to(on);
  }
  camera::FramePtr newest(camera::FrameTime now) override {
    if (lamp_) lamp_->pass_time(now);
    const camera::FramePtr frame = shown_->newest(now);
    if (!frame) return nullptr;
    if (lamp_) recapture_.light(lamp_->light(), lamp_->lit(frame->captured_at));
    camera::Frame seen = recapture_(*frame);
    seen.captured_at = frame->captured_at;
    seen.sequence = frame->sequence;
    return std::make_shared<const camera::Frame>(std::move(seen));
  }

 private:
  std::unique_ptr<camera::FrameSource> shown_;
  Recapture recapture_;
  std::optional<SimulatedLamp> lamp_;
};

}  // namespace

std::unique_ptr<SimulatedPerson> attack_with_picture(AttackSpecies species, camera::Frame picture,
                                                     std::uint32_t seed, double rate, std::optional<Box> face,
                                                     std::optional<SimulatedLamp> lamp) {
  return std::make_unique<Attacker>(camera::open_still(std::move(picture), rate),
                                    Recapture(species, seed, face), std::move(lamp));
}

std::unique_ptr<SimulatedPerson> attack_with_video(AttackSpecies species,
                                                   std::unique_ptr<camera::FrameSource> video,
                                                   std::uint32_t seed, std::optional<SimulatedLamp> lamp) {
  return std::make_unique<Attacker>(std::move(video), Recapture(species, seed), std::move(lamp));
}

camera::FrameChange seen_through(Control control, std::uint32_t seed) {
  if (control == Control::camera) return CameraModel(seed);
  return [seed, n = std::uint64_t{0}](const camera::Frame& frame) mutable {
    return with_noise(frame, (static_cast<std::uint64_t>(seed) << 32) + ++n);
  };
}

std::unique_ptr<camera::FrameSource> live_take_through(Control control,
                                                       std::unique_ptr<camera::FrameSource> take,
                                                       std::uint32_t seed) {
  return camera::change_frames(std::move(take), seen_through(control, seed));
}

}  // namespace sesame::biometric
