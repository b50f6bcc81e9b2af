#include "cardless/session/prompter.hpp"

#include "biometric/template/secret.hpp"

namespace sesame::cardless {
using namespace spi;

void TextTerminalPrompter::begin() {
  painter_ = std::make_unique<TaskScope>(executor_);
  display_.borrow();
}

void TextTerminalPrompter::say(std::string_view word, std::string detail) {
  if (word == word_ && detail == detail_) return;
  word_ = word;
  biometric::cleanse(detail_);
  detail_ = std::move(detail);
  ++wanted_;
  if (painter_ && !std::exchange(painting_, true)) painter_->spawn(paint());
}

std::vector<std::string> TextTerminalPrompter::lines(const Prompts& prompts) const {
  auto lines = prompts.lines(word_);
  if (!detail_.empty()) {
    lines.emplace_back();
    lines.push_back(detail_);
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
  word_.clear();
  biometric::cleanse(detail_);
  detail_.clear();
  co_await display_.give_back();
}

}  // namespace sesame::cardless
