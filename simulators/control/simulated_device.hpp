// What every simulated device has: text verbs that do to it what a person at the machine would do ("insert card
// track2=...", "take card", "type 1234"), and conditions that `wait` waits for. A verb takes effect at once or is refused
// as the hardware would refuse it. Owned by its provider or by a test; executor thread only.
#pragma once

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "spi/service/waiting.hpp"

namespace sesame::simulators {

/// A verb that could not be done: what was wrong, and what was expected. It repeats no value that was given.
class VerbError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The words behind a verb: plain ones in order, and name=value pairs. Double quotes keep blanks together.
class VerbArguments {
 public:
  /// Throws VerbError for a quote that is not closed. `expected` says what the verb takes.
  VerbArguments(std::string_view text, std::string expected);

  /// The next plain word; nothing when there is none left.
  std::optional<std::string> word();
  /// The value given under `name`, taken out.
  std::optional<std::string> value(std::string_view name);
  /// Throws VerbError if anything is left that the verb does not know. A verb calls it before it does anything.
  void end() const;
  const std::string& expected() const { return expected_; }

 private:
  std::string expected_;
  std::vector<std::string> words_;
  std::vector<std::pair<std::string, std::string>> values_;
};

class SimulatedDevice {
 public:
  /// `name` is what the control socket calls it: "card_reader".
  explicit SimulatedDevice(std::string name) : name_(std::move(name)) {}
  SimulatedDevice(const SimulatedDevice&) = delete;
  SimulatedDevice& operator=(const SimulatedDevice&) = delete;
  virtual ~SimulatedDevice();

  const std::string& name() const { return name_; }
  /// Does one verb now. Gives what it has to say ("" for most). Throws VerbError.
  std::string perform(std::string_view line);
  /// The same, and `wait CONDITION`, which ends when the condition holds.
  spi::Task<std::string> run(std::string line);
  /// Called when the device is destroyed.
  void when_gone(std::function<void()> listener) { gone_ = std::move(listener); }

 protected:
  using Verb = std::function<std::string(VerbArguments&)>;
  /// Adds a verb of one or two words. `usage` and `what` are its line in `help`.
  void verb(std::string words, std::string usage, std::string what, Verb action);
  /// The same for a verb that takes no arguments.
  void verb(std::string words, std::string what, std::function<std::string()> action);
  /// Adds what `wait NAME` waits for.
  void condition(std::string name, std::function<bool()> holds);
  /// Adds what `wait NAME ARGUMENT` waits for; `usage` says what the argument is.
  void condition(std::string name, std::string usage, std::function<bool(const std::string& argument)> holds);
  /// To be called after each change that a condition may see.
  void changed() { changed_.notify_all(); }
  spi::Signal& changes() { return changed_; }

 private:
  struct Entry {
    std::string words, usage, what;
    Verb action;
  };
  std::string help() const;

  std::string name_;
  std::vector<Entry> verbs_;
  struct Condition {
    std::string usage;  // "" for one without an argument
    std::function<bool(const std::string&)> holds;
  };
  std::map<std::string, Condition> conditions_;
  std::function<void()> gone_;
  spi::Signal changed_;
};

}  // namespace sesame::simulators
