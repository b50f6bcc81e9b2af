// The stack that the demo plays on: host, recording proxy and one ATM application, each a process of its own, in a run
// directory that nobody else uses. Everything that the three say is kept; a step waits for what it wants to see, never for
// time to pass. Owned by the demo; executor thread only.
#pragma once

#include <boost/json/fwd.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "simulators/demo/process.hpp"
#include "simulators/proxy/transcript.hpp"
#include "spi/service/channel.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::simulators {

/// What a step waited for did not come, or came wrong. The text is for people.
class StepFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One line of the application's diary.
struct DiaryEntry {
  spi::TimePoint at;
  std::string saw;
  std::shared_ptr<const boost::json::object> all;
  std::int64_t number(const char* key) const;
  std::string text(const char* key) const;
};

class Stage {
 public:
  struct Options {
    std::string programs;       // where sesame, xfs-proxy and atm-application are
    std::string configuration;  // the host's, YAML; empty: the simulated ATM
    std::vector<std::pair<std::string, std::string>> files;  // beside it: name and text
    double read_seconds = 20;   // the application's ReadRawData
    double take_seconds = 30;   // how long it waits for a card to be taken
    bool keep_directory = false;
  };
  Stage(spi::AsioExecutor& executor, Options options);
  ~Stage();
  Stage(const Stage&) = delete;

  /// Starts the three, and returns when the application waits for a card.
  spi::Task<void> open();

  /// A verb of the simulated devices: "cardreader insert card track2=...". Gives what it says; StepFailed with its error.
  spi::Task<std::string> verb(std::string line);
  /// The same on a connection of its own, for `wait`, which would hold up the others.
  spi::Task<std::string> wait_verb(std::string line);

  /// How much there was at a moment.
  struct Mark {
    std::size_t diary, transcript;
  };
  Mark mark() const { return {diary_.size(), transcript_.size()}; }
  /// Everything so far; entries are never changed or removed.
  const std::vector<DiaryEntry>& diary() const { return diary_; }
  const Transcript& transcript() const { return transcript_; }

  /// The first entry at or after `from` that `wanted` likes; StepFailed after `deadline`, naming `what`.
  spi::Task<DiaryEntry> see(std::string what, std::size_t from, std::function<bool(const DiaryEntry&)> wanted, spi::Duration deadline = longest_wait);
  spi::Task<DiaryEntry> see(std::string saw, std::size_t from, spi::Duration deadline = longest_wait);
  spi::Task<Message> hear(std::string what, std::size_t from, std::function<bool(const Message&)> wanted, spi::Duration deadline = longest_wait);

  spi::AsioExecutor& executor() { return executor_; }
  const std::string& directory() const { return directory_; }
  std::string host_directory() const { return directory_ + "/host"; }
  const std::string& publisher() const { return publisher_; }
  int application_pid() const { return application_ ? application_->pid() : 0; }
  int host_pid() const { return host_ ? host_->pid() : 0; }
  /// How often the application was started: the promise is once.
  int application_starts() const { return application_starts_; }

  static constexpr spi::Duration longest_wait = std::chrono::seconds(30);

 private:
  std::unique_ptr<Process> start(const std::string& name, std::vector<std::string> arguments, std::function<void(std::string)> line);
  spi::Task<std::string> first_line(std::string name, std::shared_ptr<spi::OneShot<std::string>> line);
  spi::Task<std::string> line_or_end(std::shared_ptr<spi::OneShot<std::string>> line);
  void application_said(const std::string& line);
  void proxy_said(const std::string& line);
  void check_alive() const;
  std::string last_word() const;
  spi::Task<std::string> answer(std::shared_ptr<spi::Stream<std::string>> lines, std::string verb);

  spi::AsioExecutor& executor_;
  Options options_;
  std::string directory_, publisher_;
  std::string ended_;  // the first process that ended by itself, and how
  std::vector<DiaryEntry> diary_;
  Transcript transcript_;
  spi::Signal changed_;
  std::shared_ptr<spi::Channel> verbs_;
  std::shared_ptr<spi::Stream<std::string>> answers_;
  int application_starts_ = 0;
  std::unique_ptr<Process> host_, proxy_, application_;
};

}  // namespace sesame::simulators
