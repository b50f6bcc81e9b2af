#include "biometric/attack/recapture.hpp"

#include <cmath>

#include "biometric/process/simulated_camera.hpp"
#include "biometric/pipeline/surroundings.hpp"

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
  EXPECT_THAT(refusal("take \"x.mp4\" turning through camera"), testing::HasSubstr("a live take seen in one way"));
  for (const char* words : {"take \"x.mp4\" turning by sensor", "take \"x.mp4\" as screen_video by recorder",
                            "picture \"x.jpg\" as flat_print by sensor"})
    EXPECT_THAT(refusal(words), testing::HasSubstr("only a live take")) << words;
}

}  // namespace
}  // namespace sesame::biometric
