#include "biometric/attack/recapture.hpp"

#include <cmath>

#include "biometric/pipeline/surroundings.hpp"
#include "biometric/process/simulated_camera.hpp"
#include "tests/unit/biometric/lamp_session.hpp"

namespace sesame::biometric {
namespace {

// A picture with everything in it from black to white, and a bright square in its middle.
camera::Frame picture() {
  camera::Frame frame = camera::make_frame(240, 180);
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x) {
      const bool square = std::abs(x - 120) < 30 && std::abs(y - 90) < 30;
      std::fill_n(frame.row(y) + 3 * x, 3, static_cast<std::uint8_t>(square ? 255 : (x / 20 + y / 20) % 2 == 0 ? 0 : 140));
    }
  return frame;
}

double grey(const camera::Frame& frame, int x, int y) {
  const std::uint8_t* at = frame.row(y) + 3 * x;
  return (at[0] + at[1] + at[2]) / 3.0;
}
double mean(const camera::Frame& frame, int left, int top, int size) {
  double sum = 0;
  for (int y = top; y < top + size; ++y)
    for (int x = left; x < left + size; ++x) sum += grey(frame, x, y);
  return sum / size / size;
}
double difference(const camera::Frame& a, const camera::Frame& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.bytes.size(); ++i) sum += std::abs(a.bytes[i] - b.bytes[i]);
  return sum / static_cast<double>(a.bytes.size());
}
double darkest(const camera::Frame& frame) {
  double least = 255;
  for (int y = 70; y < 110; y += 4)
    for (int x = 20; x < 220; x += 4) least = std::min(least, mean(frame, x, y, 3));
  return least;
}

TEST(Recapture, is_the_same_for_the_same_seed_and_another_for_another) {
  for (const std::string_view word : species_words) {
    const AttackSpecies species = *species_of(word);
    if (species == AttackSpecies::frozen) continue;
    Recapture one(species, 4), same(species, 4), other(species, 5);
    one(picture());
    same(picture());
    other(picture());
    const camera::Frame second = one(picture());
    EXPECT_EQ(second.bytes, same(picture()).bytes) << word;
    EXPECT_NE(second.bytes, other(picture()).bytes) << word;
  }
}

TEST(Recapture, ink_and_displays_have_no_black) {
  const double live = darkest(picture());
  EXPECT_LT(live, 5);
  Recapture print(AttackSpecies::flat_print, 1);
  Recapture screen(AttackSpecies::screen_still, 1);
  EXPECT_GT(darkest(print(picture())), 20);
  EXPECT_GT(darkest(screen(picture())), 5);
}

TEST(Recapture, what_a_hand_holds_never_stands_still) {
  Recapture print(AttackSpecies::flat_print, 1);
  const camera::Frame first = print(picture());
  camera::Frame later = first;
  for (int i = 0; i < 20; ++i) later = print(picture());
  EXPECT_GT(difference(first, later), 2);
}

TEST(Recapture, what_is_on_a_stand_stands_still_but_for_the_cameras_noise) {
  for (const AttackSpecies species : {AttackSpecies::print_on_stand, AttackSpecies::screen_on_stand}) {
    Recapture on_stand(species, 1);
    on_stand.turn(HeadMotion::nod);
    const camera::Frame first = on_stand(picture());
    camera::Frame later = first;
    for (int i = 0; i < 20; ++i) later = on_stand(picture());
    EXPECT_LT(difference(first, later), 2) << to_string(species);
    EXPECT_NE(first.bytes, later.bytes) << to_string(species);
  }
}

TEST(Recapture, behind_a_cut_out_is_a_hall_that_stands_still) {
  Recapture cut_out(AttackSpecies::cut_out, 1);
  const camera::Frame first = cut_out(picture());
  camera::Frame later = first;
  for (int i = 0; i < 20; ++i) later = cut_out(picture());
  EXPECT_NEAR(mean(first, 2, 2, 12), mean(later, 2, 2, 12), 2);
}

TEST(Recapture, when_the_thing_is_gone_its_hall_is_there) {
  Recapture cut_out(AttackSpecies::cut_out, 1);
  const camera::FramePtr gone = cut_out.when_gone(picture());
  ASSERT_TRUE(gone);
  const camera::Frame there = cut_out(picture());
  EXPECT_EQ(gone->width, there.width);
  EXPECT_NEAR(mean(*gone, 2, 2, 12), mean(there, 2, 2, 12), 5);  // the lamp that the thing mirrors lights it a little
  EXPECT_GT(difference(*gone, there), 5);
  EXPECT_FALSE(Recapture(AttackSpecies::frozen, 1).when_gone(picture())) << "what no camera sees has no hall";
  const auto attacker = attack_with_picture(AttackSpecies::flat_print, picture(), 1);
  EXPECT_TRUE(attacker->when_gone());
}

TEST(Recapture, a_video_on_a_display_goes_on_and_a_photograph_does_not) {
  const camera::Frame black = camera::make_frame(240, 180);
  for (const AttackSpecies species : {AttackSpecies::screen_still, AttackSpecies::screen_video,
                                      AttackSpecies::screen_on_stand, AttackSpecies::video_on_stand}) {
    Recapture attack(species, 1);
    attack(picture());
    const double seen = mean(attack(black), 105, 75, 30);
    if (shows_video(species))
      EXPECT_LT(seen, 60) << to_string(species);
    else
      EXPECT_GT(seen, 100) << to_string(species);
  }
}

TEST(Recapture, the_camera_alone_moves_nothing) {
  const auto seen = live_take_through(Control::camera, camera::open_still(picture()), 3);
  const camera::FramePtr frame = seen->newest(camera::FrameTime{0});
  EXPECT_LT(difference(*frame, picture()), 12);
  EXPECT_GT(difference(*frame, picture()), 0.5);
}

// A face before soft shapes, neither black nor white anywhere.
constexpr Box face{92, 50, 148, 122};
camera::Frame portrait() {
  camera::Frame frame = camera::make_frame(240, 180);
  for (int y = 0; y < frame.height; ++y)
    for (int x = 0; x < frame.width; ++x) {
      const double from_middle = std::hypot((x - 120) / 32.0, (y - 86) / 44.0);
      const double value =
          from_middle < 1 ? 150 - 20 * from_middle : 110 + 40 * std::sin(x / 13.0) * std::sin(y / 9.0);
      std::fill_n(frame.row(y) + 3 * x, 3, static_cast<std::uint8_t>(value));
    }
  return frame;
}

// What is made of a lamp that is switched at random before it.
LampResponse::Verdict answer_of(camera::FrameSource& source, std::uint32_t seed) {
  camera::LampChallenge challenge(*source.lamp(), LampSession::random_of(seed));
  LampResponse response;
  challenge.begin({});
  for (camera::FrameTime now{}; now < std::chrono::seconds(4); now += std::chrono::milliseconds(5)) {
    if (const camera::FramePtr frame = source.newest(now)) response.see(light_of(*frame, face));
    if (const auto on = challenge.due(now)) source.switch_lamp(*on);
  }
  const std::vector<camera::LampStep> steps(challenge.steps().begin(), challenge.steps().end());
  return response.verdict(steps, source.lamp()->longest_latency);
}

TEST(SimulatedLamp, a_living_face_answers_it_as_recorded_and_seen_by_the_camera_model) {
  const auto find = [](const camera::FramePtr&) { return std::optional(face); };
  for (std::uint32_t seed = 1; seed <= 4; ++seed)
    for (const bool seen : {false, true}) {
      const auto source = before_lamp(camera::open_still(portrait()), SimulatedLamp(seed), find,
                                      seen ? seen_through(Control::camera, seed) : camera::FrameChange());
      EXPECT_EQ(answer_of(*source, seed), LampResponse::Verdict::answered) << seed << (seen ? " seen" : "");
    }
}

TEST(SimulatedLamp, a_print_a_display_and_a_fake_camera_do_not) {
  for (std::uint32_t seed = 1; seed <= 2; ++seed) {
    const auto answer = [&](AttackSpecies species) {
      return answer_of(*attack_with_picture(species, portrait(), seed, 25, face, SimulatedLamp(seed)), seed);
    };
    for (const AttackSpecies print : {AttackSpecies::print_on_stand, AttackSpecies::flat_print})
      EXPECT_EQ(answer(print), LampResponse::Verdict::not_answered) << seed;
    for (const AttackSpecies display :
         {AttackSpecies::screen_on_stand, AttackSpecies::video_on_stand, AttackSpecies::screen_still})
      EXPECT_NE(answer(display), LampResponse::Verdict::answered) << seed;
    for (const AttackSpecies fake : {AttackSpecies::frozen, AttackSpecies::frozen_noisy})
      EXPECT_EQ(answer(fake), LampResponse::Verdict::unseen) << seed;
    EXPECT_EQ(answer_of(*ignoring_lamp(camera::open_still(portrait())), seed), LampResponse::Verdict::unseen);
  }
}

// Near before a far hall, as a face is. What refuses it is that nothing in it moves (InnerMotion).
TEST(SimulatedLamp, a_picture_that_was_cut_out_answers_as_a_face_does) {
  const auto cut_out = attack_with_picture(AttackSpecies::cut_out, portrait(), 3, 25, face, SimulatedLamp(3));
  EXPECT_EQ(answer_of(*cut_out, 3), LampResponse::Verdict::answered);
}

TEST(SimulatedLamp, is_lit_for_as_much_of_an_exposure_as_it_is_and_late) {
  using std::chrono::milliseconds;
  SimulatedLamp lamp({0.5, 0.01, 0.01}, milliseconds(50));
  lamp.pass_time(milliseconds(100));
  lamp.switch_to(true);
  lamp.pass_time(milliseconds(300));
  lamp.switch_to(false);
  EXPECT_EQ(lamp.lit(milliseconds(149)), 0);
  EXPECT_NEAR(lamp.lit(milliseconds(157)), 0.5, 0.1);
  EXPECT_EQ(lamp.lit(milliseconds(200)), 1);
  EXPECT_EQ(lamp.lit(milliseconds(349)), 1);
  EXPECT_EQ(lamp.lit(milliseconds(370)), 0);
}

// A camera drops its source when the take ends or the source is refused; what is asked for then reaches nobody.
TEST(SimulatedCamera, who_stands_before_it_goes_with_the_source) {
  auto attacker = attack_with_picture(AttackSpecies::flat_print, picture(), 1);
  const std::weak_ptr<SimulatedPerson> person = attacker->handle();
  ASSERT_TRUE(person.lock());
  person.lock()->asked(HeadMotion::nod);
  attacker.reset();
  EXPECT_FALSE(person.lock());
}

TEST(SimulatedCamera, says_what_it_does_not_understand) {
  const auto refusal = [](const std::string& words) {
    try {
      open_scene(words);
    } catch (const camera::SourceError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_THAT(refusal("somebody"), testing::HasSubstr("\"somebody\" is no scene"));
  EXPECT_THAT(refusal("take \"x.mp4\" through walls"), testing::HasSubstr("is nothing that a live take is seen through"));
  EXPECT_THAT(refusal("picture \"x.jpg\" as ghost"), testing::HasSubstr("is no attack species"));
  EXPECT_THAT(refusal("take \"x.mp4\" lamps"), testing::HasSubstr("\"lamps\" is not understood"));
  EXPECT_THAT(refusal("take \"x.mp4\" turning through camera"), testing::HasSubstr("a live take seen in one way"));
  for (const char* words : {"take \"x.mp4\" turning by sensor", "take \"x.mp4\" as screen_video by recorder",
                            "picture \"x.jpg\" as flat_print by sensor"})
    EXPECT_THAT(refusal(words), testing::HasSubstr("only a live take")) << words;
}

}  // namespace
}  // namespace sesame::biometric
