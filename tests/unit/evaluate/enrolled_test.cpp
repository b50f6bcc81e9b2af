#include "biometric/evaluate/enrolled.hpp"

#include "biometric/evaluate/verification.hpp"
#include "biometric/pipeline/fusion.hpp"
#include "tests/unit/evaluate/samples.hpp"

namespace sesame::evaluation {
namespace {

const biometric::Calibration calibration({{1e-2, 0.24}, {1e-4, 0.41}, {1e-5, 0.47}});

// Eight people of four pictures, one of two, and two of one.
MadeUp people() {
  MadeUp made = crowd(8, 4, 256, 0.5F);
  const MadeUp others = crowd(3, 2, 256, 0.5F, 2);
  for (std::uint32_t row = 0; row < others.samples.pictures.size(); ++row) {
    const std::uint32_t person = others.samples.persons[row];
    if (row % 2 == 1 && person > 0) continue;
    const float* values = others.samples.templates.row(row);
    add(made, "other" + std::to_string(person), {values, values + 256});
  }
  return made;
}

TEST(EnrolEverybody, tries_each_picture_of_people_who_have_enough_with_a_reference_of_their_others) {
  const MadeUp made = people();
  const Enrolled enrolled = enrol_everybody(made.samples, 3, calibration);
  EXPECT_EQ(enrolled.people, 8U);
  ASSERT_EQ(enrolled.probes.size(), 32U);
  EXPECT_EQ(enrolled.references.size(), 32U);
  EXPECT_EQ(enrolled.refused.trials, 32U);
  EXPECT_EQ(enrolled.refused.errors, 0U);
  EXPECT_EQ(enrolled.left_out.trials, 96U);
  for (std::uint32_t i = 0; i < 32; ++i) EXPECT_EQ(enrolled.probes[i], i);
  std::vector<biometric::Template> looks;
  for (const std::uint32_t row : {7U, 4U, 5U}) {
    const float* values = made.samples.templates.row(row);
    looks.emplace_back(values, values + 256);
  }
  const biometric::Template fused = biometric::fuse(looks);  // for the probe of row 6
  for (std::size_t i = 0; i < fused.size(); ++i) EXPECT_NEAR(enrolled.references.row(6)[i], fused[i], 1e-6);
  EXPECT_EQ(enrolled.shown[6], 7U);
}

TEST(EnrolEverybody, leaves_out_what_is_unlike_the_rest_and_refuses_where_no_face_is_on_most) {
  MadeUp made = crowd(2, 2, 256, 0.3F);
  const MadeUp his = crowd(1, 3, 256, 0.3F, 3);
  const MadeUp wrong = crowd(1, 1, 256, 0.3F, 4);
  const auto put = [&](const MadeUp& from, std::uint32_t row, const char* person) {
    const float* values = from.samples.templates.row(row);
    add(made, person, {values, values + 256});
  };
  for (std::uint32_t row = 0; row < 3; ++row) put(his, row, "one of four is wrong");
  put(wrong, 0, "one of four is wrong");
  const Enrolled enrolled = enrol_everybody(made.samples, 3, calibration);
  EXPECT_EQ(enrolled.references.size(), 4U);
  EXPECT_EQ(enrolled.left_out.errors, 3U) << "each enrolment but the one that is tried with the wrong picture";
  EXPECT_EQ(enrol_everybody(made.samples, 2, calibration).refused.errors, 2U) << "a right and a wrong one";
}

TEST(CompareEnrolled, each_reference_meets_its_probe_and_everybody_elses_pictures) {
  const MadeUp made = people();
  const Comparisons comparisons = compare_enrolled(made.samples, enrol_everybody(made.samples, 3, calibration), last_step, 2);
  EXPECT_EQ(comparisons.genuine.size(), 32U);
  for (const Score& score : comparisons.genuine)
    EXPECT_EQ(made.samples.persons[score.one], made.samples.persons[score.other]);
  const std::uint64_t others = 32 - 4 + 2 + 1 + 1;
  EXPECT_EQ(comparisons.impostor_scores.total(), 32 * others);
  for (const Score& score : comparisons.closest_impostors)
    EXPECT_NE(made.samples.persons[score.one], made.samples.persons[score.other]);
  std::vector<std::optional<std::uint32_t>> everybody(made.samples.people);
  for (std::uint32_t i = 0; i < everybody.size(); ++i) everybody[i] = i;
  const std::vector<std::uint32_t> once(made.samples.people, 1);
  EXPECT_EQ(trials_among(comparisons, everybody, made.samples.people)(once), 32.0 * static_cast<double>(others));
  // The first four people are one group: references of either meet pictures of the other.
  std::vector<std::uint32_t> group(made.samples.people, 1);
  for (std::size_t i = 0; i < 4; ++i) group[i] = 0;
  EXPECT_EQ(trials_between(comparisons, group, 0, 1), 16U * 20 + 16U * 16);
}

TEST(CompareEnrolled, fused_references_match_better_than_single_pictures) {
  const MadeUp made = crowd(40, 6, 64, 1.2F);
  const Comparisons single = compare_everybody(made.samples, last_step, 2);
  const biometric::Calibration loose({{1e-2, 0.1}, {1e-4, 0.15}});
  const Comparisons fused = compare_enrolled(made.samples, enrol_everybody(made.samples, 5, loose), last_step, 2);
  const auto misses = [](const Comparisons& comparisons) {
    return false_non_match_rate(comparisons, step_at_rate(comparisons.impostor_scores.at_or_above(), 1e-3)).value();
  };
  EXPECT_LT(misses(fused), 0.5 * misses(single));
}

TEST(ReferenceTrials, count_a_person_as_often_as_drawn) {
  const CrossTrials trials = reference_cross_trials({2, 0, 1}, {3, 4, 5});
  EXPECT_EQ(trials(std::vector<std::uint32_t>{1, 1, 1}), 2 * (4 + 5) + 1 * (3 + 4));
  EXPECT_EQ(trials(std::vector<std::uint32_t>{2, 1, 0}), 2 * 2 * 4);
}

}  // namespace
}  // namespace sesame::evaluation
