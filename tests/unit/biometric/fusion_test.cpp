#include "biometric/pipeline/fusion.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace sesame::biometric {
namespace {

using testing::ElementsAre;

const Calibration calibration({{1e-2, 0.24}, {1e-3, 0.33}, {1e-4, 0.41}, {1e-5, 0.47}});

// Faces are directions at random; a look is the face and something of its own.
Template direction(unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Template values(512);
  for (float& value : values) value = normal(random);
  return of_unit_length(values);
}
Template look(unsigned person, unsigned number, float own = 0.7F) {
  Template face = direction(person);
  const Template rest = direction(1000 * person + number);
  for (std::size_t i = 0; i < face.size(); ++i) face[i] = (1 - own) * face[i] + own * rest[i];
  return of_unit_length(face);
}
double length(const Template& values) { return std::sqrt(cosine(values, values)); }

TEST(Fusion, a_fused_template_is_nearer_to_the_face_than_any_look) {
  const std::vector<Template> looks = {look(1, 1), look(1, 2), look(1, 3)};
  const Template face = fuse(looks);
  for (const Template& one : looks)
    EXPECT_GT(cosine(of_unit_length(face), direction(1)), cosine(one, direction(1)));
}

// It would match strangers more often than a single look does; its length takes that back.
TEST(Fusion, the_less_the_looks_agree_the_shorter_is_the_fused_template) {
  EXPECT_NEAR(length(fuse({look(1, 1)})), 1, 1e-6);
  EXPECT_NEAR(length(fuse({look(1, 1), look(1, 1), look(1, 1)})), 1, 1e-6);
  const Template one = look(1, 1, 0.5F);
  const Template other = look(1, 2, 0.5F);
  const double mean = std::sqrt((1 + cosine(one, other)) / 2);
  EXPECT_NEAR(length(fuse({one, other})), std::pow(mean, 0.3), 1e-6);
  EXPECT_LT(length(fuse({look(1, 1, 0.6F), look(1, 2, 0.6F)})), length(fuse({one, other})));
}

TEST(Fusion, of_a_single_look_nothing_can_be_said) {
  const OneFace one = fuse_one_face({look(1, 1)}, calibration);
  EXPECT_THAT(one.looks, ElementsAre(Belonging::same_face));
  EXPECT_NEAR(cosine(one.face, look(1, 1)), 1, 1e-6);
}

TEST(Fusion, a_look_at_somebody_else_is_found_wherever_it_stands_and_is_not_averaged_in) {
  const std::vector<Template> his = {look(1, 1, 0.5F), look(1, 2, 0.5F), look(1, 3, 0.5F)};
  const Template without = fuse(his);
  for (std::size_t place = 0; place <= his.size(); ++place) {
    std::vector<Template> looks = his;
    looks.insert(looks.begin() + static_cast<std::ptrdiff_t>(place), look(2, 1, 0.5F));
    const OneFace one = fuse_one_face(looks, calibration);
    for (std::size_t i = 0; i < looks.size(); ++i)
      EXPECT_EQ(one.looks[i], i == place ? Belonging::somebody_else : Belonging::same_face) << place;
    EXPECT_EQ(one.agreeing, 3U);
    EXPECT_EQ(one.face, without);
  }
}

// Two people twice each, or one each: the customer could be either.
TEST(Fusion, without_a_majority_there_is_no_face) {
  EXPECT_TRUE(fuse_one_face({look(1, 1), look(2, 1)}, calibration).face.empty());
  const OneFace even = fuse_one_face({look(1, 1, 0.4F), look(2, 1, 0.4F), look(2, 2, 0.4F), look(1, 2, 0.4F)}, calibration);
  EXPECT_TRUE(even.face.empty());
  EXPECT_EQ(even.agreeing, 2U);
}

// What is too poor to match any one look may well match what all have in common.
TEST(Fusion, a_poor_look_that_matches_the_fusion_of_the_others_belongs_to_it) {
  const std::vector<Template> looks = {look(1, 1, 0.5F), look(1, 2, 0.5F), look(1, 3, 0.5F), look(1, 4, 0.65F)};
  for (std::size_t i = 0; i < 3; ++i) ASSERT_LT(cosine(looks[i], looks[3]), 0.41);
  EXPECT_EQ(fuse_one_face(looks, calibration).agreeing, 4U);
}

TEST(Fusion, between_same_and_somebody_else_a_look_is_only_unlike_the_others) {
  const std::vector<Template> looks = {look(1, 1, 0.5F), look(1, 2, 0.5F), look(1, 3, 0.5F), look(1, 4, 0.75F)};
  const double likeness = cosine(looks[3], fuse({looks[0], looks[1], looks[2]}));
  ASSERT_GT(likeness, 0.24);
  ASSERT_LT(likeness, 0.41);
  EXPECT_THAT(fuse_one_face(looks, calibration).looks,
              ElementsAre(Belonging::same_face, Belonging::same_face, Belonging::same_face, Belonging::unlike_the_others));
}

TEST(Fusion, a_calibration_that_ends_early_judges_by_its_strictest_rate) {
  const Calibration early({{1e-2, 0.24}, {1e-3, 0.33}});
  EXPECT_EQ(fuse_one_face({look(1, 1, 0.5F), look(1, 2, 0.5F), look(2, 1, 0.5F)}, early).agreeing, 2U);
}

TEST(Fusion, templates_of_other_lengths_are_unlike) {
  EXPECT_EQ(cosine({1, 0}, {1, 0, 0}), -1);
}

TEST(Fusion, wiping_leaves_nothing) {
  Template values = {1, 2, 3};
  wipe(values);
  EXPECT_TRUE(values.empty());
}

}  // namespace
}  // namespace sesame::biometric
