// The subcommand `sesame evaluate`: checks the words and becomes sesame-evaluate, which alone links OpenCV.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <system_error>

#include "biometric/evaluate/options.hpp"

namespace sesame::evaluation {
namespace {

int become_evaluator(std::vector<std::string> words) {
  std::error_code error;
  const auto beside =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path() / "sesame-evaluate";
  words.insert(words.begin(), "sesame-evaluate");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  if (std::filesystem::exists(beside, error))
    ::execv(beside.c_str(), arguments.data());
  else
    ::execvp("sesame-evaluate", arguments.data());
  throw std::runtime_error(
      "evaluate: the program sesame-evaluate does not start: " + std::generic_category().message(errno) +
      " (expected it at " + beside.string() + ")");
}

}  // namespace

void add_evaluate_command(CLI::App& app, std::function<int()>& run);
void add_evaluate_command(CLI::App& app, std::function<int()>& run) {
  const auto options = std::make_shared<EvaluateOptions>();  // as long as the callback below
  auto* command = app.add_subcommand(
      "evaluate", "Measure the face pipeline's error rates on labelled pictures; make its calibration");
  add_evaluate_options(*command, *options);
  command->callback([&run, options, command] {
    run = [options, command] { return become_evaluator(words_of(*command)); };
  });
}

}  // namespace sesame::evaluation
