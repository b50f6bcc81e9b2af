#include "camera/sensor_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <random>
#include <utility>
#include <vector>

namespace sesame::camera {
namespace {

constexpr std::size_t noise_values = 1U << 16U;

class Sensor final : public FrameSource {
 public:
  Sensor(std::unique_ptr<FrameSource> scene, SensorOptions options)
      : scene_(std::move(scene)),
        options_(std::move(options)),
        period_(static_cast<std::int64_t>(1e9 / options_.frames_per_second)),
        random_(options_.seed) {
    std::normal_distribution<double> spread(0, options_.noise);
    for (std::size_t i = 0; i < noise_values; ++i)
      noise_.push_back(static_cast<std::int8_t>(std::clamp(std::round(spread(random_)), -100.0, 100.0)));
  }

  SourceDescription description() const override {
    SourceDescription description = scene_->description();
    description.frames_per_second = options_.frames_per_second;
    description.by_sensor = true;
    return description;
  }
  CameraIdentity identity() const override { return options_.identity; }
  std::optional<FrameTime> next_due() const override { return next_at_; }
  bool ended() const override { return scene_->ended(); }
  std::uint64_t dropped() const override { return dropped_; }
  std::optional<LightControl> light_control() const override { return LightControl{-4}; }
  double ask_light(std::optional<double> stops) override {
    asked_.push_back({now_, stops.value_or(0)});
    return stops.value_or(0);
  }

  std::optional<Lamp> lamp() const override { return scene_->lamp(); }
  void switch_lamp(bool on) override { scene_->switch_lamp(on); }

  FramePtr newest(FrameTime now) override {
    now_ = now;
    if (!begun_) begin(now);
    std::optional<std::pair<std::uint64_t, FrameTime>> arrived;
    for (; next_at_ <= now; step()) {
      if (share() < options_.lost) continue;
      if (arrived) ++dropped_;
      arrived = {sequence_, next_at_};
    }
    if (const FramePtr picture = scene_->newest(now)) picture_ = picture;
    if (!arrived || !picture_) return nullptr;
    auto frame = std::make_shared<Frame>(*picture_);
    std::tie(frame->sequence, frame->captured_at) = *arrived;
    expose(*frame);
    return frame;
  }

 private:
  void begin(FrameTime now) {
    begun_ = true;
    ideal_ = now;
    next_at_ = now;
  }
  double share() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  // Jitter is of one frame and does not add up.
  void step() {
    std::normal_distribution<double> jitter(0, 1e3 * static_cast<double>(options_.jitter.count()));
    ideal_ += period_;
    ++sequence_;
    const FrameTime late(static_cast<std::int64_t>(jitter(random_)));
    next_at_ = std::max(next_at_ + std::chrono::microseconds(100), ideal_ + late);
  }
  double light_at(FrameTime at) {
    if (options_.instead_of_asked) return options_.instead_of_asked(at);
    while (asked_.size() > 1 && asked_[1].first + options_.latency <= at) asked_.pop_front();
    return !asked_.empty() && asked_.front().first + options_.latency <= at ? asked_.front().second : 0;
  }
  // A display gamma of 2.2 makes a factor of light a smaller factor of values.
  void expose(Frame& frame) {
    const double factor = std::exp2(light_at(frame.captured_at) / 2.2);
    std::array<double, 256> values{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i) * factor;
    std::size_t at = random_() % noise_values;
    for (std::uint8_t& byte : frame.bytes) {
      byte = static_cast<std::uint8_t>(std::clamp(values[byte] + noise_[at] + 0.5, 0.0, 255.0));
      at = (at + 1) % noise_values;
    }
  }

  std::unique_ptr<FrameSource> scene_;
  SensorOptions options_;
  FrameTime period_;
  std::mt19937 random_;
  std::vector<std::int8_t> noise_;
  std::deque<std::pair<FrameTime, double>> asked_;
  FramePtr picture_;
  FrameTime now_{};
  FrameTime ideal_{};
  FrameTime next_at_{};
  std::uint64_t sequence_ = 0;
  std::uint64_t dropped_ = 0;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<FrameSource> open_sensor(std::unique_ptr<FrameSource> scene, const SensorOptions& options) {
  return std::make_unique<Sensor>(std::move(scene), options);
}

}  // namespace sesame::camera
