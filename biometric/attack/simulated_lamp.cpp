#include "biometric/attack/simulated_lamp.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "biometric/attack/lit_picture.hpp"
#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

constexpr camera::FrameTime exposure = std::chrono::milliseconds(15);
constexpr int exposure_parts = 15;
constexpr int find_every = 3;            // frames
constexpr double mirror = 0.04;          // of light that falls on glass
constexpr double brightest_display = 4;  // its white by that of paper in the hall's light

class Seeded {
 public:
  explicit Seeded(std::uint32_t seed) : random_(seed * 2891336453U + 11) { random_.discard(3); }
  double between(double low, double high) {
    return low + (high - low) * static_cast<double>(random_()) / 4294967296.0;
  }

 private:
  std::mt19937 random_;
};

}  // namespace

LampLight lamp_light(std::uint32_t seed) {
  Seeded random(seed);
  LampLight light;
  light.near = random.between(0.12, 0.8);
  const double farther = random.between(2.5, 6) / random.between(0.4, 0.7);
  light.far = light.near / (farther * farther);
  light.mirrored = mirror * light.near / random.between(1, brightest_display);
  return light;
}

SimulatedLamp::SimulatedLamp(std::uint32_t seed)
    : light_(lamp_light(seed)),
      latency_(
          std::chrono::microseconds(static_cast<std::int64_t>(Seeded(seed + 1).between(20'000, 130'000)))) {}

double SimulatedLamp::lit(camera::FrameTime at) const {
  int parts = 0;
  for (int part = 0; part < exposure_parts; ++part) {
    const camera::FrameTime commanded_by = at - latency_ - part * exposure / exposure_parts;
    const auto last = std::find_if(asked_.rbegin(), asked_.rend(),
                                   [&](const auto& asked) { return asked.first <= commanded_by; });
    if (last != asked_.rend() && last->second) ++parts;
  }
  return static_cast<double>(parts) / exposure_parts;
}

namespace {

class BeforeLamp final : public SimulatedPerson {
 public:
  BeforeLamp(std::unique_ptr<camera::FrameSource> take, SimulatedLamp lamp, FindFace find,
             camera::FrameChange change)
      : take_(std::move(take)), lamp_(std::move(lamp)), find_(std::move(find)), change_(std::move(change)) {}

  void asked(HeadMotion motion) override {
    if (auto* person = dynamic_cast<SimulatedPerson*>(take_.get())) person->asked(motion);
  }
  camera::SourceDescription description() const override { return take_->description(); }
  std::optional<camera::FrameTime> next_due() const override { return take_->next_due(); }
  bool ended() const override { return take_->ended(); }
  std::uint64_t dropped() const override { return take_->dropped(); }
  std::optional<camera::Lamp> lamp() const override { return camera::Lamp{}; }
  void switch_lamp(bool on) override { lamp_.switch_to(on); }

  camera::FramePtr newest(camera::FrameTime now) override {
    lamp_.pass_time(now);
    const camera::FramePtr frame = take_->newest(now);
    if (!frame) return nullptr;
    if (frames_++ % find_every == 0)
      if (const auto found = find_(frame)) face_ = found;
    auto seen = std::make_shared<camera::Frame>(*frame);
    cv::Mat picture = pixels(*seen);
    const double lit = lamp_.lit(frame->captured_at);
    if (face_ && lit > 0) light_person(picture, *face_, lamp_.light(), lit);
    if (!change_) return seen;
    auto changed = std::make_shared<camera::Frame>(change_(*seen));
    changed->captured_at = frame->captured_at;
    changed->sequence = frame->sequence;
    return changed;
  }

 private:
  std::unique_ptr<camera::FrameSource> take_;
  SimulatedLamp lamp_;
  FindFace find_;
  camera::FrameChange change_;
  std::optional<Box> face_;
  std::uint64_t frames_ = 0;
};

class IgnoringLamp final : public camera::FrameSource {
 public:
  explicit IgnoringLamp(std::unique_ptr<camera::FrameSource> source) : source_(std::move(source)) {}
  camera::SourceDescription description() const override { return source_->description(); }
  camera::CameraIdentity identity() const override { return source_->identity(); }
  std::optional<camera::FrameTime> next_due() const override { return source_->next_due(); }
  bool ended() const override { return source_->ended(); }
  std::uint64_t dropped() const override { return source_->dropped(); }
  std::optional<camera::Lamp> lamp() const override { return camera::Lamp{}; }
  camera::FramePtr newest(camera::FrameTime now) override { return source_->newest(now); }

 private:
  std::unique_ptr<camera::FrameSource> source_;
};

}  // namespace

std::unique_ptr<SimulatedPerson> before_lamp(std::unique_ptr<camera::FrameSource> take, SimulatedLamp lamp,
                                             FindFace find, camera::FrameChange change) {
  return std::make_unique<BeforeLamp>(std::move(take), std::move(lamp), std::move(find), std::move(change));
}

std::unique_ptr<camera::FrameSource> ignoring_lamp(std::unique_ptr<camera::FrameSource> source) {
  return std::make_unique<IgnoringLamp>(std::move(source));
}

}  // namespace sesame::biometric
