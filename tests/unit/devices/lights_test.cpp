#include "devices/lights/lights_provider.hpp"
#include "simulators/devices/lights/simulated_lights.hpp"
#include "tests/unit/devices/stage.hpp"

namespace sesame::devices {
namespace {

using spi::CompletionCode;
using testing::HasSubstr;

class LightsStage : public Stage {
 public:
  explicit LightsStage(lights::Facts facts = simulators::ordinary_lights()) {
    auto simulated = std::make_unique<simulators::SimulatedLights>(std::move(facts));
    device = simulated.get();
    std::vector<std::unique_ptr<spi::Provider>> providers;
    providers.push_back(std::make_unique<LightsProvider>(std::move(simulated)));
    run(std::move(providers));
  }
  std::vector<std::string> set(const char* payload) {
    auto call = connection->call("Lights.SetLight", boost::json::parse(payload));
    return heard();
  }
  std::string show() { return device->perform("show"); }
  simulators::SimulatedLights* device = nullptr;
};

constexpr auto invalid = "completion SetLight commandErrorCode invalidLight";

TEST(LightsSetLight, a_lamp_glows_as_asked_and_the_status_says_so) {
  LightsStage stage;
  EXPECT_THAT(stage.set(R"({"cardReader":{"default":{"flashRate":"medium","color":"green","direction":"entry"}}})"),
              ElementsAre(HasSubstr(R"("cardReader":{"default":{"flashRate":"medium","color":"green","direction":"entry"}})"),
                          "completion SetLight"));
  EXPECT_THAT(stage.show(), HasSubstr("cardReader default: medium green entry"));
}

TEST(LightsSetLight, what_is_not_said_stays_as_it_is) {
  LightsStage stage;
  stage.set(R"({"contactless":{"default":{"flashRate":"slow","color":"blue"}}})");
  stage.set(R"({"contactless":{"default":{"color":"red"}},"cardReader":null})");
  EXPECT_THAT(stage.show(), HasSubstr("contactless default: slow red"));
}

TEST(LightsSetLight, one_unknown_light_position_or_value_and_no_lamp_changes) {
  LightsStage stage;
  EXPECT_THAT(stage.set(R"({"contactless":{"default":{"flashRate":"slow"}},"envelopeDispenser":{"default":{"flashRate":"slow"}}})"), ElementsAre(invalid));
  EXPECT_THAT(stage.set(R"({"contactless":{"left":{"flashRate":"slow"}}})"), ElementsAre(invalid));
  EXPECT_THAT(stage.set(R"({"statusGood":{"default":{"flashRate":"slow","color":"red"}}})"), ElementsAre(invalid));
  EXPECT_THAT(stage.set(R"({"contactless":{"default":{"direction":"exit"}}})"), ElementsAre(invalid));
  EXPECT_THAT(stage.show(), HasSubstr("contactless default: off"));
  EXPECT_THAT(stage.transcript->everything, HasSubstr("contactless.default.direction: expected"));
}

TEST(LightsSetLight, a_broken_lamp_is_lightError_and_lights_without_power_are_not_ready) {
  LightsStage stage;
  stage.device->perform("break contactless");
  EXPECT_THAT(stage.set(R"({"contactless":{"default":{"flashRate":"slow"}}})"), ElementsAre("completion SetLight commandErrorCode lightError"));
  stage.device->perform("unplug");
  stage.heard();
  EXPECT_THAT(stage.set(R"({"cardReader":{"default":{"flashRate":"slow"}}})"), ElementsAre("completion SetLight deviceNotReady"));
}

TEST(LightsSetLight, lamps_without_rates_of_their_own_flash_together) {
  auto facts = simulators::ordinary_lights();
  facts.individual_flash_rates = false;
  LightsStage stage(facts);
  stage.set(R"({"contactless":{"default":{"flashRate":"slow"}},"statusBad":{"default":{"flashRate":"continuous"}}})");
  stage.set(R"({"cardReader":{"default":{"flashRate":"quick"}}})");
  EXPECT_THAT(stage.show(), HasSubstr("contactless default: quick"));
  EXPECT_THAT(stage.show(), HasSubstr("statusBad default: continuous"));
}

TEST(LightsCapabilities, list_lamps_and_what_they_can_do) {
  LightsStage stage;
  auto call = stage.connection->call("Common.Capabilities", nullptr);
  stage.executor.run_ready();
  EXPECT_THAT(stage.transcript->everything, HasSubstr(R"("direction":{"entry":true,"exit":true})"));
  EXPECT_THAT(stage.transcript->everything, HasSubstr(R"("statusGood":{"default":{"flashRate":{"off":true)"));
}

}  // namespace
}  // namespace sesame::devices
