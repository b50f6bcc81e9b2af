// The commands of the program `sesame`, one function each. Each returns the exit code: 0 done, 1 the answer was no, 2 it could
// not be asked. Errors are thrown as std::exception with a text for people.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sesame::program {

struct ServeOptions {
  std::string configuration;   // file; "" with simulated
  bool simulated = false;      // the ATM that simulators/atm.yaml describes
  std::vector<std::string> ports;
  std::string run_directory;
};
int serve(const ServeOptions& options);

/// How client commands find services: a URI, or a name among those that discovery finds.
struct FindOptions {
  std::string host = "127.0.0.1";
  std::vector<std::uint16_t> ports;
  bool tls = false;
  std::string ca_file;
};
int services(const FindOptions& find);
int status(const FindOptions& find, const std::vector<std::string>& names);
int call(const FindOptions& find, const std::string& service, const std::string& command, const std::string& payload,
         std::chrono::milliseconds timeout, const std::string& version);

/// Everything that goes over the services of a host on this machine, masked, until interrupted.
int watch(const std::string& run_directory, const std::vector<std::string>& services);
/// Sends verbs to the simulated devices of a host on this machine; reads them from standard input when none are given.
int sim(const std::string& run_directory, const std::vector<std::string>& verbs);

/// Where a host keeps its sockets and its lock, unless told: $SESAME_RUN_DIRECTORY, $XDG_RUNTIME_DIR/sesame, /run/sesame (root),
/// /tmp/sesame-UID.
std::string default_run_directory();
/// Makes it (mode 0700) and checks that nobody else owns it.
std::string prepare_run_directory(const std::string& wanted);

}  // namespace sesame::program
