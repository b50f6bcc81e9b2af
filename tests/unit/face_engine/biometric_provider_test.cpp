#include "biometric/biometric_provider.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "biometric/host_engine.hpp"
#include "biometric/scripted_engine.hpp"
#include "spi/contract/base64.hpp"
#include "tests/unit/face_engine/service_conversation.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr const char* scan = R"({"numCaptures":1,"mode":"scan"})";

BiometricProviderOptions unwatched() {
  BiometricProviderOptions given;
  given.watches_subject = false;
  return given;
}

class BiometricService : public testing::Test {
 protected:
  BiometricService() { engine.use(scripted); }

  testing_support::ServiceConversation& talk() {
    if (!conversation_)
      conversation_ = std::make_unique<testing_support::ServiceConversation>(
          executor, std::make_unique<BiometricProvider>(engine, options));
    return *conversation_;
  }
  std::vector<std::string> import_people(const std::vector<std::string>& people) {
    std::string list;
    for (const std::string& person : people)
      list += (list.empty() ? "" : ",") +
              (R"({"type":{"format":"reservedRaw1"},"data":")" + contract::encode_base64(person) + "\"}");
    return talk().ask("Biometric.Import", R"({"templates":[)" + list + "]}");
  }
  void held(const std::string& person) {
    scripted->show({person});
    ASSERT_EQ(talk().ask("Biometric.Read", scan).back(), "done");
  }
  boost::json::value status(const char* property) {
    return talk().state("Common.Status", "biometric").as_object().at(property);
  }

  spi::VirtualExecutor executor;
  std::shared_ptr<ScriptedEngine> scripted = std::make_shared<ScriptedEngine>();
  HostEngine engine{executor};
  BiometricProviderOptions options = unwatched();

 private:
  std::unique_ptr<testing_support::ServiceConversation> conversation_;
};

TEST_F(BiometricService, read_asks_for_a_subject_sees_one_lets_it_go_and_then_completes) {
  scripted->show({"anna"});
  EXPECT_THAT(talk().ask("Biometric.Read", scan),
              ElementsAre("ack", "event PresentSubjectEvent", "unsolicited StatusChangedEvent",
                          "event SubjectDetectedEvent", "unsolicited StatusChangedEvent",
                          "event RemoveSubjectEvent", "done"));
  EXPECT_TRUE(status("capture").as_bool());
  EXPECT_TRUE(talk().payload().empty() || !talk().payload().contains("dataRead"));
}

TEST_F(BiometricService, read_times_out_when_nobody_comes_and_leaves_nothing_held) {
  EXPECT_THAT(talk().ask("Biometric.Read", scan, 2000),
              ElementsAre("ack", "event PresentSubjectEvent", "done timeOut"));
  EXPECT_FALSE(status("capture").as_bool());
}

TEST_F(BiometricService, read_is_cancelled_at_once_while_the_face_process_is_stuck) {
  scripted->set_stuck(true);
  const int read = talk().send("Biometric.Read", scan);
  const auto before = executor.now();
  talk().send("Common.Cancel", R"({"requestIds":[)" + std::to_string(read) + "]}");
  executor.run_ready();
  EXPECT_THAT(talk().take(), ElementsAre("ack", "ack", "done", "done canceled"));
  EXPECT_EQ(executor.now(), before);
}

TEST_F(BiometricService, a_photograph_is_readFailed) {
  scripted->show({"anna", false});
  EXPECT_EQ(talk().ask("Biometric.Read", scan).back(), "done readFailed");
}

TEST_F(BiometricService, a_face_turned_away_is_an_OrientationEvent_and_the_attempt_goes_on) {
  scripted->show({"anna", true, QualityHint::look_straight});
  talk().send("Biometric.Read", scan);
  executor.advance(1s);
  EXPECT_THAT(talk().take(), testing::Contains("unsolicited OrientationEvent"));
  scripted->show({"anna"});
  executor.advance(1s);
  EXPECT_EQ(talk().take().back(), "done");
}

TEST_F(BiometricService, a_subject_that_leaves_after_Read_is_told_after_the_completion) {
  options.watches_subject = true;
  held("anna");
  executor.advance(1s);
  talk().take();
  scripted->nobody();
  executor.advance(2s);
  EXPECT_THAT(talk().take(),
              ElementsAre("unsolicited StatusChangedEvent", "unsolicited SubjectRemovedEvent"));
}

TEST_F(BiometricService, read_refuses_what_the_device_lacks) {
  EXPECT_EQ(talk().ask("Biometric.Read", R"({"numCaptures":1,"mode":"match"})").back(),
            "done modeNotSupported");
  EXPECT_EQ(talk().ask("Biometric.Read", R"({"numCaptures":2,"mode":"scan"})").back(),
            "done unsupportedData");
  EXPECT_EQ(talk()
                .ask("Biometric.Read", R"({"numCaptures":1,"mode":"scan","dataTypes":[{"format":"wso"}]})")
                .back(),
            "done formatNotSupported");
  EXPECT_EQ(talk()
                .ask("Biometric.Read",
                     R"({"numCaptures":1,"mode":"scan","dataTypes":[{"format":"reservedTemplate1"}]})")
                .back(),
            "done formatNotSupported");
  EXPECT_EQ(talk().ask("Biometric.Read", R"({"numCaptures":-1,"mode":"scan"})").back(), "done invalidData");
  EXPECT_EQ(scripted->counts().captures, 0);
}

TEST_F(BiometricService, a_template_is_handed_out_only_where_configured) {
  options.gives_templates_away = true;
  scripted->engine_info.gives_templates_away = true;
  scripted->show({"anna"});
  const std::string wanted =
      R"({"numCaptures":0,"mode":"scan","dataTypes":[{"format":"reservedTemplate1"}]})";
  EXPECT_EQ(talk().ask("Biometric.Read", wanted).back(), "done");
  EXPECT_EQ(talk().payload().at("dataRead").as_array().at(0).as_object().at("data").as_string(),
            contract::encode_base64("anna"));
  EXPECT_EQ(
      talk()
          .ask(
              "Biometric.Read",
              R"({"numCaptures":0,"mode":"scan","dataTypes":[{"format":"reservedTemplate1","keyName":"k"}]})")
          .back(),
      "done keyNotFound");
}

TEST_F(BiometricService, import_replaces_the_whole_set_and_fails_whole) {
  EXPECT_EQ(talk().ask("Biometric.GetStorageInfo").back(), "done noImportedData");
  EXPECT_EQ(import_people({"anna", "bert"}).back(), "done");
  EXPECT_EQ(talk().payload().at("templates").as_object().size(), 2U);
  EXPECT_EQ(
      talk().ask("Biometric.Import", R"({"templates":[{"type":{"format":"isoFmd"},"data":"AAAA"}]})").back(),
      "done formatNotSupported");
  EXPECT_EQ(talk()
                .ask("Biometric.Import",
                     R"({"templates":[{"type":{"format":"isoFid","keyName":"k"},"data":"AAAA"}]})")
                .back(),
            "done keyNotFound");
  EXPECT_EQ(talk().ask("Biometric.GetStorageInfo").back(), "done");
  EXPECT_EQ(talk().payload().at("templates").as_object().size(), 2U);
  EXPECT_EQ(import_people({"carl"}).back(), "done");
  EXPECT_EQ(talk().payload().at("templates").as_object().size(), 1U);
  EXPECT_TRUE(talk().payload().at("templates").as_object().contains("id3"));
  options.most_templates = 64;
  EXPECT_EQ(import_people(std::vector<std::string>(65, "x")).back(), "done capacityExceeded");
  EXPECT_EQ(status("remainingStorage").to_number<int>(), 63 * 2816);
}

TEST_F(BiometricService, verify_compares_with_one_and_identity_with_all_best_first) {
  import_people({"anna", "bert"});
  held("bert");
  EXPECT_EQ(
      talk().ask("Biometric.Match", R"({"compareMode":"verify","identifier":"id2","threshold":80})").back(),
      "done");
  EXPECT_EQ(talk()
                .payload()
                .at("candidates")
                .as_object()
                .at("id2")
                .as_object()
                .at("confidenceLevel")
                .to_number<int>(),
            100);
  EXPECT_EQ(
      talk().ask("Biometric.Match", R"({"compareMode":"verify","identifier":"id1","threshold":80})").back(),
      "done");
  EXPECT_TRUE(talk().payload().empty() || !talk().payload().contains("candidates") ||
              talk().payload().at("candidates").is_null());
  EXPECT_EQ(talk().ask("Biometric.Match", R"({"compareMode":"identity","maximum":5,"threshold":0})").back(),
            "done");
  EXPECT_EQ(talk().payload().at("candidates").as_object().begin()->key(), "id2");
  EXPECT_EQ(talk().payload().at("candidates").as_object().size(), 2U);
  EXPECT_EQ(talk().ask("Biometric.Match", R"({"compareMode":"identity","maximum":1,"threshold":0})").back(),
            "done");
  EXPECT_EQ(talk().payload().at("candidates").as_object().size(), 1U);
}

TEST_F(BiometricService, match_says_what_is_missing_in_the_standards_order) {
  const std::string verify = R"({"compareMode":"verify","identifier":"id1","threshold":50})";
  EXPECT_EQ(talk().ask("Biometric.Match", verify).back(), "done noImportedData");
  import_people({"anna"});
  EXPECT_EQ(
      talk().ask("Biometric.Match", R"({"compareMode":"verify","identifier":"id9","threshold":50})").back(),
      "done invalidIdentifier");
  EXPECT_EQ(talk().ask("Biometric.Match", R"({"compareMode":"verify","threshold":50})").back(),
            "done invalidData");
  EXPECT_EQ(
      talk()
          .ask("Biometric.Match", R"({"compareMode":"verify","identifier":"id1","maximum":1,"threshold":50})")
          .back(),
      "done invalidData");
  EXPECT_EQ(talk().ask("Biometric.Match", R"({"compareMode":"identity","threshold":50})").back(),
            "done invalidData");
  EXPECT_EQ(talk().ask("Biometric.Match", verify).back(), "done noCaptureData");
  EXPECT_EQ(talk().ask("Biometric.SetMatch", verify).back(), "done unsupportedCommand");
}

TEST_F(BiometricService, in_clear_persistence_a_capture_is_good_for_one_Match) {
  std::string kept = "persist";
  options.load_mode = [&] { return kept; };
  options.save_mode = [&](const std::string& mode) { kept = mode; };
  import_people({"anna"});
  const std::string verify = R"({"compareMode":"verify","identifier":"id1","threshold":50})";
  held("anna");
  talk().ask("Biometric.Match", verify);
  EXPECT_EQ(talk().ask("Biometric.Match", verify).back(), "done");
  EXPECT_EQ(talk().ask("Biometric.SetDataPersistence", R"({"persistenceMode":"clear"})").back(), "done");
  EXPECT_EQ(kept, "clear");
  EXPECT_EQ(talk().ask("Biometric.Match", verify).back(), "done");
  EXPECT_FALSE(status("capture").as_bool());
  EXPECT_EQ(talk().ask("Biometric.Match", verify).back(), "done noCaptureData");
}

TEST_F(BiometricService, clear_and_reset_tell_each_cleared_kind_before_the_completion) {
  import_people({"anna"});
  held("anna");
  talk().take();
  EXPECT_THAT(talk().ask("Biometric.Clear", R"({"clearData":"scannedData"})"),
              ElementsAre("ack", "unsolicited StatusChangedEvent", "unsolicited DataClearedEvent scannedData",
                          "done"));
  EXPECT_FALSE(status("capture").as_bool());
  EXPECT_THAT(talk().ask("Biometric.Reset"),
              ElementsAre("ack", "unsolicited DataClearedEvent scannedData", "unsolicited StatusChangedEvent",
                          "unsolicited DataClearedEvent importedData", "done"));
  EXPECT_EQ(talk().ask("Biometric.Clear", R"({"clearData":"setMatchedData"})").back(),
            "done unsupportedData");
  EXPECT_EQ(talk().ask("Biometric.GetStorageInfo").back(), "done noImportedData");
}

TEST_F(BiometricService, a_dead_face_process_is_deviceNotReady_and_its_stores_are_gone) {
  import_people({"anna"});
  held("anna");
  scripted->set_dead(true);
  EXPECT_EQ(talk().ask("Biometric.Read", scan).back(), "done deviceNotReady");
  EXPECT_EQ(talk().state("Common.Status", "common").as_object().at("device").as_string(), "offline");
  EXPECT_EQ(talk().ask("Biometric.GetStorageInfo").back(), "done noImportedData");
  scripted->set_dead(false);
  EXPECT_EQ(talk().ask("Biometric.Read", scan).back(), "done");
}

TEST_F(BiometricService, says_what_it_can) {
  const auto capabilities = talk().state("Common.Capabilities", "biometric").as_object();
  EXPECT_TRUE(capabilities.at("type").as_object().at("facialFeatures").as_bool());
  EXPECT_EQ(capabilities.at("matchSupported").as_string(), "storedMatch");
  EXPECT_FALSE(capabilities.at("dataFormats").as_object().contains("reservedTemplate1") &&
               capabilities.at("dataFormats").as_object().at("reservedTemplate1").as_bool());
}

TEST(ConfidenceLevel, goes_with_the_decades_of_the_false_match_rate) {
  EXPECT_EQ(confidence_level(1), 0);
  EXPECT_EQ(confidence_level(1e-2), 20);
  EXPECT_EQ(confidence_level(1e-5), 80);
  EXPECT_EQ(confidence_level(1e-6), 100);
}

TEST(HostEngine, is_a_clear_fault_until_faces_are_configured) {
  spi::VirtualExecutor executor;
  HostEngine engine(executor);
  testing_support::ServiceConversation talk(executor,
                                            std::make_unique<BiometricProvider>(engine, unwatched()));
  EXPECT_EQ(talk.ask("Biometric.Read", scan).back(), "done deviceNotReady");
}

}  // namespace
}  // namespace sesame::biometric
