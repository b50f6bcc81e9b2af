#include "biometric/pipeline/capture.hpp"

#include <cmath>
#include <random>

#include "tests/unit/biometric/lamp_session.hpp"

namespace sesame::biometric {
namespace {

using std::chrono::milliseconds;

// A subject made of numbers: frames at 25 a second whose pixels and landmarks move as told.
class Subject {
 public:
  bool still = false;  // the same picture for ever
  int loop = 0;        // repeat the last so many pictures
  double liveness = 0.95;
  QualityHint hint = QualityHint::none;
  float yaw = 0;
  float inner_motion = 0.1F;
  bool plain_wall = false;
  float sway = 0;    // of what is beside the face, pixels
  float face_shift = 1;  // of the face against it
  std::optional<float> site;  // how much of it is beside the face

  Observation next(bool present = true) {
    Observation seen;
    auto frame = std::make_shared<camera::Frame>(camera::make_frame(160, 120));
    const int look = still ? 0 : loop > 0 ? n_ % loop : n_;
    for (int y = 0; y < frame->height; ++y)
      for (std::size_t i = 0; i < frame->stride; ++i)
        frame->row(y)[i] = static_cast<std::uint8_t>(
            100 + 20 * std::sin(0.1 * static_cast<double>(i) + 0.15 * look + 0.2 * y));
    frame->captured_at = milliseconds(40) * n_;
    frame->sequence = static_cast<std::uint64_t>(n_++);
    seen.frame = frame;
    if (!present) return seen;
    seen.faces = 1;
    seen.face = DetectedFace{{40, 20, 120, 110}, 0.99F};
    seen.landmarks = Landmarks{};
    seen.quality = Quality{};
    seen.quality->head_pose.yaw = yaw;
    seen.hint = hint;
    if (hint == QualityHint::none) {
      seen.liveness = liveness;
      seen.inner_motion = inner_motion;
    }
    if (!plain_wall) seen.surroundings = SurroundingsMotion{20, sway, face_shift};
    if (site) seen.site = SiteSeen{20, *site};
    return seen;
  }

 private:
  int n_ = 0;
};

std::vector<std::string> kinds(Capture& capture) {
  std::vector<std::string> out;
  for (const CaptureProgress& p : capture.take_progress()) out.emplace_back(to_string(p.kind));
  return out;
}

Capture::State run(Capture& capture, Subject& subject, int frames) {
  for (int i = 0; i < frames; ++i) capture.feed(subject.next());
  return capture.state();
}

TEST(Capture, a_live_face_is_held_within_half_a_second) {
  Subject subject;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 12), Capture::State::held);
  EXPECT_EQ(capture.probes().size(), 3U);
  EXPECT_LE(capture.result().in_view, milliseconds(500));
  EXPECT_THAT(kinds(capture), testing::ElementsAre("ready", "subjectDetected"));
}

TEST(Capture, a_presentation_attack_is_refused_by_pad_after_patience) {
  Subject subject;
  subject.liveness = 0.1;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 75), Capture::State::collecting);
  EXPECT_EQ(run(capture, subject, 15), Capture::State::refused);
  EXPECT_EQ(capture.result().attack_check, "pad");
}

TEST(Capture, one_lucky_frame_does_not_pass_the_median) {
  Subject subject;
  Capture capture({}, {});
  for (int i = 0; i < 120; ++i) {
    subject.liveness = i % 3 == 0 ? 0.99 : 0.1;
    capture.feed(subject.next());
  }
  EXPECT_EQ(capture.state(), Capture::State::refused);
}

TEST(Capture, a_middling_pad_score_needs_a_face_that_moves_within_itself) {
  Subject flat;
  flat.liveness = 0.6;
  Capture refused({}, {});
  EXPECT_EQ(run(refused, flat, 100), Capture::State::refused);
  EXPECT_EQ(refused.result().attack_check, "motion");
  Subject talking;
  talking.liveness = 0.6;
  talking.inner_motion = 0.6F;
  Capture held({}, {});
  EXPECT_EQ(run(held, talking, 12), Capture::State::held);
}

TEST(Capture, a_face_whose_surroundings_sway_is_a_picture_in_a_hand) {
  Subject subject;
  subject.sway = 1.5F;
  subject.inner_motion = 0.6F;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 100), Capture::State::refused);
  EXPECT_EQ(capture.result().attack_check, "surroundings");
}

TEST(Capture, a_face_that_never_moves_against_what_is_beside_it_is_a_picture_on_a_stand) {
  Subject subject;
  subject.face_shift = 0.05F;
  subject.inner_motion = 0.6F;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 100), Capture::State::refused);
  EXPECT_EQ(capture.result().attack_check, "stillness");
}

CaptureRules site_rules(CheckRule rule) {
  CaptureRules rules;
  rules.site = rule;
  return rules;
}

TEST(Capture, a_face_that_brings_its_own_surroundings_along_is_a_picture) {
  for (const CheckRule rule : {CheckRule::where_possible, CheckRule::required}) {
    Subject subject;
    subject.site = 0.2F;
    subject.inner_motion = 0.6F;
    Capture refused({}, site_rules(rule));
    EXPECT_EQ(run(refused, subject, 100), Capture::State::refused);
    EXPECT_EQ(refused.result().attack_check, "site");
    subject.site = 0.7F;
    Capture held({}, site_rules(rule));
    EXPECT_EQ(run(held, subject, 12), Capture::State::held);
  }
}

TEST(Capture, where_nothing_of_the_site_can_be_told_only_who_requires_it_refuses) {
  Subject subject;
  Capture held({}, site_rules(CheckRule::where_possible));
  EXPECT_EQ(run(held, subject, 12), Capture::State::held);
  Capture refused({}, site_rules(CheckRule::required));
  EXPECT_EQ(run(refused, subject, 100), Capture::State::refused);
  EXPECT_EQ(refused.result().attack_check, "site");
}

TEST(Capture, the_site_is_not_looked_for_unless_it_is_asked_for) {
  Subject subject;
  subject.site = 0.0F;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 12), Capture::State::held);
}

TEST(Capture, a_person_who_stands_quite_still_at_first_is_waited_for) {
  Subject subject;
  subject.face_shift = 0.05F;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 40), Capture::State::collecting);
  subject.face_shift = 0.4F;
  EXPECT_EQ(run(capture, subject, 1), Capture::State::held);
}

TEST(Capture, before_a_plain_wall_a_face_must_move_within_itself_whatever_its_score) {
  Subject still_face;
  still_face.plain_wall = true;
  Capture refused({}, {});
  EXPECT_EQ(run(refused, still_face, 100), Capture::State::refused);
  EXPECT_EQ(refused.result().attack_check, "motion");
  Subject talking = {};
  talking.plain_wall = true;
  talking.inner_motion = 0.6F;
  Capture held({}, {});
  EXPECT_EQ(run(held, talking, 12), Capture::State::held);
}

TEST(Capture, a_knock_against_the_machine_delays_and_does_not_refuse) {
  Subject subject;
  Capture capture({}, {});
  subject.sway = 5;
  EXPECT_EQ(run(capture, subject, 12), Capture::State::collecting);
  subject.sway = 0.1F;
  EXPECT_EQ(run(capture, subject, 55), Capture::State::held);
}

TEST(Capture, frozen_frames_are_refused_even_with_a_perfect_pad_score) {
  Subject subject;
  subject.still = true;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 100), Capture::State::refused);
  EXPECT_EQ(capture.result().attack_check, "frozen");
}

TEST(Capture, a_short_loop_of_frames_is_refused_as_repeated) {
  Subject subject;
  subject.loop = 8;
  Capture capture({}, {});
  EXPECT_EQ(run(capture, subject, 100), Capture::State::refused);
  EXPECT_EQ(capture.result().attack_check, "repeated");
}

TEST(Capture, a_face_that_moves_only_as_a_whole_is_refused_where_natural_motion_is_asked) {
  CaptureRequest request;
  request.natural_motion = true;
  Subject flat;
  Capture refused(request, {});
  EXPECT_EQ(run(refused, flat, 100), Capture::State::refused);
  EXPECT_EQ(refused.result().attack_check, "motion");
  Subject talking;
  talking.inner_motion = 0.6F;
  Capture held(request, {});
  EXPECT_EQ(run(held, talking, 12), Capture::State::held);
}

TEST(Capture, hints_are_told_when_they_change_and_nothing_is_held) {
  Subject subject;
  subject.hint = QualityHint::come_closer;
  Capture capture({}, {});
  run(capture, subject, 20);
  subject.hint = QualityHint::more_light;
  run(capture, subject, 20);
  EXPECT_THAT(kinds(capture), testing::ElementsAre("ready", "subjectDetected", "hint", "hint"));
  capture.give_up();
  EXPECT_EQ(capture.result().outcome, CaptureResult::Outcome::poor_quality);
  EXPECT_EQ(capture.result().hint, QualityHint::more_light);
}

std::vector<QualityHint> hints(Capture& capture) {
  std::vector<QualityHint> told;
  for (const CaptureProgress& news : capture.take_progress())
    if (news.kind == CaptureProgress::Kind::hint) told.push_back(news.hint);
  return told;
}

TEST(Capture, who_sits_too_still_is_asked_to_blink_and_held_when_they_do) {
  Subject subject;
  CaptureRequest request;
  request.natural_motion = true;
  Capture capture(request, {});
  run(capture, subject, 20);
  EXPECT_THAT(hints(capture), testing::IsEmpty());  // most people do by themselves
  run(capture, subject, 60);
  EXPECT_THAT(hints(capture), testing::ElementsAre(QualityHint::blink));
  subject.inner_motion = 1;
  EXPECT_EQ(run(capture, subject, 1), Capture::State::held);
}

TEST(Capture, what_helps_is_told_again_after_words_that_took_its_place) {
  Subject subject;
  CaptureRequest request;
  request.natural_motion = true;
  Capture capture(request, {});
  run(capture, subject, 40);
  subject.hint = QualityHint::come_closer;
  run(capture, subject, 2);
  subject.hint = QualityHint::none;
  run(capture, subject, 20);
  EXPECT_THAT(hints(capture), testing::ElementsAre(QualityHint::blink, QualityHint::come_closer));
  run(capture, subject, 10);
  EXPECT_THAT(hints(capture), testing::ElementsAre(QualityHint::blink));
}

TEST(Capture, what_helps_is_told_of_what_a_person_can_do_something_about) {
  const auto told = [](auto change) {
    Subject subject;
    change(subject);
    Capture capture({}, {});
    EXPECT_EQ(run(capture, subject, 100), Capture::State::refused);
    return hints(capture);
  };
  EXPECT_THAT(told([](Subject& s) { s.face_shift = 0.05F; }), testing::ElementsAre(QualityHint::move_a_little));
  EXPECT_THAT(told([](Subject& s) { s.sway = 1.5F; }), testing::ElementsAre(QualityHint::hold_still));
  EXPECT_THAT(told([](Subject& s) { s.liveness = 0.1; }), testing::IsEmpty());
  EXPECT_THAT(told([](Subject& s) { s.still = true; }), testing::IsEmpty());
}

TEST(Capture, who_walks_up_swaying_is_held_once_they_stand) {
  Subject subject;
  subject.sway = 5;
  Capture capture({}, {});
  run(capture, subject, 25);
  subject.sway = 0.1F;
  EXPECT_EQ(run(capture, subject, 49), Capture::State::collecting);
  EXPECT_EQ(run(capture, subject, 5), Capture::State::held);
}

TEST(Capture, who_looks_away_for_long_is_not_judged_by_what_was_wanting_before) {
  Subject subject;
  CaptureRequest request;
  request.natural_motion = true;
  Capture capture(request, {});
  run(capture, subject, 30);
  subject.hint = QualityHint::look_straight;
  run(capture, subject, 100);
  subject.hint = QualityHint::none;
  EXPECT_EQ(run(capture, subject, 30), Capture::State::collecting);
  subject.inner_motion = 0.6F;
  EXPECT_EQ(run(capture, subject, 1), Capture::State::held);
}

TEST(Capture, a_subject_that_leaves_takes_their_frames_along) {
  Subject subject;
  Capture capture({}, {});
  run(capture, subject, 8);
  for (int i = 0; i < 15; ++i) capture.feed(subject.next(false));
  EXPECT_EQ(capture.state(), Capture::State::searching);
  EXPECT_THAT(kinds(capture), testing::ElementsAre("ready", "subjectDetected", "subjectLost"));
  EXPECT_TRUE(capture.probes().empty());
  EXPECT_EQ(run(capture, subject, 4), Capture::State::collecting);
  capture.give_up();
}

TEST(Capture, nobody_at_all_is_no_subject) {
  Subject subject;
  Capture capture({}, {});
  for (int i = 0; i < 15; ++i) capture.feed(subject.next(false));
  capture.give_up();
  EXPECT_EQ(capture.result().outcome, CaptureResult::Outcome::no_subject);
}

TEST(Capture, a_directed_turn_must_go_the_right_way_and_come_back) {
  CaptureRequest request;
  request.head_motion = HeadMotion::turn_left;
  Subject subject;
  Capture capture(request, {}, {HeadMotion::turn_left});
  EXPECT_EQ(run(capture, subject, 20), Capture::State::collecting);
  EXPECT_THAT(kinds(capture), testing::ElementsAre("ready", "subjectDetected", "headMotion"));
  subject.yaw = -18;
  run(capture, subject, 5);
  subject.yaw = 0;
  EXPECT_EQ(run(capture, subject, 5), Capture::State::collecting);
  subject.yaw = 18;
  EXPECT_EQ(run(capture, subject, 5), Capture::State::collecting);
  subject.yaw = 1;
  EXPECT_EQ(run(capture, subject, 5), Capture::State::held);
}

void turn(Capture& capture, Subject& subject, float yaw) {
  subject.yaw = yaw;
  run(capture, subject, 5);
  subject.yaw = 0;
  run(capture, subject, 5);
}

TEST(Capture, movements_are_asked_for_one_after_the_other_and_only_in_that_order) {
  Subject subject;
  Capture capture({}, {}, {HeadMotion::turn_right, HeadMotion::turn_left});
  run(capture, subject, 15);
  turn(capture, subject, 18);
  EXPECT_THAT(kinds(capture), testing::ElementsAre("ready", "subjectDetected", "headMotion"));
  turn(capture, subject, -18);
  EXPECT_THAT(kinds(capture), testing::ElementsAre("headMotion"));
  EXPECT_EQ(capture.state(), Capture::State::collecting);
  turn(capture, subject, 18);
  EXPECT_EQ(capture.state(), Capture::State::held);
}

TEST(Capture, who_does_not_turn_in_time_is_refused) {
  Subject subject;
  Capture capture({}, {}, {HeadMotion::turn_left});
  EXPECT_EQ(run(capture, subject, 100), Capture::State::collecting);
  EXPECT_EQ(run(capture, subject, 20), Capture::State::refused);
  EXPECT_EQ(capture.result().attack_check, "head_motion");
}

TEST(Capture, probes_are_of_the_first_moment_and_of_the_last_and_come_as_they_are_chosen) {
  Subject subject;
  Capture capture({}, {}, {HeadMotion::turn_left});
  const Observation first = subject.next();
  capture.feed(first);
  ASSERT_EQ(capture.probes().size(), 1U);
  EXPECT_EQ(capture.probes().front().frame, first.frame);
  run(capture, subject, 20);
  EXPECT_EQ(capture.probes().size(), 2U);
  turn(capture, subject, 18);
  ASSERT_EQ(capture.state(), Capture::State::held);
  ASSERT_EQ(capture.probes().size(), 3U);
  EXPECT_EQ(capture.probes().front().frame, first.frame);
  EXPECT_GT(capture.probes().back().frame->captured_at, milliseconds(600));
}

CaptureRules lamp_rules(CheckRule rule) {
  CaptureRules rules;
  rules.lamp = rule;
  return rules;
}

// Before a lamp that is switched all the while; how it ends, with the check that refused.
std::string before_lamp(const LitScene& scene, CheckRule rule, std::uint32_t seed = 1) {
  Subject subject;
  LampSession lamp(scene, seed);
  Capture capture({}, lamp_rules(rule));
  for (int i = 0; i < 250 && (i == 0 || capture.looks_at_somebody()); ++i) {
    Observation seen = subject.next();
    seen.light = lamp.next();
    capture.feed(seen, lamp.steps());
  }
  capture.give_up();
  return capture.state() == Capture::State::held ? "held" : capture.result().attack_check;
}

LitScene print() {
  LitScene print;
  print.far = print.near;
  return print;
}
LitScene bright_hall() {
  LitScene bright;
  bright.near = bright.far = 0.005;
  return bright;
}

TEST(Capture, where_a_lamp_is_required_a_face_must_answer_it) {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    EXPECT_EQ(before_lamp({}, CheckRule::required, seed), "held");
    EXPECT_EQ(before_lamp(print(), CheckRule::required, seed), "lamp");
    EXPECT_EQ(before_lamp(bright_hall(), CheckRule::required, seed), "lamp");
  }
}

// Nobody can tell a face in a bright hall from a display by a lamp: what else is asked must do.
TEST(Capture, where_a_lamp_is_used_where_possible_one_that_nobody_sees_is_no_evidence) {
  for (std::uint32_t seed = 1; seed <= 4; ++seed) {
    EXPECT_EQ(before_lamp({}, CheckRule::where_possible, seed), "held");
    EXPECT_EQ(before_lamp(print(), CheckRule::where_possible, seed), "lamp");
    EXPECT_EQ(before_lamp(bright_hall(), CheckRule::where_possible, seed), "held");
  }
}

TEST(Capture, a_lamp_takes_its_time_and_that_is_no_failure) {
  Subject subject;
  LampSession lamp({}, 1);
  Capture capture({}, lamp_rules(CheckRule::required));
  for (int i = 0; i < 24; ++i) {
    Observation seen = subject.next();
    seen.light = lamp.next();
    capture.feed(seen, lamp.steps());
  }
  EXPECT_EQ(capture.state(), Capture::State::collecting);
  capture.give_up();
  EXPECT_EQ(capture.result().outcome, CaptureResult::Outcome::poor_quality);
}

TEST(Capture, a_lamp_that_is_never_switched_is_not_waited_for_for_ever) {
  Subject subject;
  LampSession lamp({}, 1);
  Capture capture({}, lamp_rules(CheckRule::required));
  int frames = 0;
  for (; frames < 250 && capture.state() != Capture::State::refused; ++frames) {
    Observation seen = subject.next();
    seen.light = lamp.next();
    capture.feed(seen, {});
  }
  EXPECT_EQ(capture.result().attack_check, "lamp");
  EXPECT_NEAR(frames, 176, 3);
}

TEST(Capture, an_answer_of_who_was_there_before_does_not_count) {
  Subject subject;
  LampSession lamp({}, 1);
  CaptureRules rules = lamp_rules(CheckRule::required);
  rules.patience = milliseconds(6000);
  Capture capture({}, rules);
  subject.liveness = 0.1;  // which keeps it from ending
  const auto look = [&](bool present) {
    Observation seen = subject.next(present);
    const FaceLight light = lamp.next();
    if (present) seen.light = light;
    capture.feed(seen, lamp.steps());
  };
  for (int i = 0; i < 110; ++i) look(true);
  for (int i = 0; i < 12; ++i) look(false);
  EXPECT_FALSE(capture.looks_at_somebody());
  subject.liveness = 0.95;
  for (int i = 0; i < 30; ++i) look(true);
  EXPECT_EQ(capture.state(), Capture::State::collecting);
}

}  // namespace
}  // namespace sesame::biometric
