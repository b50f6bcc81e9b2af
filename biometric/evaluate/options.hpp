// The command line of `sesame evaluate`, the same in `sesame` (help, completion) and in `sesame-evaluate`.
// Value type.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace sesame::evaluation {

struct EvaluateOptions {
  std::string folder;
  std::string pairs;
  std::string groups;
  std::string corrections;
  std::string attacks;
  std::string title;
  std::string out = "evaluation";
  std::string calibrate;
  std::uint64_t least_impostors = 0;  // set by add_evaluate_options
  std::string scores;
  std::string models;
  std::string descriptions;
  unsigned jobs = 0;
  unsigned enrolled = 0;
  unsigned presentations = 0;
  unsigned sessions = 0;
  std::string strangers;
  bool aligned = false;
  bool no_gate = false;
  bool no_pictures = false;
  bool recorded_only = false;
  bool natural_motion = false;
  bool head_motion = false;
  bool lamp = false;
  bool site = false;
  std::string site_picture;
};

void add_evaluate_options(CLI::App& command, EvaluateOptions& options);

// The words that were given to a parsed command, for another program that parses them again.
std::vector<std::string> words_of(const CLI::App& command);

}  // namespace sesame::evaluation
