#include "biometric/evaluate/evaluation.hpp"

#include "biometric/evaluate/report.hpp"
#include "tests/unit/evaluate/samples.hpp"

namespace sesame::evaluation {
namespace {

Acquired acquired(std::vector<float> values = {1, 0}) {
  Acquired picture;
  picture.outcome = Acquired::Outcome::acquired;
  picture.values = std::move(values);
  return picture;
}
Acquired failed(const char* reason) {
  Acquired picture;
  picture.reason = reason;
  return picture;
}
Acquired unreadable() {
  Acquired picture;
  picture.outcome = Acquired::Outcome::unreadable;
  return picture;
}
Acquired live(double score) {
  Acquired picture = acquired();
  picture.liveness = score;
  return picture;
}

LabelledData two_people() {
  LabelledData data;
  data.people = {"anna", "bert"};
  data.pictures = {{0, "anna/1.jpg"}, {0, "anna/2.jpg"}, {1, "bert/1.jpg"}, {1, "bert/2.jpg"}};
  return data;
}

TEST(FailureToAcquire, counts_by_reason_and_leaves_damaged_files_out) {
  const Failures failures =
      failures_to_acquire(two_people(), {acquired(), failed("noFace"), failed("comeCloser"), unreadable()});
  EXPECT_EQ(failures.rate.errors, 2U);
  EXPECT_EQ(failures.rate.trials, 3U);
  EXPECT_EQ(failures.reasons.at("noFace"), 1U);
  EXPECT_EQ(failures.unreadable, std::vector<std::string>{"bert/2.jpg"});
}

TEST(FailureToAcquire, is_told_by_group) {
  const auto rates = group_failures(two_people(), {acquired(), failed("noFace"), acquired(), unreadable()},
                                    {{"anna", "east"}});
  ASSERT_EQ(rates.size(), 2U);
  EXPECT_EQ(rates[0].trials, 1U) << "whoever has no group has the group of those without";
  EXPECT_EQ(rates[1].errors, 1U);
  EXPECT_EQ(rates[1].trials, 2U);
}

TEST(SamplesOf, are_the_acquired_pictures_and_whose_they_are) {
  std::vector<Acquired> all = {acquired({0, 1}), failed("noFace"), unreadable(), acquired({1, 0})};
  const Samples samples = samples_of(two_people(), all);
  EXPECT_EQ(samples.pictures, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(samples.persons, (std::vector<std::uint32_t>{0, 1}));
  EXPECT_EQ(samples.people, 2U);
  EXPECT_EQ(samples.templates.row(0)[1], 1.0F);
}

TEST(AttackDetection, counts_attacks_taken_for_bona_fide_by_species) {
  LabelledData attacks;
  attacks.people = {"print", "screen"};
  attacks.pictures = {{0, "print/1"}, {0, "print/2"}, {1, "screen/1"}, {1, "screen/2"}};
  const auto result =
      attack_detection(attacks, {live(0.9), live(0.1), live(0.2), failed("noFace")}, two_people(),
                       {live(0.9), live(0.2), live(0.3), failed("moreLight")}, 0.3);
  EXPECT_EQ(result.species[0].attack_classification_error.errors, 1U);
  EXPECT_EQ(result.species[0].attack_classification_error.trials, 2U);
  EXPECT_EQ(result.species[1].attack_classification_error.errors, 0U);
  EXPECT_EQ(result.species[1].not_answered, 1U);
  EXPECT_EQ(result.bona_fide_classification_error.errors, 1U) << "at the threshold itself it is bona fide";
  EXPECT_EQ(result.bona_fide_classification_error.trials, 3U);
  EXPECT_EQ(result.bona_fide_not_answered, 1U);
}

Evaluation evaluate(const MadeUp& made, const std::map<std::string, std::string>& groups = {},
                    const std::optional<PairList>& pairs = {}, std::size_t enrolled = 0) {
  Evaluation evaluation;
  const EvaluationInput input{made.data, pairs, groups, {{1e-2, 0.6}, {1e-3, 0.7}}, 2, enrolled};
  evaluate_samples(evaluation, input, made.samples);
  return evaluation;
}

TEST(Evaluation, of_everybody_has_all_its_parts) {
  const MadeUp made = crowd(120, 3, 24, 0.9F);
  const Evaluation evaluation = evaluate(made, {{"person100000", "east"}});
  EXPECT_EQ(evaluation.genuine, 360U);
  EXPECT_EQ(evaluation.impostor, 360U * 359 / 2 - 360);
  ASSERT_EQ(evaluation.calibrated.size(), 2U);
  EXPECT_EQ(evaluation.calibrated[0].step, threshold_step(0.6));
  EXPECT_EQ(evaluation.own.size(), 3U);
  EXPECT_FALSE(evaluation.folds.has_value());
  ASSERT_TRUE(evaluation.identification.has_value());
  ASSERT_EQ(evaluation.identification->engine.size(), 3U);
  EXPECT_THAT(evaluation.identification->engine[2].refusal,
              testing::HasSubstr("the calibration ends at 0.001"));
  ASSERT_TRUE(evaluation.groups.has_value());
  EXPECT_EQ(evaluation.groups->rates.groups.size(), 2U);
  EXPECT_EQ(evaluation.groups->as_customers.size(), 2U);
  EXPECT_EQ(evaluation.worst_impostors.size(), 12U);
  EXPECT_GE(evaluation.worst_impostors[0].cosine, evaluation.worst_impostors[1].cosine);
  EXPECT_LE(evaluation.worst_genuine[0].cosine, evaluation.worst_genuine[1].cosine);
  std::uint64_t bars = 0;
  for (const std::uint64_t bar : evaluation.impostor_histogram) bars += bar;
  EXPECT_EQ(bars, evaluation.impostor);
}

TEST(Evaluation, of_pairs_has_folds_and_no_search) {
  const MadeUp made = crowd(4, 2, 24, 0.1F);
  PairList pairs;
  pairs.folds = 2;
  pairs.pairs = {{0, 1, true, 0}, {0, 2, false, 0}, {4, 5, true, 1}, {4, 6, false, 1}};
  const Evaluation evaluation = evaluate(made, {}, pairs);
  EXPECT_EQ(evaluation.genuine, 2U);
  EXPECT_EQ(evaluation.impostor, 2U);
  EXPECT_FALSE(evaluation.identification.has_value());
  ASSERT_TRUE(evaluation.folds.has_value());
  EXPECT_DOUBLE_EQ(evaluation.folds->accuracy.mean, 1);
}

TEST(Evaluation, of_enrolled_people_says_how_they_were_enrolled) {
  const MadeUp made = crowd(30, 4, 64, 0.5F);
  const Evaluation evaluation = evaluate(made, {}, {}, 3);
  ASSERT_TRUE(evaluation.enrolled.has_value());
  EXPECT_EQ(evaluation.enrolled->people, 30U);
  EXPECT_EQ(evaluation.enrolled->references, evaluation.genuine);
  EXPECT_EQ(evaluation.impostor, evaluation.genuine * 29 * 4);
  EXPECT_FALSE(evaluation.identification.has_value());
  EXPECT_THAT(text_summary(evaluation), testing::HasSubstr("30 people enrolled from 3 pictures each"));
  EXPECT_THROW(evaluate(made, {}, {}, 4), DataError);
}

TEST(Evaluation, of_nobody_acquired_is_empty_and_does_not_fail) {
  MadeUp made;
  made.data = two_people();
  made.samples.people = 2;
  const Evaluation evaluation = evaluate(made);
  EXPECT_EQ(evaluation.genuine, 0U);
  EXPECT_EQ(evaluation.impostor, 0U);
  EXPECT_TRUE(evaluation.det.empty());
}

// The thresholds of one half hold on the other: what asked for is what is found, within its interval.
TEST(Calibration, made_of_one_half_holds_on_the_other) {
  const MadeUp half = crowd(500, 2, 24, 0.9F, 1);
  const MadeUp other = crowd(500, 2, 24, 0.9F, 2);
  const MadeCalibration made = make_calibration(half.samples, 1000, 2);
  EXPECT_EQ(made.impostor_comparisons, 1000U * 999 / 2 - 500);
  ASSERT_GE(made.points.size(), 3U);
  std::vector<biometric::CalibrationPoint> points;
  for (const OperatingPoint& point : made.points) {
    EXPECT_EQ(point.false_match.method, Method::subject_bootstrap);
    points.push_back({point.asked_rate, cosine_of(point.step)});
  }
  Evaluation evaluation;
  const std::optional<PairList> no_pairs;
  evaluate_samples(evaluation, {other.data, no_pairs, {}, points, 2}, other.samples);
  for (const OperatingPoint& point : evaluation.calibrated) {
    EXPECT_LE(point.false_match.interval.low, point.asked_rate * 1.3);
    EXPECT_GE(point.false_match.interval.high, point.asked_rate * 0.7);
  }
}

}  // namespace
}  // namespace sesame::evaluation
