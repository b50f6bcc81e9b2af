#include "biometric/pipeline/site_view.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace sesame::biometric {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Box face{160, 110, 240, 210};

// What a hall looks like: squares of its own; light, and a camera's noise.
struct Hall {
  unsigned number = 1;
  double light = 1;
  double noise = 1;
  bool plain = false;
};

void paint(camera::Frame& frame, const Hall& hall, int left, int top, int right, int bottom) {
  std::minstd_rand random(hall.number + 77);
  std::normal_distribution<double> noise(0, hall.noise);
  for (int y = std::max(top, 0); y < std::min(bottom, frame.height); ++y)
    for (int x = std::max(left, 0); x < std::min(right, frame.width); ++x) {
      const unsigned column = (static_cast<unsigned>(x) + 5 * hall.number) / 16, row = (static_cast<unsigned>(y) + 9 * hall.number) / 16;
      const std::uint32_t square = (column * 2654435761U) ^ (row * 2246822519U) ^ (hall.number * 3266489917U);
      const double grey = hall.plain ? 128 : 60 + (square * 747796405U >> 16) % 120;
      std::fill_n(frame.row(y) + 3 * x, 3, static_cast<std::uint8_t>(std::clamp(hall.light * grey + noise(random), 0.0, 255.0)));
    }
}

camera::Frame empty(const Hall& hall, camera::FrameTime at = {}) {
  camera::Frame frame = camera::make_frame(400, 300);
  paint(frame, hall, 0, 0, 400, 300);
  frame.captured_at = at;
  return frame;
}

// Head and shoulders of somebody before it.
camera::Frame somebody_before(const Hall& hall) {
  camera::Frame frame = empty(hall);
  paint(frame, {.number = 99}, 150, 80, 250, 230);
  paint(frame, {.number = 98}, 130, 225, 270, 300);
  return frame;
}

SiteView knows(const Hall& hall) {
  SiteView site;
  for (int i = 0; i < 3; ++i) site.learn(empty(hall, seconds(5 * i)));
  return site;
}

float share(const std::optional<SiteSeen>& seen) { return seen ? seen->share : -1; }

TEST(SiteView, nothing_is_said_before_the_site_was_seen_often_enough) {
  SiteView site;
  EXPECT_FALSE(site.look(somebody_before({}), face).has_value());
  site.learn(empty({}));
  site.learn(empty({}, seconds(5)));
  EXPECT_FALSE(site.known());
  EXPECT_FALSE(site.look(somebody_before({}), face).has_value());
  site.learn(empty({}, seconds(10)));
  EXPECT_TRUE(site.known());
}

TEST(SiteView, beside_a_person_the_site_is_seen) {
  const auto seen = knows({}).look(somebody_before({}), face);
  ASSERT_TRUE(seen.has_value());
  EXPECT_GE(seen->places, 20U);
  EXPECT_GE(seen->share, 0.95F);
}

TEST(SiteView, beside_a_face_in_a_picture_it_is_not) {
  const Hall picture{.number = 2};
  const SiteView site = knows({});
  EXPECT_LE(share(site.look(somebody_before(picture), face)), 0.1F);  // that fills the view
  camera::Frame held = somebody_before({});                           // or leaves the site around it
  paint(held, picture, 90, 20, 310, 280);
  paint(held, {.number = 99}, 150, 80, 250, 230);
  EXPECT_LE(share(site.look(held, face)), 0.3F);
}

TEST(SiteView, light_and_exposure_change_nothing) {
  const SiteView site = knows({});
  for (const double light : {0.5, 0.8, 1.3}) EXPECT_GE(share(site.look(somebody_before({.light = light}), face)), 0.9F) << light;
  EXPECT_GE(share(site.look(somebody_before({.noise = 8}), face)), 0.9F);
}

TEST(SiteView, somebody_else_may_stand_on_one_side_and_not_on_both) {
  const SiteView site = knows({});
  camera::Frame queue = somebody_before({});
  paint(queue, {.number = 97}, 270, 60, 330, 300);
  EXPECT_GE(share(site.look(queue, face)), 0.9F);
  paint(queue, {.number = 96}, 70, 60, 130, 300);
  EXPECT_LE(share(site.look(queue, face)), 0.5F);
}

TEST(SiteView, a_face_at_the_edge_is_judged_by_the_sides_that_are_seen) {
  const Box at_the_edge{10, 110, 90, 210};
  const SiteView site = knows({});
  camera::Frame there = empty({});
  paint(there, {.number = 99}, 0, 80, 100, 230);
  EXPECT_GE(share(site.look(there, at_the_edge)), 0.9F);
  paint(there, {.number = 2}, 95, 20, 200, 280);  // a picture that covers one of the two
  EXPECT_LE(share(site.look(there, at_the_edge)), 0.3F);
}

TEST(SiteView, a_plain_wall_tells_nothing_and_a_thing_before_it_does) {
  const Hall wall{.plain = true};
  const SiteView site = knows(wall);
  EXPECT_FALSE(site.look(somebody_before(wall), face).has_value());
  const auto picture = site.look(somebody_before({.number = 2}), face);
  ASSERT_TRUE(picture.has_value());
  EXPECT_LE(picture->share, 0.1F);
}

// A street by night: nothing but the face is lit.
TEST(SiteView, a_hall_that_is_dark_now_and_then_tells_nothing_while_it_is) {
  const Hall night{.light = 0.1, .plain = true};
  SiteView site = knows({});
  for (int minute = 1; minute <= 12; ++minute) site.learn(empty(night, minutes(minute)));
  EXPECT_FALSE(site.look(somebody_before(night), face).has_value());
  EXPECT_GE(share(site.look(somebody_before({}), face)), 0.9F);
  const auto picture = site.look(somebody_before({.number = 2}), face);
  ASSERT_TRUE(picture.has_value());
  EXPECT_LE(picture->share, 0.2F);
}

TEST(SiteView, what_comes_now_and_then_is_not_there_for_long) {
  SiteView site = knows({});
  for (int minute = 1; minute <= 60; ++minute) site.learn(empty({.number = minute % 5 == 0 ? 5U : 1U}, minutes(minute)));
  EXPECT_LE(share(site.look(somebody_before({.number = 5}), face)), 0.3F);
}

TEST(SiteView, the_latest_appearances_are_kept_and_something_new_can_still_become_one) {
  SiteView site({.settle = {}, .looks = 2, .most_appearances = 2});
  for (unsigned hall = 1; hall <= 3; ++hall)
    for (int second : {0, 10}) site.learn(empty({.number = hall}, minutes(hall) + seconds(second)));
  site.learn(empty({.number = 9}, minutes(5)));  // in passing
  EXPECT_LE(share(site.look(somebody_before({.number = 1}), face)), 0.3F);
  EXPECT_GE(share(site.look(somebody_before({.number = 2}), face)), 0.9F);
  EXPECT_GE(share(site.look(somebody_before({.number = 3}), face)), 0.9F);
}

TEST(SiteView, what_is_new_counts_once_it_has_been_there_for_long) {
  const Hall changed{.number = 5};
  SiteView site = knows({});
  camera::FrameTime now = minutes(1);
  for (; now < minutes(10); now += minutes(1)) {
    site.learn(empty(changed, now));
    ASSERT_LE(share(site.look(somebody_before(changed), face)), 0.1F) << now.count();
  }
  for (; now < minutes(12); now += minutes(1)) site.learn(empty(changed, now));
  EXPECT_GE(share(site.look(somebody_before(changed), face)), 0.9F);
  EXPECT_GE(share(site.look(somebody_before({}), face)), 0.9F) << "and what was there before comes back: a lamp, a door";
}

// Somebody who leaves a display with an empty room in a corner of the view.
TEST(SiteView, a_small_thing_that_is_put_there_is_as_new_as_a_large_one) {
  SiteView site = knows({});
  const auto with_display = [](camera::Frame frame, camera::FrameTime at) {
    paint(frame, {.number = 5}, 20, 20, 130, 130);
    frame.captured_at = at;
    return frame;
  };
  constexpr Box in_it{55, 70, 95, 120};
  const auto played = [&] {
    camera::Frame frame = with_display(empty({}), minutes(10));
    paint(frame, {.number = 99}, 50, 55, 100, 130);
    return share(site.look(frame, in_it));
  };
  camera::FrameTime now = minutes(1);
  for (; now <= minutes(10); now += minutes(1)) site.learn(with_display(empty({}), now));
  EXPECT_LE(played(), 0.3F);
  for (; now <= minutes(12); now += minutes(1)) site.learn(with_display(empty({}), now));
  EXPECT_GE(played(), 0.9F);
}

TEST(SiteView, what_changes_by_little_and_little_is_new_as_well) {
  SiteView site = knows({});
  const camera::Frame before = empty({}), after = empty({.number = 5});
  for (int step = 1; step <= 9; ++step) {
    camera::Frame between = before;
    for (std::size_t i = 0; i < between.bytes.size(); ++i)
      between.bytes[i] = static_cast<std::uint8_t>(((9 - step) * before.bytes[i] + step * after.bytes[i]) / 9);
    between.captured_at = minutes(step);
    site.learn(between);
  }
  EXPECT_LE(share(site.look(somebody_before({.number = 5}), face)), 0.3F);
}

TEST(SiteView, two_looks_far_apart_are_not_long) {
  const Hall changed{.number = 5};
  SiteView site = knows({});
  site.learn(empty(changed, minutes(1)));
  site.learn(empty(changed, minutes(60)));
  EXPECT_LE(share(site.look(somebody_before(changed), face)), 0.1F);
}

TEST(SiteView, passing_sights_push_nothing_out) {
  SiteView site = knows({});
  for (unsigned i = 0; i < 40; ++i) site.learn(empty({.number = 100 + i}, minutes(i + 1)));
  EXPECT_GE(share(site.look(somebody_before({}), face)), 0.95F);
}

TEST(SiteView, what_was_not_seen_for_a_day_is_forgotten) {
  SiteView site = knows({});
  site.learn(empty({.number = 5}, std::chrono::hours(25)));
  EXPECT_FALSE(site.known());
}

// Somebody at `x`, and where their face is then.
camera::Frame somebody_at(int x, camera::FrameTime at = {}) {
  camera::Frame frame = empty({}, at);
  paint(frame, {.number = 99}, x - 10, 80, x + 90, 230);
  return frame;
}
Box face_at(int x) { return {static_cast<float>(x), 110, static_cast<float>(x) + 80, 210}; }

TEST(SiteView, what_a_person_hides_is_not_learned_and_what_was_seen_there_stays) {
  SiteView site({.settle = {}, .looks = 1});
  site.learn(somebody_at(160), face_at(160));
  const auto beside = site.look(somebody_at(300), face_at(300));
  ASSERT_TRUE(beside.has_value());
  EXPECT_GE(beside->share, 0.9F);
  site.learn(empty({}, seconds(15)));
  site.learn(somebody_at(160, seconds(20)), face_at(160));
  const auto of_all = site.look(somebody_at(300), face_at(300));
  ASSERT_TRUE(of_all.has_value());
  EXPECT_GT(of_all->places, beside->places);
  EXPECT_GE(of_all->share, 0.9F);
}

TEST(SiteView, another_camera_or_place_is_not_compared_with_the_one_before) {
  SiteView site = knows({});
  site.forget();
  EXPECT_FALSE(site.known());
  SiteView other = knows({});
  EXPECT_FALSE(other.look(camera::make_frame(300, 400), face).has_value());
  EXPECT_FALSE(other.look(camera::make_frame(640, 360), face).has_value());
  other.learn(camera::make_frame(640, 360));
  EXPECT_FALSE(other.known());
}

}  // namespace
}  // namespace sesame::biometric
