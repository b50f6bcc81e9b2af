// The camera as the engine uses it: what it is told when the wrong one is there, and what an operator reads.
#include "camera/guarded_camera.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "camera/replay.hpp"
#include "camera/sensor_model.hpp"
#include "tests/unit/camera/made_up_sysfs.hpp"

namespace sesame::camera {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::unique_ptr<FrameSource> camera_of(const CameraIdentity& identity) {
  SensorOptions options;
  options.identity = identity;
  return open_sensor(open_empty_scene(32, 24), options);
}

class Guarded : public testing::Test {
 protected:
  Guarded() {
    sysfs.plug_in(made_up_camera());
    options.pin.emplace();
    options.pin->camera = made_up_camera();
    options.sysfs = sysfs.root();
    options.tamper_state = folder / "tamper";
    options.note = [this](std::string text) { notes.push_back(std::move(text)); };
    options.reopen = [this] {
      ++reopened;
      return camera_of(connected);
    };
  }
  std::uint64_t frames_during(GuardedCamera& camera, FrameTime time) {
    std::uint64_t frames = 0;
    for (const FrameTime end = now + time; now < end; now += 5ms)
      if (camera.pull(now)) ++frames;
    return frames;
  }

  MadeUpSysfs sysfs;
  TemporaryFolder folder;
  CameraIdentity connected = made_up_camera();
  GuardedCameraOptions options;
  std::vector<std::string> notes;
  int reopened = 0;
  FrameTime now = 1s;
};

TEST_F(Guarded, the_pinned_camera_gives_frames) {
  GuardedCamera camera(camera_of(connected), options);
  EXPECT_GT(frames_during(camera, 1s), 20U);
  EXPECT_THAT(notes, IsEmpty());
  EXPECT_TRUE(camera.status().is_pinned);
}

TEST_F(Guarded, another_camera_a_loop_back_device_or_a_file_gives_none) {
  CameraIdentity other = made_up_camera();
  other.serial = "ZZZ";
  for (const CameraIdentity& wrong : {other, CameraIdentity{}}) {
    notes.clear();
    options.tamper_state.clear();
    GuardedCamera camera(camera_of(wrong), options);
    EXPECT_EQ(frames_during(camera, 3s), 0U);
    EXPECT_THAT(notes,
                ElementsAre(HasSubstr("expected the camera 046d:0825 serial A1B2C3 on port 1-1.2, found " +
                                      to_text(wrong))));
    EXPECT_EQ(camera.fault(), "the camera is out of use until an operator has looked at it");
  }
  GuardedCamera of_a_file(open_empty_scene(32, 24), options);
  EXPECT_EQ(frames_during(of_a_file, 1s), 0U);
}

TEST_F(Guarded, a_twin_stops_the_frames_until_an_operator_cleared_it) {
  GuardedCamera camera(camera_of(connected), options);
  frames_during(camera, 1s);
  CameraIdentity twin = made_up_camera();
  twin.port = "1-1.4";
  sysfs.plug_in(twin);
  EXPECT_TRUE(camera.look());
  EXPECT_EQ(frames_during(camera, 1s), 0U);
  sysfs.unplug("1-1.4");
  EXPECT_FALSE(camera.look());
  EXPECT_EQ(frames_during(camera, 1s), 0U);
  EXPECT_TRUE(camera.clear_tamper("operator anna"));
  EXPECT_GT(frames_during(camera, 1s), 20U);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("tamper event"), "the tamper event was cleared by operator anna"));
  EXPECT_FALSE(camera.clear_tamper("operator anna"));
}

TEST_F(Guarded, clearing_with_the_twin_still_there_lets_nothing_in) {
  GuardedCamera camera(camera_of(connected), options);
  CameraIdentity twin = made_up_camera();
  twin.port = "1-1.4";
  sysfs.plug_in(twin);
  camera.look();
  EXPECT_TRUE(camera.clear_tamper("operator anna"));
  EXPECT_EQ(frames_during(camera, 1s), 0U);
  EXPECT_NE(camera.status().tamper, "");
}

TEST_F(Guarded, a_camera_that_comes_in_place_of_the_one_that_was_pulled_out_is_refused_when_it_is_opened) {
  class PulledOut final : public FrameSource {
   public:
    SourceDescription description() const override { return {}; }
    CameraIdentity identity() const override { return made_up_camera(); }
    FramePtr newest(FrameTime) override { throw SourceError("the camera was unplugged"); }
    std::optional<FrameTime> next_due() const override { return {}; }
    std::uint64_t dropped() const override { return 0; }
  };
  GuardedCamera camera(std::make_unique<PulledOut>(), options);
  camera.pull(now);
  EXPECT_EQ(camera.fault(), "the camera was unplugged");
  EXPECT_THAT(notes, IsEmpty()) << "a cable that slipped is no tamper event";
  connected.serial = "ZZZ";
  EXPECT_EQ(frames_during(camera, 1s), 0U);
  EXPECT_EQ(reopened, 1);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("found 046d:0825 serial ZZZ on port 1-1.2")));
}

TEST_F(Guarded, a_camera_that_falls_silent_is_opened_again_and_one_that_nobody_looked_at_is_not) {
  class Silent final : public FrameSource {
   public:
    SourceDescription description() const override { return {"silent", 32, 24, 30, PixelFormat::bgr, true}; }
    CameraIdentity identity() const override { return made_up_camera(); }
    FramePtr newest(FrameTime) override { return nullptr; }
    std::optional<FrameTime> next_due() const override { return {}; }
    std::uint64_t dropped() const override { return 0; }
  };
  GuardedCamera camera(std::make_unique<Silent>(), options);
  frames_during(camera, 2s);
  now += 1h;
  frames_during(camera, 2s);
  EXPECT_EQ(reopened, 0);
  EXPECT_GT(frames_during(camera, 2s), 10U);
  EXPECT_EQ(reopened, 1);
  EXPECT_THAT(notes, IsEmpty());
}

TEST_F(Guarded, by_another_rule_it_goes_on_when_the_right_camera_is_back) {
  options.pin->until_cleared = false;
  CameraIdentity other = made_up_camera();
  other.serial = "ZZZ";
  GuardedCamera camera(camera_of(other), options);
  connected = other;
  EXPECT_EQ(frames_during(camera, 100ms), 0U);
  connected = made_up_camera();
  EXPECT_GT(frames_during(camera, 1s), 20U);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("while that is so"), "the tamper event is over"));
}

TEST_F(Guarded,
       what_was_wrong_with_frames_is_counted_and_noted_once_a_minute_and_makes_the_next_second_doubtful) {
  options.pin.reset();
  bool late = false;
  auto source = change_frames(camera_of(connected), [](const Frame& frame) { return frame; });
  class Late final : public FrameSource {
   public:
    Late(std::unique_ptr<FrameSource> source, const bool& on) : source_(std::move(source)), on_(on) {}
    SourceDescription description() const override { return source_->description(); }
    FramePtr newest(FrameTime at) override {
      const FramePtr frame = source_->newest(at);
      if (!frame || !on_) return frame;
      auto old = std::make_shared<Frame>(*frame);
      old->captured_at -= 2s;
      return old;
    }
    std::optional<FrameTime> next_due() const override { return {}; }
    std::uint64_t dropped() const override { return 0; }

   private:
    std::unique_ptr<FrameSource> source_;
    const bool& on_;
  };
  GuardedCamera camera(std::make_unique<Late>(std::move(source), late), options);
  frames_during(camera, 1s);
  late = true;
  EXPECT_EQ(frames_during(camera, 1s), 0U);
  late = false;
  EXPECT_EQ(frames_during(camera, 900ms), 0U);
  EXPECT_GT(frames_during(camera, 500ms), 5U);
  EXPECT_GT(camera.refused(), 20U);
  EXPECT_EQ(camera.last_refusal(), StreamFault::stale);
  EXPECT_EQ(camera.status().refused.at("stale"), camera.refused());
  EXPECT_THAT(notes, ElementsAre("frames of the camera refused as stale: 1, 1 in all"));
}

TEST_F(Guarded, says_whether_its_light_is_challenged_and_why_not) {
  options.pin.reset();
  options.random = [] { return 5U; };
  EXPECT_EQ(GuardedCamera(camera_of(connected), options).status().light_challenge, "on");
  EXPECT_EQ(GuardedCamera(open_empty_scene(32, 24), options).status().light_challenge,
            "off: the exposure of this camera cannot be commanded");
  options.light_challenge = GuardedCameraOptions::Challenge::off;
  EXPECT_EQ(GuardedCamera(camera_of(connected), options).status().light_challenge, "off: not configured");
}

// Otherwise a camera of the attacker's would say that it has no exposure to command.
TEST_F(Guarded, where_the_challenge_is_required_a_camera_that_cannot_answer_is_not_used) {
  options.pin.reset();
  options.random = [] { return 5U; };
  options.light_challenge = GuardedCameraOptions::Challenge::required;
  options.reopen = {};
  GuardedCamera without(open_empty_scene(32, 24), options);
  EXPECT_EQ(frames_during(without, 1s), 0U);
  EXPECT_THAT(notes, ElementsAre(HasSubstr("cannot be commanded")));
  GuardedCamera with(camera_of(connected), options);
  EXPECT_GT(frames_during(with, 1s), 20U);
}

// What a camera was told, by whoever used it.
struct Told {
  bool lamp = true;  // somebody died and left it on
  int switched = 0;
  bool refuses = false;
  std::optional<double> stops;
  bool exposed_while_lit = false;
};

class WithLamp final : public FrameSource {
 public:
  explicit WithLamp(Told& told) : told_(told) {}
  SourceDescription description() const override { return sensor_->description(); }
  CameraIdentity identity() const override { return made_up_camera(); }
  FramePtr newest(FrameTime at) override {
    if (unplugged) throw SourceError("the camera was unplugged");
    return sensor_->newest(at);
  }
  std::optional<FrameTime> next_due() const override { return sensor_->next_due(); }
  std::uint64_t dropped() const override { return 0; }
  std::optional<LightControl> light_control() const override { return LightControl{-4}; }
  double ask_light(std::optional<double> stops) override {
    told_.stops = stops;
    told_.exposed_while_lit |= stops.has_value() && told_.lamp;
    return sensor_->ask_light(stops);
  }
  std::optional<Lamp> lamp() const override { return Lamp{}; }
  void switch_lamp(bool on) override {
    if (told_.refuses) throw SourceError("the lamp does not switch");
    if (told_.lamp != on) ++told_.switched;
    told_.lamp = on;
  }

  bool unplugged = false;

 private:
  Told& told_;
  std::unique_ptr<FrameSource> sensor_ = camera_of(made_up_camera());
};

class GuardedLamp : public Guarded {
 protected:
  GuardedLamp() {
    options.pin.reset();
    options.reopen = {};
    options.random = [random = std::make_shared<std::mt19937>(1)] {
      return static_cast<std::uint32_t>((*random)());
    };
  }
  std::unique_ptr<WithLamp> source() { return std::make_unique<WithLamp>(told); }
  Told told;
};

TEST_F(GuardedLamp, is_off_when_the_camera_is_opened_whoever_used_it_last) {
  const GuardedCamera camera(source(), options);
  EXPECT_FALSE(told.lamp);
  EXPECT_EQ(camera.status().lamp, "on");
}

TEST_F(GuardedLamp, is_switched_while_somebody_asks_for_it_and_off_when_the_last_does_no_longer) {
  GuardedCamera camera(source(), options);
  frames_during(camera, 1s);
  EXPECT_EQ(told.switched, 1) << "it was switched for nobody";
  camera.begin_lamp();
  camera.begin_lamp();
  frames_during(camera, 3s);
  EXPECT_GT(told.switched, 6);
  EXPECT_GT(camera.lamp_steps().size(), 5U);
  camera.end_lamp();
  const int switched = told.switched;
  frames_during(camera, 1s);
  EXPECT_GT(told.switched, switched);
  for (int i = 0; i < 1000 && !told.lamp; ++i) frames_during(camera, 5ms);
  ASSERT_TRUE(told.lamp);
  camera.end_lamp();
  EXPECT_FALSE(told.lamp);
}

TEST_F(GuardedLamp, is_off_when_the_camera_fails_is_replaced_or_is_given_up) {
  const auto lit = [&](GuardedCamera& camera) {
    camera.begin_lamp();
    for (int i = 0; i < 1000 && !told.lamp; ++i) frames_during(camera, 5ms);
    return told.lamp;
  };
  {
    auto failing = source();
    WithLamp* const camera_itself = failing.get();
    GuardedCamera camera(std::move(failing), options);
    ASSERT_TRUE(lit(camera));
    camera_itself->unplugged = true;
    frames_during(camera, 100ms);
    EXPECT_EQ(camera.fault(), "the camera was unplugged");
    EXPECT_FALSE(told.lamp);
  }
  {
    GuardedCamera camera(source(), options);
    ASSERT_TRUE(lit(camera));
    camera.replace(camera_of(connected));
    EXPECT_FALSE(told.lamp);
  }
  {
    GuardedCamera camera(source(), options);
    ASSERT_TRUE(lit(camera));
  }
  EXPECT_FALSE(told.lamp);
}

TEST_F(GuardedLamp, that_did_not_go_off_is_switched_off_when_it_can_be) {
  GuardedCamera camera(source(), options);
  camera.begin_lamp();
  for (int i = 0; i < 1000 && !told.lamp; ++i) frames_during(camera, 5ms);
  told.refuses = true;
  camera.end_lamp();
  EXPECT_TRUE(told.lamp);
  told.refuses = false;
  frames_during(camera, 5ms);
  EXPECT_FALSE(told.lamp);
  EXPECT_THAT(notes, ElementsAre("the light of the camera cannot be commanded: the lamp does not switch"));
}

TEST_F(GuardedLamp, and_exposure_are_never_commanded_at_once_and_the_exposure_waits_for_the_last_light) {
  GuardedCamera camera(source(), options);
  camera.begin_challenge();
  camera.begin_lamp();
  frames_during(camera, 3s);
  EXPECT_FALSE(told.stops);
  camera.begin_exposure_first();  // one is in a hurry, another still asks for the lamp
  frames_during(camera, 20ms);
  EXPECT_FALSE(told.lamp);
  frames_during(camera, 150ms);
  EXPECT_FALSE(told.stops) << "frames may still show the lamp's light";
  const FrameTime since = now;
  frames_during(camera, 2s);
  EXPECT_TRUE(told.stops);
  EXPECT_EQ(camera.verdict(since, now), LightChallenge::Verdict::answered);
  EXPECT_TRUE(camera.lamp_steps().empty());
  camera.end_exposure_first();
  frames_during(camera, 1s);
  EXPECT_FALSE(told.stops) << "the camera has its own exposure again";
  EXPECT_GT(camera.lamp_steps().size(), 0U);
  EXPECT_FALSE(told.exposed_while_lit);
}

TEST_F(GuardedLamp, where_it_is_required_a_camera_without_one_is_not_used) {
  options.lamp_challenge = GuardedCameraOptions::Challenge::required;
  GuardedCamera without(camera_of(connected), options);
  EXPECT_EQ(frames_during(without, 1s), 0U);
  EXPECT_THAT(
      notes,
      ElementsAre("the camera is not used, for its lamp is off: this camera has none that can be switched"));
  GuardedCamera with(source(), options);
  EXPECT_GT(frames_during(with, 1s), 20U);
}

TEST_F(GuardedLamp, that_is_not_configured_is_left_alone) {
  options.lamp_challenge = GuardedCameraOptions::Challenge::off;
  GuardedCamera camera(source(), options);
  camera.begin_lamp();
  frames_during(camera, 2s);
  EXPECT_EQ(told.switched, 0);
  EXPECT_EQ(camera.status().lamp, "off: not configured");
}

}  // namespace
}  // namespace sesame::camera
