#include "spi/host/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace sesame::spi {
namespace asio = boost::asio;

namespace {

int open_pidfd(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return std::string("killed by signal ") + std::to_string(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

// Starts the program; what stops it from starting comes back through a pipe that closes on exec.
pid_t start(const std::vector<std::string>& command) {
  int report[2];
  if (pipe2(report, O_CLOEXEC) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  std::vector<char*> words;
  for (const auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (getppid() == parent) execvp(words[0], words.data());
    const int error = errno;
    [[maybe_unused]] const auto written = write(report[1], &error, sizeof error);
    _exit(127);
  }
  close(report[1]);
  int error = pid < 0 ? errno : 0;
  if (pid > 0 && read(report[0], &error, sizeof error) == sizeof error) waitpid(pid, nullptr, 0);
  close(report[0]);
  if (error != 0) throw std::runtime_error(command[0] + " cannot be started: " + std::strerror(error));
  return pid;
}

}  // namespace

struct ChildProcess::State : std::enable_shared_from_this<ChildProcess::State> {
  State(AsioExecutor& e, ChildOptions o, std::function<void(const std::string&)> r)
      : executor(e), options(std::move(o)), report(std::move(r)), watch(e.context()), pause(options.first_pause) {}

  AsioExecutor& executor;
  ChildOptions options;
  std::function<void(const std::string&)> report;
  asio::posix::stream_descriptor watch;  // a pidfd: readable when the process ends
  std::chrono::milliseconds pause;
  TimePoint started;
  TimerId again = 0;
  pid_t pid = 0;
  bool stopping = false;

  void run() {
    pid = start(options.command);
    started = executor.now();
    report(name() + " started");
    watch.assign(open_pidfd(pid));
    watch.async_wait(asio::posix::stream_descriptor::wait_read, [self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->ended();
    });
  }
  void ended() {
    int status = 0;
    waitpid(pid, &status, 0);
    report(name() + " ended: " + how_it_ended(status));
    pid = 0;
    watch.close();
    if (stopping) return;
    if (executor.now() - started > options.longest_pause) pause = options.first_pause;
    again = executor.call_at(executor.now() + pause, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->start_again();
    });
    pause = std::min(pause * 2, options.longest_pause);
  }
  void start_again() {
    again = 0;
    try {
      run();
    } catch (const std::runtime_error& error) {
      report(error.what());
    }
  }
  std::string name() const {
    const auto slash = options.command[0].rfind('/');
    return options.command[0].substr(slash == std::string::npos ? 0 : slash + 1) + " (process " + std::to_string(pid) + ")";
  }
  void stop() {
    stopping = true;
    if (again) executor.cancel(again);
    if (pid == 0) return;
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);  // one that is stopped hears of it too
    pollfd ends{watch.native_handle(), POLLIN, 0};
    if (poll(&ends, 1, static_cast<int>(options.stop_within.count())) <= 0) kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    pid = 0;
    boost::system::error_code ignored;
    watch.close(ignored);
  }
};

ChildProcess::ChildProcess(AsioExecutor& executor, ChildOptions options, std::function<void(const std::string&)> report)
    : state_(std::make_shared<State>(executor, std::move(options), std::move(report))) {
  state_->run();
}

ChildProcess::~ChildProcess() { state_->stop(); }

int ChildProcess::pid() const { return state_->pid; }

}  // namespace sesame::spi
