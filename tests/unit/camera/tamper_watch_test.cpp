// Which camera it is, from a /sys that is made up: pins, twins, exchanges, loop-back devices.
#include "camera/tamper_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/camera/made_up_sysfs.hpp"

namespace sesame::camera {
namespace {

using testing::HasSubstr;

TEST(CameraIdentity, is_of_the_usb_device_above_the_opened_one) {
  MadeUpSysfs sysfs;
  sysfs.plug_in(made_up_camera());
  sysfs.add_video_device(0, "1-1.2", "HD Camera");
  const CameraIdentity found = identity_of_device(sysfs.root(), 81, 0);
  EXPECT_TRUE(same_camera(found, made_up_camera())) << to_text(found);
  EXPECT_EQ(found.driver, "uvcvideo");
  EXPECT_EQ(found.number, "1:5");
  EXPECT_EQ(to_text(found), "046d:0825 serial A1B2C3 on port 1-1.2");
}

TEST(CameraIdentity, of_a_loop_back_device_or_one_that_is_gone_is_no_usb_device) {
  MadeUpSysfs sysfs;
  sysfs.plug_in(made_up_camera());
  sysfs.add_video_device(3, "", "Dummy video device");
  EXPECT_FALSE(identity_of_device(sysfs.root(), 81, 3).is_usb());
  EXPECT_FALSE(identity_of_device(sysfs.root(), 81, 9).is_usb());
  EXPECT_EQ(to_text(identity_of_device(sysfs.root(), 81, 3)), "no USB camera");
}

TEST(CameraIdentity, cameras_are_listed_with_what_they_are) {
  MadeUpSysfs sysfs;
  EXPECT_TRUE(connected_cameras(sysfs.root()).empty());
  sysfs.plug_in(made_up_camera());
  sysfs.add_video_device(1, "", "Dummy video device");
  sysfs.add_video_device(0, "1-1.2", "HD Camera");
  const auto cameras = connected_cameras(sysfs.root());
  ASSERT_EQ(cameras.size(), 2U);
  EXPECT_EQ(cameras[0].device, "/dev/video0");
  EXPECT_EQ(cameras[0].name, "HD Camera");
  EXPECT_TRUE(same_camera(cameras[0].identity, made_up_camera()));
  EXPECT_FALSE(cameras[1].identity.is_usb());
}

class Watched : public testing::Test {
 protected:
  Watched() {
    pin.camera = made_up_camera();
    sysfs.plug_in(made_up_camera());
  }
  TamperWatch watch() const { return TamperWatch(pin, sysfs.root(), state); }
  // What a look at the changed machine says.
  std::string found() const {
    TamperWatch watch(pin, sysfs.root());
    watch.look();
    return watch.tamper();
  }

  MadeUpSysfs sysfs;
  TemporaryFolder folder;
  std::filesystem::path state = folder / "tamper";
  CameraPin pin;
};

TEST_F(Watched, the_pinned_camera_alone_is_no_event) {
  CameraIdentity keyboard{"04d9", "1203", "", "1-1.3", "", "", ""};
  sysfs.plug_in(keyboard);
  TamperWatch watched = watch();
  EXPECT_TRUE(watched.opened(made_up_camera()));
  EXPECT_FALSE(watched.look());
  EXPECT_EQ(watched.tamper(), "");
}

TEST_F(Watched, whichever_part_of_the_identity_differs_it_is_refused_with_expected_and_found) {
  const std::vector<std::function<void(CameraIdentity&)>> differences{
      [](CameraIdentity& c) { c.vendor = "1234"; },   [](CameraIdentity& c) { c.product = "0826"; },
      [](CameraIdentity& c) { c.serial = "A1B2C4"; }, [](CameraIdentity& c) { c.serial.clear(); },
      [](CameraIdentity& c) { c.port = "1-1.3"; },    [](CameraIdentity& c) { c = {}; }};
  for (const auto& change : differences) {
    CameraIdentity other = made_up_camera();
    change(other);
    TamperWatch watched(pin, sysfs.root());
    EXPECT_FALSE(watched.opened(other)) << to_text(other);
    EXPECT_EQ(watched.tamper(),
              "expected the camera 046d:0825 serial A1B2C3 on port 1-1.2, found " + to_text(other));
  }
}

TEST_F(Watched, a_twin_on_another_port_is_an_event) {
  CameraIdentity twin = made_up_camera();
  twin.port = "1-1.4";
  twin.serial = "ZZZ";
  sysfs.plug_in(twin);
  EXPECT_EQ(found(), "a twin of the pinned camera was plugged in: 046d:0825 serial ZZZ on port 1-1.4");
  pin.known_ports = {"1-1.4"};
  EXPECT_EQ(found(), "");
}

TEST_F(Watched, the_pinned_serial_on_another_port_is_an_event_also_where_another_camera_belongs) {
  CameraIdentity copy = made_up_camera();
  copy.port = "1-1.4";
  sysfs.plug_in(copy);
  pin.known_ports = {"1-1.4"};
  EXPECT_THAT(found(), HasSubstr("pinned serial is on another port"));
}

TEST_F(Watched, another_device_on_the_pinned_port_is_an_event_and_an_empty_port_is_none) {
  sysfs.unplug("1-1.2");
  EXPECT_EQ(found(), "");
  CameraIdentity other = made_up_camera();
  other.serial = "other";
  sysfs.plug_in(other);
  EXPECT_THAT(found(), HasSubstr("on port 1-1.2 is 046d:0825 serial other"));
}

TEST_F(Watched, an_event_stays_until_it_is_cleared_over_restarts_as_well) {
  CameraIdentity twin = made_up_camera();
  twin.port = "1-1.4";
  sysfs.plug_in(twin);
  {
    TamperWatch watched = watch();
    EXPECT_TRUE(watched.look());
    EXPECT_FALSE(watched.look()) << "the same event twice";
  }
  sysfs.unplug("1-1.4");
  TamperWatch restarted = watch();
  EXPECT_THAT(restarted.tamper(), HasSubstr("1-1.4"));
  restarted.look();
  EXPECT_NE(restarted.tamper(), "");
  restarted.clear();
  EXPECT_FALSE(restarted.look());
  EXPECT_EQ(restarted.tamper(), "");
  EXPECT_EQ(watch().tamper(), "");
}

TEST_F(Watched, a_record_that_was_emptied_is_an_event) {
  std::ofstream(state).flush();
  EXPECT_THAT(watch().tamper(), HasSubstr("cannot be read"));
}

TEST_F(Watched, what_is_still_wrong_after_it_was_cleared_is_found_again) {
  CameraIdentity twin = made_up_camera();
  twin.port = "1-1.4";
  sysfs.plug_in(twin);
  TamperWatch watched = watch();
  watched.look();
  watched.clear();
  EXPECT_TRUE(watched.look());
}

TEST_F(Watched, by_another_rule_an_event_is_over_when_its_cause_is) {
  pin.until_cleared = false;
  CameraIdentity twin = made_up_camera();
  twin.port = "1-1.4";
  sysfs.plug_in(twin);
  TamperWatch watched = watch();
  EXPECT_TRUE(watched.look());
  sysfs.unplug("1-1.4");
  EXPECT_TRUE(watched.look());
  EXPECT_EQ(watched.tamper(), "");
}

TEST_F(Watched, the_pinned_camera_plugged_in_again_is_an_event_where_that_is_the_rule) {
  CameraIdentity first = made_up_camera();
  first.number = "1:5";
  CameraIdentity again = made_up_camera();
  again.number = "1:6";
  TamperWatch lenient = watch();
  EXPECT_TRUE(lenient.opened(first) && lenient.opened(again));
  EXPECT_EQ(lenient.tamper(), "");
  pin.replug_is_tamper = true;
  TamperWatch strict = watch();
  strict.opened(first);
  strict.opened(first);
  EXPECT_EQ(strict.tamper(), "");
  strict.opened(again);
  EXPECT_EQ(strict.tamper(), "the camera was unplugged and plugged in again");
}

}  // namespace
}  // namespace sesame::camera
