#include "simulators/demo/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace sesame::simulators {
namespace asio = boost::asio;

namespace {

constexpr int stop_within_ms = 3000;

// Between fork and exec only calls that are safe there (the executor has threads).
[[noreturn]] void become(char* const* words, int output, int errors, int report, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  setpgid(0, 0);  // Ctrl-C is the demo's to pass on
  if (getppid() == parent && dup2(output, STDOUT_FILENO) >= 0 && dup2(errors, STDERR_FILENO) >= 0) execv(words[0], words);
  const int error = errno;
  [[maybe_unused]] const auto written = write(report, &error, sizeof error);
  _exit(127);
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return std::string("killed by signal ") + std::to_string(WTERMSIG(status));
  return "exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

struct Process::State : std::enable_shared_from_this<State> {
  explicit State(spi::AsioExecutor& executor) : output(executor.context()) {}

  asio::posix::stream_descriptor output;
  std::function<void(std::string)> line, ended;
  std::array<char, 4096> buffer{};
  std::string unfinished;
  pid_t pid = 0;

  void start(const Options& options) {
    int pipes[2], report[2];
    if (pipe2(pipes, O_CLOEXEC) != 0 || pipe2(report, O_CLOEXEC) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
    const int errors = open(options.errors.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    std::vector<char*> words;
    for (const auto& word : options.command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const pid_t parent = getpid();
    pid = fork();
    if (pid == 0) become(words.data(), pipes[1], errors, report[1], parent);
    int error = pid < 0 ? errno : 0;
    for (const int fd : {pipes[1], report[1], errors}) close(fd);
    if (pid > 0 && ::read(report[0], &error, sizeof error) == sizeof error) waitpid(pid, nullptr, 0);
    close(report[0]);
    output.assign(pipes[0]);
    if (error == 0) return;
    pid = 0;
    throw std::runtime_error(options.command[0] + " cannot be started: " + std::strerror(error));
  }
  void read() {
    output.async_read_some(asio::buffer(buffer), [self = shared_from_this()](const boost::system::error_code& error, std::size_t count) {
      if (error == asio::error::operation_aborted) return;
      if (error) return self->finished();
      self->received({self->buffer.data(), count});
      self->read();
    });
  }
  void received(std::string_view text) {
    for (const char character : text) {
      if (character != '\n') {
        unfinished += character;
        continue;
      }
      if (line) line(std::exchange(unfinished, {}));
    }
  }
  // Its output is closed: it ends, or has ended.
  void finished() {
    const std::string how = stop();
    if (ended) ended(how);
  }
  std::string stop() {
    if (pid == 0) return "";
    kill(pid, SIGTERM);
    kill(pid, SIGCONT);
    const int descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
    pollfd gone{descriptor, POLLIN, 0};
    if (descriptor < 0 || poll(&gone, 1, stop_within_ms) <= 0) kill(pid, SIGKILL);
    if (descriptor >= 0) close(descriptor);
    int status = 0;
    waitpid(pid, &status, 0);
    pid = 0;
    return how_it_ended(status);
  }
};

Process::Process(spi::AsioExecutor& executor, Options options, std::function<void(std::string)> line,
                 std::function<void(std::string)> ended)
    : state_(std::make_shared<State>(executor)) {
  state_->line = std::move(line);
  state_->ended = std::move(ended);
  state_->start(options);
  state_->read();
}

Process::~Process() {
  state_->line = nullptr;
  state_->ended = nullptr;
  state_->stop();
  boost::system::error_code ignored;
  state_->output.close(ignored);
}

int Process::pid() const { return state_->pid; }
bool Process::running() const { return state_->pid != 0; }
void Process::signal(int number) {
  if (state_->pid != 0) kill(state_->pid, number);
}

}  // namespace sesame::simulators
