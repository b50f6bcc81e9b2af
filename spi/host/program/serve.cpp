#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "spi/host/endpoint.hpp"
#include "spi/host/program/commands.hpp"
#include "spi/host/run_directory.hpp"
#include "spi/service/asio_executor.hpp"
#include "spi/wire/local_socket.hpp"

namespace sesame::spi {
void register_all(Registry& registry);                // generated from the sesame_add_provider() lines
extern const char* const simulated_atm_configuration;  // simulators/atm.yaml
}  // namespace sesame::spi

namespace sesame::program {
using namespace spi;

namespace {

// One host a run directory: two would take each other's sockets.
class Lock {
 public:
  explicit Lock(const std::string& directory) : path_(directory + "/serve.lock"), fd_(open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
    if (fd_ < 0) throw std::runtime_error(path_ + ": cannot be made: " + std::strerror(errno));
    if (flock(fd_, LOCK_EX | LOCK_NB) == 0) {
      const std::string pid = std::to_string(getpid()) + "\n";
      if (ftruncate(fd_, 0) != 0 || pwrite(fd_, pid.data(), pid.size(), 0) < 0) return;  // the pid is for people only
      return;
    }
    char pid[32]{};
    const auto count = pread(fd_, pid, sizeof pid - 1, 0);
    close(fd_);
    throw std::runtime_error("another `sesame serve` runs already in " + directory + " (process " +
                             std::string(pid, count > 0 ? static_cast<std::size_t>(count - 1) : 0) +
                             "); stop it, or give this one a --run-directory of its own");
  }
  ~Lock() { close(fd_); }
  Lock(const Lock&) = delete;

 private:
  std::string path_;
  int fd_;
};

// Nothing of a customer may be in a core dump, and a thousand clients need as many descriptors.
void harden_process() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

Section configuration_of(const ServeOptions& options) {
  if (options.simulated) return Section::from_text(simulated_atm_configuration, "simulators/atm.yaml");
  if (options.configuration.empty()) throw std::runtime_error("serve: expected a configuration file, or --simulated");
  return Section::from_file(options.configuration);
}

// Lets `sesame watch` read along; the lines are masked before they get here.
void accept_watcher(Journal& journal, std::shared_ptr<Channel> channel) {
  const int id = journal.watch([channel](std::string_view line) { channel->send(std::string(line)); });
  channel->receive({[](std::string_view) {}, [&journal, id, channel](std::string_view) { journal.unwatch(id); }});
}

Task<void> stop_host(Host& host, AsioExecutor& executor) {
  co_await host.stop();
  executor.stop();
}

}  // namespace

int serve(const ServeOptions& options) {
  harden_process();
  const Section configuration = configuration_of(options);
  const std::string run_directory = prepare_run_directory(options.run_directory.empty() ? configuration.path("run_directory") : options.run_directory);
  const Lock lock(run_directory);
  AsioExecutor executor;
  Journal journal(configuration.has("journal") ? configuration.path("journal") : run_directory + "/journal.log");
  journal.write_later([&executor](Callback write) { executor.when_idle(std::move(write)); });
  executor.on_unhandled([&journal](const char* what) {
    std::fprintf(stderr, "sesame: %s\n", what);
    journal.note("error", what);
  });
  Registry registry;
  register_all(registry);
  Host host(executor, registry, configuration, &journal, RunDirectory{run_directory});
  Endpoint endpoint(executor, host, configuration, options.ports);
  LocalServer watchers(executor, run_directory + "/watch.socket",
                       [&journal](std::shared_ptr<Channel> channel, ClientIdentity) { accept_watcher(journal, std::move(channel)); });

  TaskScope stopping(executor);
  executor.on_termination([&] {
    endpoint.server().close();
    stopping.spawn(stop_host(host, executor));
  });
  // Whoever reads this may ask it to end at once.
  std::printf("%s\n", endpoint.publisher_uri().c_str());
  for (const auto& uri : endpoint.service_uris()) std::printf("  %s\n", uri.c_str());
  std::fflush(stdout);
  executor.run();
  return 0;
}

}  // namespace sesame::program
