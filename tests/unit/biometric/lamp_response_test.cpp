// Who answers a lamp, and who does not.
#include "biometric/pipeline/lamp_response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/biometric/lamp_session.hpp"

namespace sesame::biometric {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Verdict = LampResponse::Verdict;

constexpr std::uint32_t sessions = 15;

// How many of the sessions end so.
std::uint32_t count(const LitScene& scene, Verdict wanted, milliseconds patience = {}) {
  std::uint32_t found = 0;
  for (std::uint32_t seed = 1; seed <= sessions; ++seed)
    if (LampSession(scene, seed).verdict(patience) == wanted) ++found;
  return found;
}

TEST(LampResponse, a_face_before_a_hall_answers) { EXPECT_EQ(count({}, Verdict::answered), sessions); }

TEST(LampResponse, a_dark_face_before_a_bright_wall_near_by_answers) {
  LitScene scene;
  scene.face = 0.08;
  scene.beside = 0.2;
  scene.far = 0.03;
  EXPECT_EQ(count(scene, Verdict::answered), sessions);
}

TEST(LampResponse, a_face_answers_whatever_the_latency_up_to_the_longest) {
  for (const milliseconds latency : {0ms, 40ms, 120ms, 200ms}) {
    LitScene scene;
    scene.latency = latency;
    EXPECT_EQ(count(scene, Verdict::answered), sessions) << latency.count();
  }
  LitScene late;
  late.latency = 450ms;
  EXPECT_LE(count(late, Verdict::answered), sessions / 10);
}

TEST(LampResponse, a_person_who_moves_answers) {
  LitScene scene;
  scene.sway = 0.08;
  EXPECT_GE(count(scene, Verdict::answered, 2500ms), sessions - 1);
}

// It takes back what the lamp adds, from everything.
TEST(LampResponse, the_cameras_own_exposure_hides_nothing) {
  LitScene scene;
  scene.own_exposure = 0.8;
  EXPECT_GE(count(scene, Verdict::answered, 2500ms), sessions - 1);
}

// Somebody passes a window, or a screen in the hall shows another picture.
TEST(LampResponse, light_that_changes_on_all_hides_nothing) {
  LitScene scene;
  scene.hall = 0.15;
  EXPECT_GE(count(scene, Verdict::answered, 2500ms), sessions - 1);
}

// The hall in the picture answers as the face does, dark or bright as it may be.
TEST(LampResponse, a_print_does_not_answer) {
  for (const double beside : {0.05, 0.3, 0.6}) {
    LitScene print;
    print.beside = beside;
    print.far = print.near;
    EXPECT_EQ(count(print, Verdict::not_answered, 2500ms), sessions) << beside;
  }
}

// The hall in the picture is farther from the lamp than the face in it, and a lamp is bright.
TEST(LampResponse, a_print_that_is_held_aslant_does_not_answer) {
  LitScene print;
  print.near = 0.8;
  print.far = 0.5;
  EXPECT_EQ(count(print, Verdict::not_answered, 2500ms), sessions);
}

// A bright lamp, a dark display: what is mirrored is more by share in the face, and as much in both by light.
TEST(LampResponse, a_display_does_not_answer) {
  for (const double face : {0.1, 0.3}) {
    LitScene display;
    display.face = face;
    display.beside = 0.6;
    display.near = display.far = 0;
    display.veil = 0.02;
    EXPECT_EQ(count(display, Verdict::answered, 2500ms), 0U) << face;
  }
}

TEST(LampResponse, a_recording_does_not_answer) {
  LitScene recording;
  recording.instead = [](camera::FrameTime) { return false; };
  recording.sway = 0.03;
  EXPECT_GE(count(recording, Verdict::unseen), sessions - 1);
  EXPECT_EQ(count(recording, Verdict::answered, 2500ms), 0U);
}

TEST(LampResponse, in_a_hall_that_outshines_the_lamp_nothing_is_seen_of_it) {
  LitScene bright;
  bright.near = 0.01;
  bright.far = 0.0003;
  EXPECT_EQ(count(bright, Verdict::unseen), sessions);
}

TEST(LampResponse, who_lights_the_face_at_other_times_does_not_answer) {
  std::uint32_t at_once = 0, in_time = 0;
  for (std::uint32_t seed = 1; seed <= 80; ++seed) {
    LitScene guesser;
    guesser.instead = guessed_lamp(seed + 50'000);
    if (LampSession(guesser, seed).verdict() == Verdict::answered) ++at_once;
    if (LampSession(guesser, seed).verdict(2500ms) == Verdict::answered) ++in_time;
  }
  EXPECT_LE(at_once, 3U);  // sesame-lamp-bench has the rates, of more
  EXPECT_LE(in_time, 6U);
}

TEST(LampResponse, nothing_is_decided_before_enough_was_asked) {
  LampSession session({}, 1);
  LampResponse response;
  int frames = 0;
  for (; frames < 100; ++frames) {
    response.see(session.next());
    if (response.verdict(session.steps(), 200ms) != Verdict::undecided) break;
  }
  ASSERT_GE(session.steps().size(), 7U);
  EXPECT_GE(session.now() - session.steps()[6].at, 200ms);
  EXPECT_LT(frames, 99);
}

// Somebody else may have come, to whom what was asked before says nothing.
TEST(LampResponse, who_was_out_of_sight_begins_again) {
  LampSession session({}, 1);
  LampResponse response;
  for (int i = 0; i < 100; ++i) response.see(session.next());
  EXPECT_EQ(response.verdict(session.steps(), 200ms), Verdict::answered);
  for (int i = 0; i < 12; ++i) session.next();
  response.see(session.next());
  EXPECT_EQ(response.verdict(session.steps(), 200ms), Verdict::undecided);
}

// A machine that is busy looks at every third frame only.
TEST(LampResponse, few_frames_are_made_up_for_by_more_steps) {
  LitScene scene;
  scene.frames_per_second = 6;
  EXPECT_GE(count(scene, Verdict::answered, 2500ms), sessions - 1);
}

TEST(LampResponse, before_nothing_a_face_cannot_be_compared_with_anything) {
  LampSession session({}, 1);
  LampResponse response;
  for (int i = 0; i < 100; ++i) {
    FaceLight light = session.next();
    light.beside = {};
    response.see(light);
  }
  EXPECT_EQ(response.verdict(session.steps(), 200ms), Verdict::unseen);
}

TEST(LightOf, a_face_is_measured_within_and_the_hall_beside_and_above_the_head) {
  constexpr Box face{160, 110, 240, 210};
  camera::Frame frame = camera::make_frame(400, 300);
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x) {
      const bool in_face = x >= face.left && x < face.right && y >= face.top && y < face.bottom;
      std::fill_n(frame.row(y) + 3 * x, 3, static_cast<std::uint8_t>(in_face ? 255 : 128));
    }
  const FaceLight light = light_of(frame, face);
  EXPECT_NEAR(light.in_face, 1, 1e-3);
  const Box head = head_of(face);
  int beside = 0;
  for (int row = 0; row < FaceLight::rows; ++row)
    for (int column = 0; column < FaceLight::columns; ++column) {
      const auto at = static_cast<std::size_t>(row * FaceLight::columns + column);
      if (!light.beside.at(at)) continue;
      ++beside;
      EXPECT_NEAR(light.parts.at(at), std::pow(128 / 255.0, 2.2), 1e-3);
      EXPECT_TRUE(column * 20 + 20 <= head.left || column * 20 >= head.right || row * 20 + 20 <= head.top);
      EXPECT_LT(row * 20, face.bottom);
    }
  EXPECT_GE(beside, 20);
}

}  // namespace
}  // namespace sesame::biometric
