// The program `sesame`: reads the command line and hands over to commands.hpp.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>

#include "spi/host/program/commands.hpp"
#include "spi/host/program/completion.hpp"
#include "spi/host/program/extra_commands.hpp"

namespace {
using namespace sesame::program;

void add_find_options(CLI::App& command, FindOptions& find) {
  command.add_option("--host", find.host, "Where the services are")->capture_default_str();
  command.add_option("--port", find.ports, "Ports to ask instead of the standard's sequence")->allow_extra_args(false);
  command.add_flag("--tls", find.tls, "Ask over wss");
  command.add_option("--ca", find.ca_file, "Trust this certificate authority (PEM)");
}

}  // namespace

int main(int count, char** words) {
  CLI::App app{"Sesame: an ATM's devices behind XFS4IoT, and customers let in by face."};
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  std::function<int()> run;

  ServeOptions serve_options;
  auto* serve_command = app.add_subcommand("serve", "Run the services of a configuration");
  serve_command->add_option("configuration", serve_options.configuration, "The configuration file (YAML)");
  serve_command->add_flag("--simulated", serve_options.simulated, "Run a simulated ATM instead");
  serve_command->add_option("--port", serve_options.ports, "Ports to try instead of the configuration's")->allow_extra_args(false);
  serve_command->add_option("--run-directory", serve_options.run_directory, "Where its sockets and its lock are");
  serve_command->callback([&] { run = [&] { return serve(serve_options); }; });

  FindOptions find;
  auto* services_command = app.add_subcommand("services", "Find publishers and list their services");
  add_find_options(*services_command, find);
  services_command->callback([&] { run = [&] { return services(find); }; });

  std::vector<std::string> names;
  auto* status_command = app.add_subcommand("status", "Show the status of services");
  status_command->add_option("service", names, "Names or URIs; all that are found when left out");
  add_find_options(*status_command, find);
  status_command->callback([&] { run = [&] { return status(find, names); }; });

  std::string service, command, payload, version;
  std::int64_t timeout = 0;
  auto* call_command = app.add_subcommand("call", "Send one command and show its events and its completion");
  call_command->add_option("service", service, "Name or URI: cardreader")->required();
  call_command->add_option("command", command, "CardReader.ReadRawData")->required();
  call_command->add_option("payload", payload, "JSON: '{\"track2\": true}'");
  call_command->add_option("--timeout", timeout, "Milliseconds; 0 waits without end")->check(CLI::NonNegativeNumber);
  call_command->add_option("--message-version", version, "Send this version of the command: 2.0");
  add_find_options(*call_command, find);
  call_command->callback([&] {
    run = [&] { return call(find, service, command, payload, std::chrono::milliseconds(timeout), version); };
  });

  std::string run_directory;
  auto* watch_command = app.add_subcommand("watch", "Show every message of a host on this machine, sensitive data masked");
  watch_command->add_option("service", names, "Only these services");
  watch_command->add_option("--run-directory", run_directory, "The host's run directory");
  watch_command->callback([&] { run = [&] { return watch(run_directory, names); }; });

  std::vector<std::string> verbs;
  auto* sim_command = app.add_subcommand("sim", "Drive simulated devices: sesame sim cardreader insert card track2=...");
  sim_command->add_option("verb", verbs, "A device and its verb; `help` lists them; none: lines from standard input");
  sim_command->add_option("--run-directory", run_directory, "The host's run directory");
  sim_command->positionals_at_end();
  sim_command->callback([&] { run = [&] { return sim(run_directory, verbs); }; });

  add_extra_commands(app, run);

  std::string shell;
  auto* completion_command = app.add_subcommand("completion", "Print a script that completes this program's commands in a shell");
  completion_command->add_option("shell", shell, "bash")->required()->check(CLI::IsMember({"bash"}));
  completion_command->callback([&] {
    run = [&] {
      std::fputs(bash_completion(app).c_str(), stdout);
      return 0;
    };
  });

  try {
    app.parse(count, words);
    return run();
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sesame: %s\n", error.what());
    return 2;
  }
}
