// A simulated customer who turns the head when asked: a recorded take whose frames are indexed by their pose
// once. When a movement is asked for the take gives way, after a person's reaction time, to the frames in which
// the head really goes that way and comes back. A take without such frames ignores what is asked. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "biometric/attack/recapture.hpp"
#include "biometric/pipeline/pipeline.hpp"

namespace sesame::biometric {

// The frames of each movement that a take has, as JPEG.
using Movements = std::map<HeadMotion, std::vector<Bytes>>;

// Looks at the first minute of the take. Throws camera::SourceError.
Movements movements_of(Pipeline& pipeline, const std::string& path);

class TurningCustomer final : public SimulatedPerson {
 public:
  // `control`: what take and movements are seen through (see live_take_through).
  TurningCustomer(std::unique_ptr<camera::FrameSource> take, std::shared_ptr<const Movements> movements,
                  std::optional<Control> control = {}, std::uint32_t seed = 1);

  void asked(HeadMotion motion) override;

  camera::SourceDescription description() const override { return take_->description(); }
  camera::FramePtr newest(camera::FrameTime now) override;
  std::optional<camera::FrameTime> next_due() const override { return take_->next_due(); }
  bool ended() const override { return take_->ended(); }
  std::uint64_t dropped() const override { return take_->dropped(); }

 private:
  std::unique_ptr<camera::FrameSource> take_;
  std::shared_ptr<const Movements> movements_;
  camera::FrameChange change_;
  const std::vector<Bytes>* showing_ = nullptr;
  std::size_t next_ = 0;
  std::optional<camera::FrameTime> asked_at_;
};

}  // namespace sesame::biometric
