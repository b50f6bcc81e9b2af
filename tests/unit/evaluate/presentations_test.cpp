#include "biometric/evaluate/presentations.hpp"

#include <unistd.h>

#include <array>
#include <fstream>

#include "biometric/evaluate/labelled_data.hpp"
#include "biometric/evaluate/report.hpp"

namespace sesame::evaluation {
namespace {

using Kind = Presentation::Kind;
using Outcome = Presented::Outcome;
namespace fs = std::filesystem;

Takes two_people() {
  Takes takes;
  takes.people = {"anna", "bert"};
  takes.takes = {{0, "anna/a.mp4", true}, {1, "bert/b.jpg", false}};
  return takes;
}

TEST(Presentations, videos_are_shown_live_and_as_attacks_and_pictures_as_attacks_alone) {
  const auto list = presentations_of(two_people(), 2, {"flat_print", "frozen"}, {"screen_video"});
  std::map<std::string, int> counts;
  for (const Presentation& shown : list)
    ++counts[std::to_string(shown.take) + (shown.kind == Kind::attack ? shown.species : shown.kind == Kind::live ? "live" : "control")];
  EXPECT_EQ(counts, (std::map<std::string, int>{{"0flat_print", 2}, {"0frozen", 2}, {"0screen_video", 2}, {"0live", 10}, {"0control", 10},
                                                {"1flat_print", 2}, {"1frozen", 2}}));
}

TEST(Presentations, of_recordings_alone_are_the_moments_of_videos) {
  EXPECT_EQ(live_presentations(two_people(), 3, false).size(), 3U);
  const auto both = live_presentations(two_people(), 3, true);
  ASSERT_EQ(both.size(), 6U);
  EXPECT_EQ(both[0].kind, Kind::live);
  EXPECT_EQ(both[1].kind, Kind::live_seen_by_camera_model);
  EXPECT_EQ(both[1].at_seconds, both[0].at_seconds);
}

TEST(Presentations, rates_count_what_was_answered_and_say_how_many_people_there_were) {
  const Takes takes = two_people();
  std::vector<Presentation> shown;
  std::vector<Presented> results;
  const auto add = [&](Kind kind, std::uint32_t take, Outcome outcome, const std::string& check, int milliseconds) {
    shown.push_back({kind, kind == Kind::attack ? "flat_print" : "", take, 0, 1});
    results.push_back({outcome, check, std::chrono::milliseconds(milliseconds)});
  };
  add(Kind::attack, 0, Outcome::held, "", 400);
  add(Kind::attack, 1, Outcome::refused, "pad", 2500);
  add(Kind::attack, 1, Outcome::refused, "surroundings", 2500);
  add(Kind::attack, 1, Outcome::not_answered, "noFace", 0);
  add(Kind::live, 0, Outcome::held, "", 400);
  add(Kind::live, 0, Outcome::held, "", 900);
  add(Kind::live, 0, Outcome::refused, "motion", 2500);
  const auto report = presentation_report(std::vector<const Takes*>(shown.size(), &takes), shown, results);
  ASSERT_EQ(report.attacks.size(), 1U);
  const PresentationRates& print = report.attacks.front();
  EXPECT_EQ(print.people, 2U);
  EXPECT_EQ(print.presented, 4U);
  EXPECT_EQ(print.error.errors, 1U);
  EXPECT_EQ(print.error.trials, 3U);
  EXPECT_NEAR(print.error.interval.high, 0.906, 0.001);
  EXPECT_EQ(print.not_answered.errors, 1U);
  EXPECT_EQ(print.not_answered.trials, 4U);
  EXPECT_EQ(print.refused_by, (std::map<std::string, std::uint64_t>{{"pad", 1}, {"surroundings", 1}}));
  EXPECT_EQ(report.worst(), &print);
  const PresentationRates& live = report.bona_fide.at(0);
  EXPECT_EQ(live.error.errors, 1U);
  EXPECT_EQ(live.error.trials, 3U);
  EXPECT_EQ(live.median_milliseconds, 400);
  EXPECT_EQ(live.p95_milliseconds, 900);
}

TEST(Presentations, takes_are_read_by_person_and_an_empty_folder_is_refused) {
  const fs::path folder = fs::temp_directory_path() / ("sesame_takes_" + std::to_string(getpid()));
  fs::create_directories(folder / "anna");
  fs::create_directories(folder / "nobody");
  EXPECT_THROW(read_takes(folder), DataError);
  for (const char* name : {"anna/b.MP4", "anna/a.jpg", "anna/notes.txt"}) std::ofstream(folder / name) << "x";
  const Takes takes = read_takes(folder);
  EXPECT_EQ(takes.people, std::vector<std::string>{"anna"});
  ASSERT_EQ(takes.takes.size(), 2U);
  EXPECT_EQ(takes.takes[0].file, "anna/a.jpg");
  EXPECT_FALSE(takes.takes[0].is_video);
  EXPECT_TRUE(takes.takes[1].is_video);
  EXPECT_EQ(read_recorded_attacks(folder).takes.size(), 1U);
  fs::remove_all(folder);
}

TEST(Presentations, what_was_asked_for_of_the_place_is_said_in_every_report) {
  Evaluation evaluation;
  evaluation.presentations.emplace();
  const auto told = [&](const std::string& words, const std::string& member) {
    return std::array{text_summary(evaluation).find(words) != std::string::npos,
                      html_report(evaluation).find(words) != std::string::npos,
                      json_report(evaluation).find(member) != std::string::npos};
  };
  const auto lamp = [&] { return told("must answer a lamp", "\"lamp\":true"); };
  const auto site = [&] { return told("must be what is beside the face", "\"site\":true"); };
  constexpr std::array nowhere{false, false, false}, everywhere{true, true, true};
  EXPECT_EQ(lamp(), nowhere);
  EXPECT_EQ(site(), nowhere);
  evaluation.presentations->lamp = true;
  EXPECT_EQ(lamp(), everywhere);
  EXPECT_EQ(site(), nowhere);
  evaluation.presentations->site = true;
  EXPECT_EQ(site(), everywhere);
}

}  // namespace
}  // namespace sesame::evaluation
