#include "simulators/demo/face_customers.hpp"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>

#include "simulators/demo/customers.hpp"

namespace sesame::simulators {
using namespace spi;

namespace {

constexpr const char* asks_claim = "textterminal wait shows \"Your passcode\"";
constexpr const char* application_screen = "textterminal wait shows \"Please insert your card\"";

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

// Until the machine asks for the claim.
Task<void> start(Stage& stage) {
  co_await stage.wait_verb("keyboard wait data-entry");
  co_await stage.verb("keyboard press fdk01");
  co_await stage.wait_verb(asks_claim);
  co_await stage.wait_verb("keyboard wait data-entry");
}

Task<void> claim(Stage& stage, std::string digits) {
  std::string typing = "keyboard type " + digits;
  co_await stage.verb(std::move(typing));
  co_await stage.verb("keyboard press enter");
}

// What came from the card reader since then, but for the answers to reads that nobody ended.
void require_nothing_seen(const Stage& stage, std::size_t from) {
  for (std::size_t i = from; i < stage.transcript().size(); ++i) {
    const Message& message = stage.transcript()[i];
    if (message.name == "CardReader.MediaInsertedEvent" || message.name == "Common.StatusChangedEvent")
      throw StepFailed("the application saw " + message.name);
  }
}

}  // namespace

// From the claim on every customer is the same to the application.
static Task<Finding> recognised_customer(FaceSide& faces, Stage::Mark before, TimePoint came) {
  Stage& stage = faces.stage();
  const TimePoint claimed = stage.executor().now();
  const DiaryEntry read = co_await stage.see("card", before.diary);
  const TimePoint served = stage.executor().now();
  co_await enter_pin(stage, before.diary);
  const DiaryEntry pin = co_await stage.see("PIN", before.diary);
  const DiaryEntry taken = co_await stage.see("taken", before.diary);
  co_await faces.show("nobody");
  co_await until_idle(stage, before.transcript);
  if (pin.number("digits") != 4) throw StepFailed("the application counted other than the four digits that were typed");
  if (!taken.all->at("seen").as_bool()) throw StepFailed("the application was not told that the card was taken");
  Finding finding;
  finding.said = fmt::format("{}: start to track read {:.0f} ms, claim to track read {:.0f} ms, card out {} ms, in all {} ms", read.text("accountNumber"),
                             milliseconds(served - came), milliseconds(served - claimed), taken.number("ejectMs"), taken.number("totalMs"));
  finding.data = {{"customer", taken.number("customer")},
                  {"accountNumber", read.text("accountNumber")},
                  {"startToTrackMs", milliseconds(served - came)},
                  {"claimToTrackMs", milliseconds(served - claimed)},
                  {"readMs", taken.number("readMs")},
                  {"pinMs", taken.number("pinMs")},
                  {"ejectMs", taken.number("ejectMs")}};
  co_return finding;
}

Task<Finding> face_customer(FaceSide& faces, double from_seconds) {
  Stage& stage = faces.stage();
  const Stage::Mark before = stage.mark();
  co_await faces.show_take(faces.takes().login, from_seconds);
  const TimePoint came = stage.executor().now();
  co_await start(stage);
  co_await claim(stage, faces.claims().passcode);
  co_return co_await recognised_customer(faces, before, came);
}

Task<Finding> customer_with_a_code(FaceSide& faces, double from_seconds) {
  Stage& stage = faces.stage();
  const Stage::Mark before = stage.mark();
  co_await faces.show_take(faces.takes().login, from_seconds);
  co_await stage.wait_verb("barcodereader wait scanning");
  const TimePoint came = stage.executor().now();
  std::string showing = "barcodereader scan " + faces.claims().code;
  co_await stage.verb(std::move(showing));
  co_return co_await recognised_customer(faces, before, came);
}

Task<Finding> refused_customer(FaceSide& faces, std::string take, std::string digits) {
  Stage& stage = faces.stage();
  const auto transcript = stage.transcript().size();
  co_await faces.show_take(std::move(take));
  co_await start(stage);
  co_await claim(stage, std::move(digits));
  const TimePoint claimed = stage.executor().now();
  co_await stage.wait_verb("textterminal wait shows \"not recognised\"");
  const TimePoint refused = stage.executor().now();
  co_await stage.wait_verb(asks_claim);
  co_await stage.wait_verb("keyboard wait data-entry");
  co_await stage.verb("keyboard press cancel");
  co_await stage.wait_verb(application_screen);
  co_await faces.show("nobody");
  require_nothing_seen(stage, transcript);
  Finding finding;
  finding.said = fmt::format("claim to refusal {:.0f} ms; the application saw nothing, its read is pending", milliseconds(refused - claimed));
  finding.data = {{"claimToRefusalMs", milliseconds(refused - claimed)}};
  co_return finding;
}

Task<Finding> card_in_mid_session(FaceSide& faces) {
  Stage& stage = faces.stage();
  co_await start(stage);
  co_await stage.verb("keyboard type 741");
  co_return co_await card_customer(stage, second_card());
}

Task<Finding> customer_who_walks_away(FaceSide& faces) {
  Stage& stage = faces.stage();
  const auto transcript = stage.transcript().size();
  co_await faces.show("nobody");
  co_await start(stage);
  co_await claim(stage, faces.claims().passcode);
  const TimePoint gone = stage.executor().now();
  co_await stage.wait_verb("textterminal wait shows \"Nobody was seen\"");
  co_await stage.wait_verb(application_screen);
  const double after = milliseconds(stage.executor().now() - gone);
  require_nothing_seen(stage, transcript);
  Finding finding;
  finding.said = fmt::format("session over {:.1f} s later, the screen is the application's again", after / 1000);
  finding.data = {{"overAfterMs", after}};
  co_return finding;
}

// StepFailed leaves it, so that the process is woken again by whoever stopped it.
static Task<Finding> stuck_session(FaceSide& faces) {
  Stage& stage = faces.stage();
  co_await start(stage);
  co_await claim(stage, faces.claims().passcode);
  co_await stage.wait_verb("textterminal wait shows \"look at the camera\"");
  co_return co_await card_customer(stage, first_card());
}

Task<Finding> stuck_face_process(FaceSide& faces) {
  Stage& stage = faces.stage();
  const int process = faces.face_process();
  struct Stopped {
    int pid;
    explicit Stopped(int process) : pid(process) { kill(pid, SIGSTOP); }
    ~Stopped() { kill(pid, SIGCONT); }
  };
  Finding served;
  {
    const Stopped stopped(process);
    served = co_await stuck_session(faces);
  }
  co_await faces.ready();
  co_await stage.wait_verb(application_screen);
  co_return served;
}

}  // namespace sesame::simulators
