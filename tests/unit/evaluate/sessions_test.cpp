#include "biometric/evaluate/sessions.hpp"

#include "biometric/evaluate/report.hpp"
#include "biometric/pipeline/fusion.hpp"
#include "tests/unit/evaluate/samples.hpp"

namespace sesame::evaluation {
namespace {

// Anna has two takes and came twice at the first; of bert there is one take. Angles are whom a face looks like.
const std::vector<Session> came = {
    {0, 0, {at_angle(0), at_angle(20), at_angle(70)}, at_angle(10)},
    {0, 0, {at_angle(5)}, at_angle(5)},
    {1, 2, {at_angle(150), at_angle(160)}, at_angle(155)},
};
const std::vector<SessionReference> known = {{0, 0, at_angle(0)}, {0, 1, at_angle(30)}, {1, 2, at_angle(155)}};
const std::vector<biometric::CalibrationPoint> points = {{1e-2, 0.7}, {1e-3, 0.95}};

TEST(Sessions, are_compared_with_other_takes_of_their_person_and_with_everybody_else) {
  const SessionReport report = session_report(came, known, {}, points);
  EXPECT_EQ(report.sessions, 3U);
  EXPECT_EQ(report.looks, 6U);
  EXPECT_EQ(report.people, 2U);
  EXPECT_EQ(report.known_people, 1U) << "bert has no other take";
  EXPECT_EQ(report.references, 3U);
  ASSERT_EQ(report.points.size(), 2U);
  const SessionPoint& loose = report.points[0];
  EXPECT_EQ(loose.probe_false_non_match.trials, 2U);
  EXPECT_EQ(loose.look_false_non_match.trials, 4U);
  EXPECT_EQ(loose.probe_false_match.trials, 4U) << "anna's two sessions with bert, bert's with both of anna's takes";
  EXPECT_EQ(loose.look_false_match.trials, 8U);
}

TEST(Sessions, count_looks_and_probes_that_do_not_match) {
  const SessionReport report = session_report(came, known, {}, points);
  const SessionPoint& loose = report.points[0];
  const SessionPoint& strict = report.points[1];
  EXPECT_EQ(loose.look_false_non_match.errors, 0U) << "70 degrees is 40 from the reference, whose cosine is 0.77";
  EXPECT_EQ(strict.look_false_non_match.errors, 3U) << "only the look at 20 degrees is within 18 of it";
  EXPECT_EQ(strict.probe_false_non_match.errors, 2U);
  EXPECT_NEAR(report.look_scores.lowest_genuine, 0.766, 1e-3);
  EXPECT_NEAR(report.probe_scores.lowest_genuine, 0.906, 1e-3);
  EXPECT_NEAR(report.probe_scores.median_genuine, 0.940, 1e-3);
}

TEST(Sessions, of_strangers_count_every_picture_and_are_drawn_by_person) {
  MadeUp strangers;
  add(strangers, "carl", at_angle(12));
  add(strangers, "carl", at_angle(200));
  add(strangers, "dora", at_angle(250));
  const SessionReport report = session_report(came, known, strangers.samples, points);
  EXPECT_EQ(report.strangers, 3U);
  EXPECT_EQ(report.stranger_people, 2U);
  const SessionPoint& strict = report.points[1];
  EXPECT_EQ(strict.probe_false_match.trials, 4U + 9U);
  EXPECT_EQ(strict.probe_false_match.errors, 2U) << "both sessions of anna look like carl";
  EXPECT_EQ(strict.look_false_match.errors, 3U);
  EXPECT_EQ(strict.probe_false_match.method, Method::subject_bootstrap);
  EXPECT_NEAR(report.probe_scores.highest_impostor, 0.9994, 1e-4);
}

TEST(Sessions, are_told_in_every_report) {
  Evaluation evaluation;
  evaluation.sessions = session_report(came, known, {}, {{1e-5, 0.95}});
  evaluation.sessions->captures = 4;
  EXPECT_THAT(text_summary(evaluation), testing::HasSubstr("3 of 4 captures were held: sessions of 2 people"));
  EXPECT_THAT(html_report(evaluation), testing::AllOf(testing::HasSubstr("<h2>Single looks and sessions</h2>"),
                                                      testing::HasSubstr("of sessions do not match")));
  EXPECT_THAT(json_report(evaluation), testing::AllOf(testing::HasSubstr("\"sessions\":{\"captures\":4"),
                                                      testing::HasSubstr("\"highestImpostor\"")));
}

}  // namespace
}  // namespace sesame::evaluation
