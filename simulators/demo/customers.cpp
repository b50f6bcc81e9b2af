#include "simulators/demo/customers.hpp"

#include <fmt/format.h>

namespace sesame::simulators {
using namespace spi;

namespace {

// Between two reads the slot is closed for a moment.
Task<void> insert(Stage& stage, TestCard card, std::string how = "") {
  co_await stage.wait_verb("cardreader wait slot-open");
  co_await stage.verb("cardreader insert card track2=" + card.track2 + how);
}

Task<DiaryEntry> take_card(Stage& stage, std::size_t diary) {
  co_await stage.see("ejected", diary);
  co_await stage.wait_verb("cardreader wait card-at-exit");
  co_await stage.verb("cardreader take card");
  co_return co_await stage.see("taken", diary);
}

}  // namespace

Task<void> enter_pin(Stage& stage, std::size_t diary) {
  co_await stage.see("asked for PIN", diary);
  co_await stage.verb("keyboard type 1234");
  co_await stage.verb("keyboard press enter");
}

TestCard first_card() { return {"4761739001010119=29122011143804400000"}; }
TestCard second_card() { return {"5413330089010640=28062011758928889000"}; }

Task<void> until_idle(Stage& stage, std::size_t from) {
  // The recording comes from another process, later than the application's own words: `from` may lie before the
  // invitation that this customer has followed.
  auto waits = [served = false](const Message& message) mutable {
    const bool read = message.name == "CardReader.ReadRawData" && message.type == "completion";
    served = served || (read && message.completion_code.empty());  // a success has no code
    return served && message.name == "CardReader.InsertCardEvent";
  };
  co_await stage.hear("CardReader.InsertCardEvent (the application waits for the next card)", from, waits);
}

Task<Finding> card_customer(Stage& stage, TestCard card) {
  const auto diary = stage.diary().size(), transcript = stage.transcript().size();
  co_await insert(stage, card);
  const DiaryEntry read = co_await stage.see("card", diary);
  co_await enter_pin(stage, diary);
  const DiaryEntry pin = co_await stage.see("PIN", diary);
  const DiaryEntry taken = co_await take_card(stage, diary);
  co_await until_idle(stage, transcript);
  if (pin.number("digits") != 4) throw StepFailed("the application counted other than the four digits that were typed");
  if (!taken.all->at("seen").as_bool()) throw StepFailed("the application was not told that the card was taken");
  Finding finding;
  finding.data = {{"customer", taken.number("customer")}, {"accountNumber", read.text("accountNumber")}, {"readMs", taken.number("readMs")},
                  {"pinMs", taken.number("pinMs")}, {"ejectMs", taken.number("ejectMs")}, {"totalMs", taken.number("totalMs")}};
  finding.said = fmt::format("{}: card in to track read {} ms, PIN {} ms, card out {} ms, in all {} ms", read.text("accountNumber"),
                             taken.number("readMs"), taken.number("pinMs"), taken.number("ejectMs"), taken.number("totalMs"));
  co_return finding;
}

Task<Finding> customer_who_cancels(Stage& stage) {
  const auto diary = stage.diary().size(), transcript = stage.transcript().size();
  co_await insert(stage, second_card());
  co_await stage.see("asked for PIN", diary);
  co_await stage.verb("keyboard type 12");
  co_await stage.verb("keyboard press cancel");
  const DiaryEntry pin = co_await stage.see("PIN", diary);
  const DiaryEntry taken = co_await take_card(stage, diary);
  co_await until_idle(stage, transcript);
  if (pin.all->at("entered").as_bool()) throw StepFailed("the application took the entry for a PIN");
  Finding finding;
  finding.said = fmt::format("card back {} ms after it went in", taken.number("totalMs"));
  finding.data = {{"totalMs", taken.number("totalMs")}};
  co_return finding;
}

Task<Finding> customer_who_leaves_the_card(Stage& stage) {
  const auto diary = stage.diary().size(), transcript = stage.transcript().size();
  co_await insert(stage, second_card());
  co_await enter_pin(stage, diary);
  const DiaryEntry ejected = co_await stage.see("ejected", diary);
  const DiaryEntry retained = co_await stage.see("retained", diary);
  co_await until_idle(stage, transcript);
  const double waited = std::chrono::duration<double>(retained.at - ejected.at).count();
  Finding finding;
  finding.said = fmt::format("card retained {:.1f} s after it was offered", waited);
  finding.data = {{"retainedAfterSeconds", waited}};
  co_return finding;
}

Task<Finding> customer_who_pulls_the_card(Stage& stage) {
  const auto diary = stage.diary().size(), transcript = stage.transcript().size();
  co_await insert(stage, second_card());
  co_await stage.see("asked for PIN", diary);
  const TimePoint pulled = stage.executor().now();
  co_await stage.verb("cardreader pull card");
  const DiaryEntry taken = co_await stage.see("taken", diary);
  co_await until_idle(stage, transcript);
  const double after = std::chrono::duration<double, std::milli>(taken.at - pulled).count();
  Finding finding;
  finding.said = fmt::format("PIN entry ended, application free {:.0f} ms later", after);
  finding.data = {{"freeAfterMs", after}};
  co_return finding;
}

Task<Finding> customer_with_the_card_the_wrong_way(Stage& stage) {
  const auto diary = stage.diary().size(), transcript = stage.transcript().size();
  co_await insert(stage, second_card(), " wrong-way");
  auto refused = [](const Message& message) { return message.name == "CardReader.InvalidMediaEvent"; };
  co_await stage.hear("CardReader.InvalidMediaEvent", transcript, refused);
  co_await insert(stage, second_card());
  co_await enter_pin(stage, diary);
  const DiaryEntry taken = co_await take_card(stage, diary);
  co_await until_idle(stage, transcript);
  Finding finding;
  finding.said = fmt::format("InvalidMediaEvent, then served in {} ms", taken.number("totalMs"));
  finding.data = {{"totalMs", taken.number("totalMs")}};
  co_return finding;
}

}  // namespace sesame::simulators
