#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "xfs/camera_client.hpp"
#include "xfs/camera_provider.hpp"
#include "xfs/lights_provider.hpp"

namespace sesame {
namespace {

class QuietCommand : public spi::Command {
 public:
  const contract::CommandInfo& info() const override { return *contract::find_command("Camera.Reset"); }
  spi::ConnectionId connection() const override { return {}; }
  const spi::ClientIdentity& client() const override { return client_; }
  std::optional<spi::TimePoint> deadline() const override { return std::nullopt; }
  void emit_event(const contract::EventInfo&, const void*) override {}
  void emit_json(const contract::EventInfo&, const boost::json::value&) override {}

 private:
  spi::ClientIdentity client_{};
};

// Serves TakePicture and leaves Reset to the base.
class OneCommandCamera : public xfs::camera::ProviderFor<OneCommandCamera> {
 public:
  spi::Task<xfs::camera::TakePictureCompletion> take_picture(const xfs::camera::TakePicture&,
                                                             spi::Command&) override {
    co_return xfs::camera::TakePictureCompletion{};
  }
  xfs::camera::Status status() const override { return {}; }
  xfs::camera::Capabilities capabilities() const override { return {.max_pictures = 7}; }
};

std::size_t index_of(std::string_view command) { return contract::find_command(command)->index; }

TEST(ProviderBase, supports_just_the_commands_that_are_overridden) {
  const OneCommandCamera camera;
  EXPECT_TRUE(camera.supports(index_of("Camera.TakePicture")));
  EXPECT_FALSE(camera.supports(index_of("Camera.Reset")));
  EXPECT_FALSE(camera.supports(2));
}

TEST(ProviderBase, refuses_the_others_as_unsupported) {
  OneCommandCamera camera;
  QuietCommand command;
  const xfs::camera::Reset reset;
  for (const std::size_t index : {index_of("Camera.Reset"), std::size_t{99}}) {
    try {
      auto task = camera.start(index, &reset, command);
      FAIL() << "expected a refusal";
    } catch (const spi::Refusal& refusal) {
      EXPECT_EQ(refusal.code(), spi::CompletionCode::unsupportedCommand);
    }
  }
}

TEST(ProviderBase, knows_its_interface_and_writes_its_state_as_JSON) {
  const OneCommandCamera camera;
  EXPECT_EQ(&camera.interface_info(), contract::find_interface("Camera"));
  EXPECT_EQ(camera.status_json(), boost::json::value(boost::json::object_kind));
  EXPECT_EQ(camera.capabilities_json().at("maxPictures"), 7);
}

}  // namespace
}  // namespace sesame
