// A helper process of a measurement, on a core of its own choice; ends with it whatever happens. One thread.
#pragma once

#include <string>
#include <vector>

namespace sesame::bench {

/// Runs the calling thread on this core alone; -1 on any.
void pin(int core);

class Child {
 public:
  /// The program's path first. `from_errors`: lines are read from standard error. Throws std::runtime_error.
  Child(std::vector<std::string> command, int core = -1, bool from_errors = false);
  ~Child();
  Child(const Child&) = delete;

  /// The next line; waits 30 s at most. Throws std::runtime_error when none comes.
  std::string line();
  int pid() const { return pid_; }
  /// Megabytes: VmRSS of /proc/PID/status.
  double resident() const;

 private:
  int pid_ = 0, out_ = -1;
  std::string pending_;
};

/// A folder of the measurement's own (mode 0700), gone with it.
class Folder {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  const std::string& path() const { return path_; }
  std::string file(const std::string& name, const std::string& text) const;

 private:
  std::string path_;
};

/// Where the programs are: beside this one.
std::string program(const std::string& name);
/// Whether the face process, its models and the demo's videos are here; why not otherwise.
std::string why_no_faces();
std::string video(const std::string& name);

}  // namespace sesame::bench
