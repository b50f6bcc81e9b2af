// Where a session's words go. It shows the newest and skips what was overtaken. One session at a time;
// executor thread only.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cardless/front/text_terminal_front.hpp"
#include "cardless/session/prompts.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::cardless {

/// A prompt and what follows it on its last line; or a line alone, below a blank one (an echo, a passcode).
struct PromptPart {
  std::string word;  // "" for none
  std::string text;  // sensitive
};

class Prompter {
 public:
  virtual ~Prompter() = default;
  /// Before the first word of a session.
  virtual void begin() = 0;
  /// Shows these, one below the other. Returns at once.
  virtual void say(std::vector<PromptPart> parts) = 0;
  /// A prompt, and below it `detail`.
  void say(std::string_view word, std::string detail = {});
  /// Returns when the newest word is shown.
  virtual spi::Task<void> settled() = 0;
  /// After the last word: whoever had the display has it again.
  virtual spi::Task<void> end() = 0;
};

/// On the customer's text terminal.
class TextTerminalPrompter final : public Prompter {
 public:
  /// `display` and both prompts outlive it. A display without the characters of `prompts` gets `fallback`.
  TextTerminalPrompter(spi::Executor& executor, TextTerminalFront& display, const Prompts& prompts,
                       const Prompts& fallback)
      : executor_(executor), display_(display), prompts_(prompts), fallback_(fallback) {}

  void begin() override;
  using Prompter::say;
  void say(std::vector<PromptPart> parts) override;
  spi::Task<void> settled() override;
  spi::Task<void> end() override;

 private:
  void forget();
  spi::Task<void> paint();
  std::vector<std::string> lines(const Prompts& prompts) const;

  spi::Executor& executor_;
  TextTerminalFront& display_;
  const Prompts& prompts_;
  const Prompts& fallback_;
  std::vector<PromptPart> parts_;
  unsigned wanted_ = 0, shown_ = 0;
  bool painting_ = false, lacks_characters_ = false;
  spi::Signal changed_;
  std::unique_ptr<spi::TaskScope> painter_;  // one a session
};

/// An ATM without a display for customers.
class SilentPrompter final : public Prompter {
 public:
  void begin() override {}
  void say(std::vector<PromptPart>) override {}
  spi::Task<void> settled() override { co_return; }
  spi::Task<void> end() override { co_return; }
};

}  // namespace sesame::cardless
