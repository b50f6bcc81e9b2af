// The subcommand `sesame evaluate`: checks the words and becomes sesame-evaluate, which alone links OpenCV.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "biometric/evaluate/options.hpp"
#include "spi/host/program/beside.hpp"

namespace sesame::evaluation {

void add_evaluate_command(CLI::App& app, std::function<int()>& run);
void add_evaluate_command(CLI::App& app, std::function<int()>& run) {
  const auto options = std::make_shared<EvaluateOptions>();  // as long as the callback below
  auto* command = app.add_subcommand(
      "evaluate", "Measure the face pipeline's error rates on labelled pictures; make its calibration");
  add_evaluate_options(*command, *options);
  command->callback([&run, options, command] {
    run = [options, command]() -> int {
      program::become(program::beside("sesame-evaluate"), words_of(*command));
    };
  });
}

}  // namespace sesame::evaluation
