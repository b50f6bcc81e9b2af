#include "camera/camera_provider.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "spi/contract/base64.hpp"
#include "tests/unit/face_engine/service_conversation.hpp"

namespace sesame::camera {
namespace {

using testing::ElementsAre;

class ScriptedCamera final : public CameraDevice {
 public:
  struct Script {
    bool broken = false;
    std::string caption;
  };
  explicit ScriptedCamera(std::shared_ptr<Script> script) : script_(std::move(script)) {}
  spi::Task<Bytes> take_picture(std::string caption) override {
    script_->caption = caption;
    if (script_->broken) throw spi::Fault("the lens is gone");
    co_return Bytes{1, 2, 3};
  }
  spi::Task<void> reset() override {
    if (script_->broken) throw spi::Fault("the lens is gone");
    co_return;
  }

 private:
  std::shared_ptr<Script> script_;
};

class CameraService : public testing::Test {
 protected:
  ~CameraService() override { std::filesystem::remove_all(folder); }
  testing_support::ServiceConversation& talk() {
    if (!conversation_) {
      std::array<std::unique_ptr<CameraDevice>, positions> devices;
      devices[1] = std::make_unique<ScriptedCamera>(script);
      conversation_ = std::make_unique<testing_support::ServiceConversation>(
          executor, std::make_unique<CameraProvider>(std::move(devices), std::move(options)));
    }
    return *conversation_;
  }
  boost::json::object status() { return talk().state("Common.Status", "camera").as_object(); }

  spi::VirtualExecutor executor;
  std::shared_ptr<ScriptedCamera::Script> script = std::make_shared<ScriptedCamera::Script>();
  CameraProviderOptions options;
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sesame_pictures_" + std::to_string(::getpid()));

 private:
  std::unique_ptr<testing_support::ServiceConversation> conversation_;
};

TEST_F(CameraService, a_picture_is_handed_out_as_base64) {
  EXPECT_THAT(talk().ask("Camera.TakePicture", R"({"camera":"person","camData":"ATM 7"})"),
              ElementsAre("ack", "done"));
  EXPECT_EQ(talk().payload().at("pictureFile").as_string(), contract::encode_base64(std::string("\1\2\3")));
  EXPECT_EQ(script->caption, "ATM 7");
}

TEST_F(CameraService, a_camera_that_the_ATM_lacks_is_cameraNotSupported) {
  EXPECT_EQ(talk().ask("Camera.TakePicture", R"({"camera":"room"})").back(), "done cameraNotSupported");
  EXPECT_EQ(talk().ask("Camera.TakePicture", R"({"camera":"roof"})").back(), "done invalidData");
}

TEST_F(CameraService, text_too_long_is_cut_with_an_event_and_the_picture_is_taken) {
  options.longest_text = 3;
  EXPECT_THAT(talk().ask("Camera.TakePicture", R"({"camera":"person","camData":"abcdef"})"),
              ElementsAre("ack", "event InvalidDataEvent", "done"));
  EXPECT_EQ(script->caption, "abc");
  EXPECT_THAT(talk().ask("Camera.TakePicture", R"({"camera":"person","camData":"a\u0007"})"),
              ElementsAre("ack", "event InvalidDataEvent", "done"));
  EXPECT_EQ(script->caption, "");
}

TEST_F(CameraService, text_is_refused_where_none_can_be_drawn) {
  options.draws_text = false;
  EXPECT_EQ(talk().ask("Camera.TakePicture", R"({"camera":"person","camData":"x"})").back(),
            "done unsupportedData");
}

TEST_F(CameraService, a_broken_camera_is_inop_until_a_Reset_finds_it_well) {
  script->broken = true;
  EXPECT_THAT(talk().ask("Camera.TakePicture", R"({"camera":"person"})"),
              ElementsAre("ack", "unsolicited StatusChangedEvent", "done cameraInoperable"));
  EXPECT_EQ(status().at("cameras").as_object().at("person").as_string(), "inop");
  EXPECT_EQ(talk().ask("Camera.Reset").back(), "done hardwareError");
  script->broken = false;
  EXPECT_EQ(talk().ask("Camera.Reset").back(), "done");
  EXPECT_EQ(status().at("cameras").as_object().at("person").as_string(), "ok");
}

TEST_F(CameraService, the_medium_fills_and_tells_its_threshold_in_both_directions) {
  options.medium.emplace(folder, 2);
  options.high_share = 0.5;
  const std::string take = R"({"camera":"person"})";
  EXPECT_THAT(
      talk().ask("Camera.TakePicture", take),
      ElementsAre("ack", "unsolicited StatusChangedEvent", "unsolicited MediaThresholdEvent high", "done"));
  EXPECT_THAT(talk().ask("Camera.TakePicture", take),
              testing::Contains("unsolicited MediaThresholdEvent full"));
  EXPECT_EQ(talk().ask("Camera.TakePicture", take).back(), "done mediaFull");
  EXPECT_EQ(status().at("pictures").as_object().at("person").to_number<int>(), 2);
  EXPECT_EQ(status().at("media").as_object().at("person").as_string(), "full");
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    struct stat file {};
    ::stat(entry.path().c_str(), &file);
    EXPECT_EQ(file.st_mode & 0777, 0600U);
    std::filesystem::remove(entry.path());
  }
  EXPECT_THAT(talk().ask("Camera.Reset"), testing::Contains("unsolicited MediaThresholdEvent ok"));
}

}  // namespace
}  // namespace sesame::camera
