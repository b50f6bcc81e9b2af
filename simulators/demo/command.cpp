// The subcommand `sesame demo`.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

#include "simulators/demo/demo.hpp"

namespace sesame::simulators {

void add_demo_command(CLI::App& app, std::function<int()>& run);
void add_demo_command(CLI::App& app, std::function<int()>& run) {
  const auto owned = std::make_shared<DemoOptions>();  // as long as the callback below
  DemoOptions& options = *owned;
  auto* command = app.add_subcommand("demo", "Play a day at a simulated ATM: card and face customers, one unmodified application");
  command->add_option("--json", options.json_file, "Write everything as data, transcripts included");
  command->add_option("--enrol", options.enrol, "The video that the customer is enrolled from")->check(CLI::ExistingFile);
  command->add_option("--login", options.login, "Another take of the same person")->check(CLI::ExistingFile);
  command->add_option("--impostor", options.impostor, "A video of another person")->check(CLI::ExistingFile);
  command->add_option("--trials", options.trials, "Of each attack and each control")->check(CLI::Range(1, 1000))->capture_default_str();
  command->add_flag("--keep", options.keep, "Leave the stack running until interrupted");
  command->add_flag("--card-only", options.card_only, "Only the part that needs no faces");
  command->callback([&run, owned] { run = [owned] { return run_demo(*owned); }; });
}

}  // namespace sesame::simulators
