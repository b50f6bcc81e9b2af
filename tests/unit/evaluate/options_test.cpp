#include "biometric/evaluate/options.hpp"

#include <CLI/CLI.hpp>

namespace sesame::evaluation {
namespace {

std::vector<std::string> passed_on(std::vector<std::string> words) {
  CLI::App app;
  EvaluateOptions options;
  auto* command = app.add_subcommand("evaluate");
  add_evaluate_options(*command, options);
  words.insert(words.begin(), "evaluate");
  std::reverse(words.begin(), words.end());
  app.parse(words);
  return words_of(*command);
}

TEST(EvaluateOptions, are_passed_on_as_they_were_given) {
  EXPECT_EQ(passed_on({"faces"}), (std::vector<std::string>{"--", "faces"}));
  EXPECT_EQ(passed_on({"faces", "--aligned", "--out", "report", "--jobs=3"}),
            (std::vector<std::string>{"--aligned", "--out", "report", "--jobs", "3", "--", "faces"}));
  EXPECT_EQ(passed_on({"--title", "a b", "--", "--faces"}),
            (std::vector<std::string>{"--title", "a b", "--", "--faces"}));
}

TEST(EvaluateOptions, that_contradict_each_other_are_refused) {
  EXPECT_THROW(passed_on({"faces", "--aligned", "--attacks", "a"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"faces", "--pairs", "p", "--calibrate", "c"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"faces", "--pairs", "p", "--enrolled", "5"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"faces", "--scores", "s", "--enrolled", "5"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"faces", "--enrolled", "1"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"faces", "--corrections", "c", "--pairs", "p"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"takes", "--corrections", "c", "--presentations", "1"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"takes", "--corrections", "c", "--sessions", "1"}), CLI::ParseError);
  EXPECT_NO_THROW(passed_on({"faces", "--corrections", "c", "--enrolled", "2", "--calibrate", "e"}));
  EXPECT_THROW(passed_on({"faces", "--sessions", "2", "--presentations", "2"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"faces", "--strangers", "s"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"faces", "--natural-motion"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"takes", "--presentations", "1", "--recorded-only", "--lamp"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"takes", "--sessions", "1", "--site"}), CLI::ParseError);
  EXPECT_THROW(passed_on({"takes", "--presentations", "1", "--site-picture", "hall.jpg"}), CLI::ParseError);
  EXPECT_NO_THROW(passed_on({"takes", "--presentations", "1", "--site", "--site-picture", "hall.jpg", "--recorded-only"}));
  EXPECT_NO_THROW(passed_on({"takes", "--natural-motion", "--sessions", "2", "--strangers", "s"}));
  EXPECT_NO_THROW(passed_on({"takes", "--natural-motion", "--presentations", "2"}));
  EXPECT_THROW(passed_on({}), CLI::ParseError);
}

}  // namespace
}  // namespace sesame::evaluation
