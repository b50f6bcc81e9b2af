#include "cardless/session/my_face.hpp"

namespace sesame::cardless {
using namespace spi;
using biometric::CustomerStatus;
using biometric::HeldFace;

namespace {

std::string_view choices(CustomerStatus status) {
  if (status == CustomerStatus::active) return "myFaceActive";
  return status == CustomerStatus::paused ? "myFacePaused" : "myFaceSuspended";
}

std::vector<PromptPart> page(const HeldFace& held) {
  std::vector<PromptPart> parts{{"myFace", {}}, {"myFaceSince", held.enrolled}};
  if (held.last_used.empty())
    parts.push_back({"myFaceNeverUsed", {}});
  else
    parts.push_back({"myFaceLastUse", held.last_used});
  if (!held.deletion_due.empty()) parts.push_back({"myFaceUntil", held.deletion_due});
  parts.push_back({"myFacePurpose", held.purpose});
  parts.push_back({"myFaceText", held.text_version});
  if (held.enrol_again) parts.push_back({"myFaceOld", {}});
  parts.push_back({std::string(choices(held.status)), {}});
  return parts;
}

}  // namespace

MyFace::MyFace(SessionParts parts, const Profile& profile, std::string customer_id)
    : parts_(std::move(parts)), profile_(profile), customer_id_(std::move(customer_id)) {}

Task<void> MyFace::tell(std::string_view word, std::string detail) {
  parts_.prompter.say(word, std::move(detail));
  co_await parts_.prompter.settled();
  co_await sleep_for(last_word_time);
}

// "" when nothing was pressed in time.
Task<std::string> MyFace::pressed(std::vector<std::string> keys) {
  co_await parts_.prompter.settled();
  auto pressing = parts_.keyboard->enter_key(std::move(keys));
  const auto key = co_await within(profile_.claim_time, std::move(pressing));
  co_return key.value_or("");
}

Task<std::string> MyFace::run() {
  std::string how = "seen";
  for (;;) {
    const auto held = co_await parts_.engine.held(customer_id_);
    if (!held) co_return "deleted meanwhile";
    parts_.prompter.say(page(*held));
    std::vector<std::string> keys{"two", "cancel"};
    if (held->status != CustomerStatus::suspended) keys.emplace_back("one");
    const std::string key = co_await pressed(std::move(keys));
    if (key == "one") {
      const bool changed = co_await change_status();
      if (changed)
        how = held->status == CustomerStatus::active ? "paused by the customer" : "taken up by the customer";
      continue;
    }
    if (key != "two") break;
    const std::string deleted = co_await delete_all();
    if (!deleted.empty()) co_return deleted;
  }
  co_await tell("ended");
  co_return how;
}

// What the bank suspended meanwhile is not the customer's to take up.
Task<bool> MyFace::change_status() {
  const auto held = co_await parts_.engine.held(customer_id_);
  if (!held || held->status == CustomerStatus::suspended) co_return false;
  const bool active = held->status == CustomerStatus::active;
  co_return co_await parts_.engine.set_status(customer_id_,
                                              active ? CustomerStatus::paused : CustomerStatus::active);
}

Task<std::string> MyFace::delete_all() {
  parts_.prompter.say("myFaceDelete");
  std::vector<std::string> keys{"enter", "cancel"};
  const std::string key = co_await pressed(std::move(keys));
  if (key != "enter") co_return "";
  const auto gone =
      co_await parts_.engine.forget(customer_id_, "withdrawn", "customer at " + parts_.terminal);
  std::string numbers;
  for (const auto& receipt : gone.receipts)
    numbers += (numbers.empty() ? "" : ", ") + std::to_string(receipt.number);
  co_await tell("myFaceDeleted", numbers);
  co_return "deleted by the customer";
}

}  // namespace sesame::cardless
