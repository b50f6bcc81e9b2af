#include "cardless/session/prompter.hpp"

#include <algorithm>

#include "biometric/template/secret.hpp"

namespace sesame::cardless {
using namespace spi;

void TextTerminalPrompter::begin() {
  painter_ = std::make_unique<TaskScope>(executor_);
  display_.borrow();
}

void Prompter::say(std::string_view word, std::string detail) {
  std::vector<PromptPart> parts;
  parts.reserve(2);  // a passcode is not left behind by growing
  parts.push_back({std::string(word), {}});
  if (!detail.empty()) parts.push_back({{}, std::move(detail)});
  say(std::move(parts));
}

void TextTerminalPrompter::forget() {
  for (PromptPart& part : parts_) biometric::cleanse(part.text);
  parts_.clear();
}

void TextTerminalPrompter::say(std::vector<PromptPart> parts) {
  if (std::ranges::equal(parts, parts_, [](const PromptPart& one, const PromptPart& other) {
        return one.word == other.word && one.text == other.text;
      }))
    return;
  forget();
  parts_ = std::move(parts);
  ++wanted_;
  if (painter_ && !std::exchange(painting_, true)) painter_->spawn(paint());
}

std::vector<std::string> TextTerminalPrompter::lines(const Prompts& prompts) const {
  std::vector<std::string> lines;
  for (const PromptPart& part : parts_) {
    if (part.word.empty()) {
      lines.emplace_back();
      lines.push_back(part.text);
      continue;
    }
    const auto& words = prompts.lines(part.word);
    lines.insert(lines.end(), words.begin(), words.end());
    if (!part.text.empty()) lines.back() += " " + part.text;
  }
  return lines;
}

Task<void> TextTerminalPrompter::paint() {
  while (shown_ != wanted_) {
    const unsigned painted = wanted_;
    auto text = lines(lacks_characters_ ? fallback_ : prompts_);
    const bool has_characters = co_await display_.show(std::move(text));
    if (!has_characters && !std::exchange(lacks_characters_, true)) continue;
    shown_ = painted;
    changed_.notify_all();
  }
  painting_ = false;
}

Task<void> TextTerminalPrompter::settled() {
  while (painter_ && shown_ != wanted_) co_await changed_.wait();
}

Task<void> TextTerminalPrompter::end() {
  if (!painter_) co_return;
  painter_->cancel();
  co_await painter_->idle();
  painter_.reset();
  painting_ = false;
  shown_ = wanted_;
  forget();
  co_await display_.give_back();
}

}  // namespace sesame::cardless
