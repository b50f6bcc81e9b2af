#include "biometric/scripted_engine.hpp"

#include <gtest/gtest.h>

#include "spi/service/task_scope.hpp"
#include "spi/service/virtual_executor.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;

struct Stage {
  spi::VirtualExecutor executor;
  ScriptedEngine engine;
  std::unique_ptr<CaptureContext> context = engine.open_context();
  spi::TaskScope scope{executor};

  template <class T>
  std::optional<T> run(spi::Task<T> task) {
    std::optional<T> out;
    scope.spawn(store(std::move(task), out));
    executor.run_until_idle();
    return out;
  }
  template <class T>
  static spi::Task<void> store(spi::Task<T> task, std::optional<T>& out) {
    out = co_await task;
  }
};

EnrolRequest customer(const std::string& id, const std::string& phone) {
  EnrolRequest request;
  request.customer_id = id;
  request.claims.push_back({"phone", phone});
  request.consent.reference = "paper-1";
  return request;
}

spi::Task<std::optional<std::string>> capture_and_verify(CaptureContext& context, std::string phone) {
  const CaptureResult captured = co_await context.capture(CaptureRequest{}, nullptr);
  if (captured.outcome != CaptureResult::Outcome::held) co_return std::nullopt;
  VerifyRequest request;
  request.claim = Claim{"phone", phone};
  const Recognition recognition = co_await context.verify(request);
  co_return recognition.customer ? std::optional<std::string>(recognition.customer->customer_id)
                                 : std::nullopt;
}

TEST(ScriptedEngine, a_person_is_recognised_under_their_own_claim_alone) {
  Stage stage;
  stage.engine.enrol_person(customer("c1", "111"), "anna");
  stage.engine.enrol_person(customer("c2", "222"), "bert");
  stage.engine.show({"anna"});
  EXPECT_EQ(**stage.run(capture_and_verify(*stage.context, "111")), "c1");
  EXPECT_FALSE(stage.run(capture_and_verify(*stage.context, "222"))->has_value());
}

TEST(ScriptedEngine, an_unknown_claim_takes_exactly_as_long_as_a_wrong_face) {
  Stage stage;
  stage.engine.enrol_person(customer("c1", "111"), "anna");
  stage.engine.show({"bert"});
  const auto begin = stage.executor.now();
  EXPECT_FALSE(stage.run(capture_and_verify(*stage.context, "111"))->has_value());
  const auto wrong_face = stage.executor.now() - begin;
  const auto middle = stage.executor.now();
  EXPECT_FALSE(stage.run(capture_and_verify(*stage.context, "999"))->has_value());
  EXPECT_EQ(stage.executor.now() - middle, wrong_face);
}

TEST(ScriptedEngine, a_photograph_is_refused) {
  Stage stage;
  stage.engine.show({"anna", false});
  const auto result = stage.run(stage.context->capture(CaptureRequest{}, nullptr));
  EXPECT_EQ(result->outcome, CaptureResult::Outcome::attack_suspected);
}

TEST(ScriptedEngine, a_stuck_engine_is_left_by_a_cancel_at_once) {
  Stage stage;
  stage.engine.set_stuck(true);
  std::optional<EngineInfo> info;
  stage.scope.spawn(Stage::store(stage.engine.info(), info));
  stage.executor.advance(10s);
  EXPECT_EQ(stage.scope.running(), 1U);
  stage.scope.cancel();
  stage.executor.run_ready();
  EXPECT_EQ(stage.scope.running(), 0U);
  EXPECT_FALSE(info.has_value());
}

}  // namespace
}  // namespace sesame::biometric
