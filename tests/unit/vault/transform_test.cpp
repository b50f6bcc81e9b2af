#include "biometric/template/transform.hpp"

#include <gtest/gtest.h>

#include "biometric/template/crypto.hpp"
#include "tests/unit/vault/faces.hpp"

namespace sesame::biometric {
namespace {

const Secret& key() {
  static const Secret key{ByteView(Bytes(32, 5))};
  return key;
}

std::vector<float> transformed(const GalleryTransform& transform, std::vector<float> values) {
  transform.apply(values);
  return values;
}

class GalleryTransformOf : public testing::TestWithParam<std::size_t> {};

TEST_P(GalleryTransformOf, is_orthonormal_to_1e_5) {
  const std::size_t n = GetParam();
  const GalleryTransform transform(key(), 1, n);
  std::vector<std::vector<float>> columns;
  for (std::size_t i = 0; i < n; ++i) {
    std::vector<float> axis(n, 0.0F);
    axis[i] = 1;
    columns.push_back(transformed(transform, axis));
  }
  float worst = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i; j < n; ++j) {
      worst = std::max(worst, std::abs(cosine(columns[i], columns[j]) - (i == j ? 1.0F : 0.0F)));
    }
  }
  EXPECT_LT(worst, 1e-5F);
}

TEST_P(GalleryTransformOf, every_value_reaches_every_other) {
  const std::size_t n = GetParam();
  const GalleryTransform transform(key(), 1, n);
  std::vector<float> axis(n, 0.0F);
  axis[n / 3] = 1;
  const std::vector<float> spread = transformed(transform, axis);
  std::size_t untouched = 0;
  for (const float value : spread) untouched += std::abs(value) < 1e-7F ? 1 : 0;
  // A sum of signs may be zero by chance.
  EXPECT_LT(untouched, n / 8);
  EXPECT_LT(*std::ranges::max_element(spread), 0.6F);
}

INSTANTIATE_TEST_SUITE_P(Dimensions, GalleryTransformOf, testing::Values(128, 192, 512, template_length));

TEST(GalleryTransform, keeps_cosines) {
  const GalleryTransform transform(key(), 1, template_length);
  for (unsigned i = 0; i < 200; ++i) {
    const auto one = face(i);
    const auto two = face_again(i, 0.01F * static_cast<float>(i % 100));
    EXPECT_NEAR(cosine(one, two), cosine(transformed(transform, one), transformed(transform, two)), 2e-6F);
  }
}

TEST(GalleryTransform, is_undone_by_its_inverse) {
  const GalleryTransform transform(key(), 3, template_length);
  const auto before = face(7);
  auto after = transformed(transform, before);
  transform.invert(after);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-6F);
}

TEST(GalleryTransform, a_stolen_template_is_a_stranger_in_the_next_epoch) {
  const GalleryTransform stolen(key(), 1, template_length);
  const GalleryTransform renewed(key(), 2, template_length);
  for (unsigned i = 0; i < 200; ++i) {
    // Two random directions of so many values hardly ever come near 0.25.
    EXPECT_LT(std::abs(cosine(transformed(stolen, face(i)), transformed(renewed, face(i)))), 0.25F);
    EXPECT_LT(std::abs(cosine(transformed(stolen, face(i)), face(i))), 0.25F);
  }
}

TEST(GalleryTransform, another_gallery_key_gives_another_transform) {
  const GalleryTransform one(key(), 1, template_length);
  const GalleryTransform other(Secret(ByteView(Bytes(32, 6))), 1, template_length);
  EXPECT_LT(std::abs(cosine(transformed(one, face(1)), transformed(other, face(1)))), 0.25F);
}

// Stored templates stay readable only while the same key gives the same transform: on every machine, in every
// release.
TEST(GalleryTransform, is_the_one_that_stored_templates_were_made_with) {
  const GalleryTransform transform(key(), 1, 512);
  std::vector<float> ramp(512);
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i) / 512;
  transform.apply(ramp);
  EXPECT_NEAR(ramp[0], -0.668210F, 1e-5F);
  EXPECT_NEAR(ramp[1], 0.253933F, 1e-5F);
  EXPECT_NEAR(ramp[511], 0.582270F, 1e-5F);
}

}  // namespace
}  // namespace sesame::biometric
