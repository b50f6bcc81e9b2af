// A simulated customer who looks straight ahead and turns the head when asked: a recorded take whose frames are
// indexed by their pose once. The frames of a take in which the person looks straight ahead come one after the
// other; when a movement is asked for they give way, after a person's reaction time, to the frames in which the
// head really goes that way and comes back. A take without such frames ignores what is asked. One thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "biometric/attack/recapture.hpp"
#include "biometric/pipeline/pipeline.hpp"

namespace sesame::biometric {

// Frames of a take by where the head is turned, as JPEG, all from one position of its camera.
struct PosedTake {
  struct Still {
    camera::FrameTime at{};  // from the begin of the take
    Bytes jpeg;
  };
  std::vector<Still> straight;                        // in the order of the take, a cut where the head was elsewhere
  std::map<HeadMotion, std::vector<Still>> movements;  // those that the take has: out and back again
};

// Looks at the first minute of the take. Throws camera::SourceError.
PosedTake by_pose(Pipeline& pipeline, const std::string& path);

class TurningCustomer final : public SimulatedPerson {
 public:
  // `clock` says when there is a frame and of which camera; what is on it comes from `take`, from `begin` on.
  // `control`: what all of it is seen through (see live_take_through).
  TurningCustomer(std::unique_ptr<camera::FrameSource> clock, std::shared_ptr<const PosedTake> take, camera::FrameTime begin,
                  std::optional<Control> control = {}, std::uint32_t seed = 1);

  void asked(HeadMotion motion) override;

  camera::SourceDescription description() const override { return clock_->description(); }
  camera::FramePtr newest(camera::FrameTime now) override;
  std::optional<camera::FrameTime> next_due() const override { return clock_->next_due(); }
  bool ended() const override { return clock_->ended(); }
  std::uint64_t dropped() const override { return clock_->dropped(); }

 private:
  const Bytes& next_still(camera::FrameTime at);

  std::unique_ptr<camera::FrameSource> clock_;
  std::shared_ptr<const PosedTake> take_;
  camera::FrameChange change_;
  std::size_t straight_ = 0;  // the next one
  const std::vector<PosedTake::Still>* turning_ = nullptr;
  std::size_t turned_ = 0;  // of its frames
  std::optional<camera::FrameTime> asked_at_;
};

}  // namespace sesame::biometric
