#include "cardless/session/prompts.hpp"

#include <stdexcept>

#include "spi/host/configuration.hpp"

namespace sesame::cardless {

namespace {

constexpr const char* words[] = {"inviteKey",       "inviteButton",
                                 "inviteCode",      "inviteLook",
                                 "showCode",        "enterOrShowCode",
                                 "enterPhone",      "enterId",
                                 "enterPhoneOrId",  "enterCustomer",
                                 "enterPasscode",   "wrongLength",
                                 "lookAtCamera",    "comeCloser",
                                 "stepBack",        "moveToCentre",
                                 "lookStraight",    "openEyes",
                                 "uncoverEyes",     "moreLight",
                                 "lessLight",
                                 "evenLight",       "holdStill",
                                 "blink",           "moveALittle",
                                 "oneAtATime",      "turnLeft",
                                 "turnRight",       "nod",
                                 "checking",        "notRecognised",
                                 "tryLater",        "nobodySeen",
                                 "unavailable",     "ended",
                                 "useCard",         "consent",
                                 "consentDeclined", "enterCode",
                                 "wrongCode",       "insertOwnCard",
                                 "takeOwnCard",     "cardUnreadable",
                                 "notEnrolled",     "enrolled",
                                 "yourPasscode",    "myFace",
                                 "myFaceSince",     "myFaceLastUse",
                                 "myFaceNeverUsed", "myFaceUntil",
                                 "myFacePurpose",   "myFaceText",
                                 "myFaceOld",       "myFaceActive",
                                 "myFacePaused",    "myFaceSuspended",
                                 "myFaceDelete",    "myFaceDeleted"};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (;;) {
    const auto end = text.find('\n', begin);
    lines.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) break;
    begin = end + 1;
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

}  // namespace

bool has_language(std::string_view language) { return shipped_prompts(language) != nullptr; }
std::string languages() { return "en, ja, zh, bo"; }

Prompts::Prompts(const std::string& language) : language_(language) {
  const char* text = shipped_prompts(language);
  if (!text) throw std::invalid_argument("no prompts in that language: expected " + languages());
  const auto section = spi::Section::from_text(text, "cardless/prompts/" + language + ".yaml");
  for (const char* word : words) lines_[word] = split(section.text(word));
}

const std::vector<std::string>& Prompts::lines(std::string_view word) const {
  const auto found = lines_.find(word);
  if (found == lines_.end()) throw std::logic_error("no such prompt: " + std::string(word));
  return found->second;
}

}  // namespace sesame::cardless
