#include "simulators/atm_application/atm_application.hpp"

#include <boost/json.hpp>

#include "simulators/atm_application/card_data.hpp"
#include "spi/contract/codec.hpp"
#include "spi/service/task_scope.hpp"
#include "xfs/card_reader_client.hpp"
#include "xfs/common_client.hpp"
#include "xfs/keyboard_client.hpp"
#include "xfs/text_terminal_client.hpp"

namespace sesame::simulators {
using namespace spi;
using namespace std::chrono_literals;
namespace json = boost::json;
namespace card_reader = xfs::card_reader;
namespace common = xfs::common;
namespace keyboard = xfs::keyboard;
namespace text_terminal = xfs::text_terminal;

// What comes by itself, and what it may have to end.
struct AtmApplication::Shared {
  bool removed = false;       // since the last read began
  bool lost = false;
  bool card_is_ours = false;  // a card that must not leave before it is given back
  std::optional<RawCall> pin_entry;
  std::optional<card_reader::StatusMedia> media;  // where the card is, as far as the reader tells
  Signal changed;

  // The card reader's part of a status or of a change of it: what it leaves out is unchanged.
  void note(const contract::Optional<contract::Json>& part) {
    card_reader::Status status;
    if (part && !contract::read(&part->value(), status) && status.media) media = *status.media;
  }
};

struct AtmApplication::Card {
  std::optional<std::string> account_number;
  std::size_t track2_length = 0;
  TimePoint inserted, read;
};

struct AtmApplication::Customer {
  int number = 0;
  TimePoint inserted;
  std::int64_t read_ms = 0, pin_ms = 0, eject_ms = 0;
};

namespace {

std::int64_t milliseconds(Duration duration) { return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count(); }

// A service that answers nothing at all would hold a customer's card.
constexpr auto longest_answer = 60s;

}  // namespace

AtmApplication::AtmApplication(Services services, AtmSettings settings, Diary& diary)
    : services_(services), settings_(std::move(settings)), diary_(diary), shared_(std::make_shared<Shared>()) {
  services_.card_reader.on_unsolicited([shared = shared_](const ReceivedEvent& event) {
    if (event.is<common::StatusChangedEvent>()) shared->note(event.as<common::StatusChangedEvent>().card_reader);
    if (!event.is<card_reader::MediaRemovedEvent>()) return;
    shared->removed = true;
    if (shared->card_is_ours && shared->pin_entry) shared->pin_entry->cancel();
    shared->changed.notify_all();
  });
  for (auto* connection : {&services_.card_reader, &services_.keyboard, &services_.display})
    connection->on_closed([shared = shared_, all = services_](std::string_view) {
      if (std::exchange(shared->lost, true)) return;
      for (auto* other : {&all.card_reader, &all.keyboard, &all.display}) other->close();  // ends what is pending there
      shared->changed.notify_all();
    });
}

AtmApplication::~AtmApplication() = default;

bool AtmApplication::lost() const { return shared_->lost; }

Task<void> AtmApplication::run() {
  co_await learn();
  co_await be_ready();
  while (!lost()) co_await serve_customer();
}

// What kind of reader it is decides how a card comes back.
Task<void> AtmApplication::learn() {
  auto call = common::Client(services_.card_reader).capabilities();
  const auto reply = co_await call.completion();
  if (!reply.ok()) throw std::runtime_error("the card reader does not tell its capabilities: " + reply.text());
  card_reader::Capabilities reader;
  if (!reply.data.card_reader || contract::read(&reply.data.card_reader->value(), reader))
    throw std::runtime_error("the service " + settings_.card_reader + " is no card reader");
  using Type = card_reader::CapabilitiesType;
  can_move_ = reader.type == Type::motor || reader.type == Type::latchedDip;
  can_tell_taken_ = reader.card_taken_sensor;
  diary_.write("connected", {{"cardReader", to_string(reader.type)}});
}

// Waits while a service says that it is starting: until then it answers Status alone.
Task<void> AtmApplication::be_ready() {
  for (auto* connection : {&services_.card_reader, &services_.keyboard, &services_.display})
    for (;;) {
      auto call = common::Client(*connection).status();
      const auto reply = co_await call.completion();
      if (reply.ok()) shared_->note(reply.data.card_reader);
      if (!reply.ok() || reply.data.common.device != common::Device::starting) break;
      co_await sleep_for(200ms);
    }
}

Task<void> AtmApplication::serve_customer() {
  co_await show("Welcome", "Please insert your card");
  const auto card = co_await wait_for_card();
  if (!card) co_return;
  Customer customer;
  customer.number = ++customers_;
  customer.inserted = card->inserted;
  customer.read_ms = milliseconds(card->read - card->inserted);
  diary_.write("card", {{"customer", customer.number},
                        {"accountNumber", card->account_number ? json::value(masked_account_number(*card->account_number)) : json::value(nullptr)},
                        {"track2Characters", card->track2_length}});
  shared_->card_is_ours = can_move_;
  if (!card->account_number) {
    co_await show("Your card cannot be read");
  } else if (co_await ask_pin(customer)) {
    // Here a bank's application asks PinPad.GetPinBlock over the account number, and its host for the transaction.
    co_await show("Thank you", "Your order was carried out");
  } else {
    co_await show("The transaction was ended");
  }
  shared_->card_is_ours = false;
  co_await give_back(customer);
}

Task<std::optional<AtmApplication::Card>> AtmApplication::wait_for_card() {
  bool announced = false;
  while (!lost()) {
    shared_->removed = false;
    auto call = card_reader::Client(services_.card_reader).read_raw_data({.track2 = true}, {settings_.read_timeout});
    Card card;
    card.inserted = services_.card_reader.executor().now();
    while (const auto event = co_await call.next_event()) {
      if (event->is<card_reader::InsertCardEvent>() && !std::exchange(announced, true)) diary_.write("ready");
      if (event->is<card_reader::MediaInsertedEvent>()) {
        card.inserted = services_.card_reader.executor().now();
        shared_->removed = false;
      }
      if (event->is<card_reader::InvalidMediaEvent>()) co_await show("Please turn your card", "and insert it again");
    }
    const auto reply = co_await call.completion();
    if (lost()) break;
    if (reply.ok()) {
      card.read = services_.card_reader.executor().now();
      const auto& track2 = reply.data.track2;
      if (track2 && !track2->status && track2->data) {
        const auto characters = from_base64(*track2->data);
        card.track2_length = characters ? characters->size() : 0;
        card.account_number = characters ? account_number(*characters) : std::nullopt;
      }
      co_return card;
    }
    if (reply.code != CompletionCode::timeOut) co_await after_failed_read(reply);
  }
  co_return std::nullopt;
}

Task<void> AtmApplication::after_failed_read(RawReply reply) {
  trouble("reading a card", reply);
  if (reply.code == CompletionCode::canceled) co_return;
  if (reply.error_code == "mediaJam" || reply.error_code == "shutterFail" || reply.code != CompletionCode::commandErrorCode) {
    co_await out_of_order("reading a card");
    co_await show("Welcome", "Please insert your card");
    co_return;
  }
  // The card is at the slot, or gone already: a customer who holds it can try again.
  co_await show("Your card cannot be read", "Please take it");
  if (card_is_in()) co_await within(settings_.take_timeout, card_removed());
  co_await show("Welcome", "Please insert your card");
}

Task<bool> AtmApplication::ask_pin(Customer& customer) {
  co_await show("Please enter your PIN", "and press Enter");
  const TimePoint asked = services_.keyboard.executor().now();
  keyboard::PinEntry wanted;
  wanted.min_len = 4;
  wanted.max_len = 12;
  wanted.echo = "*";
  for (const char* key : {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "clear"})
    wanted.active_keys.push_back({key, {}});
  for (const char* key : {"enter", "cancel"}) wanted.active_keys.push_back({key, {.terminate = true}});
  if (shared_->removed && shared_->card_is_ours) co_return false;
  auto call = keyboard::Client(services_.keyboard).pin_entry(wanted, {settings_.pin_timeout});
  shared_->pin_entry = call;
  while (const auto event = co_await call.next_event())
    if (event->is<keyboard::EnterDataEvent>()) diary_.write("asked for PIN", {{"customer", customer.number}});
  const auto reply = co_await call.completion();
  shared_->pin_entry.reset();
  customer.pin_ms = milliseconds(services_.keyboard.executor().now() - asked);
  if (!reply.ok()) {
    trouble("asking for the PIN", reply);
    co_return false;
  }
  const bool entered = reply.data.completion && *reply.data.completion == keyboard::EntryCompletion::enter;
  diary_.write("PIN", {{"customer", customer.number}, {"digits", reply.data.digits}, {"entered", entered}});
  co_return entered;
}

Task<void> AtmApplication::give_back(Customer& customer) {
  const TimePoint began = services_.card_reader.executor().now();
  if (can_move_ && !shared_->removed) {
    auto call = card_reader::Client(services_.card_reader).move({}, {longest_answer});
    const auto reply = co_await call.completion();
    customer.eject_ms = milliseconds(services_.card_reader.executor().now() - began);
    if (lost()) co_return;
    if (reply.ok()) {
      diary_.write("ejected", {{"customer", customer.number}});
    } else if (reply.error_code != "noMedia") {
      trouble("giving the card back", reply);
      co_await out_of_order("giving the card back");
      co_return;
    }
  }
  co_await show("Please take your card");
  co_await until_taken(customer);
}

Task<void> AtmApplication::until_taken(Customer& customer) {
  // A motor reader's card is at the slot now; of the others only those that still say so have one.
  const bool wait = !shared_->removed && (can_move_ ? can_tell_taken_ : card_is_in());
  if (wait) co_await within(settings_.take_timeout, card_removed());
  if (lost()) co_return;
  if (wait && !shared_->removed) {
    diary_.write("not taken", {{"customer", customer.number}});
    co_await retain();
    co_return;
  }
  const auto& executor = services_.card_reader.executor();
  diary_.write("taken", {{"customer", customer.number},
                         {"seen", shared_->removed},
                         {"readMs", customer.read_ms},
                         {"pinMs", customer.pin_ms},
                         {"ejectMs", customer.eject_ms},
                         {"totalMs", milliseconds(executor.now() - customer.inserted)}});
}

Task<void> AtmApplication::retain() {
  if (!can_move_) co_return;
  auto call = card_reader::Client(services_.card_reader).reset({.to = card_reader::ResetTo::retain}, {longest_answer});
  const auto reply = co_await call.completion();
  if (reply.ok()) diary_.write("retained");
  else trouble("retaining a card", reply);
}

// As the reader last told. The application never asks while it serves: what it does must not hang on how fast a customer is.
bool AtmApplication::card_is_in() const {
  using Media = card_reader::StatusMedia;
  return can_tell_taken_ && (shared_->media == Media::present || shared_->media == Media::latched || shared_->media == Media::entering);
}

Task<bool> AtmApplication::card_removed() {
  while (!shared_->removed && !shared_->lost) co_await shared_->changed.wait();
  co_return shared_->removed;
}

Task<void> AtmApplication::show(std::string first, std::string second) {
  text_terminal::Client display(services_.display);
  auto cleared = display.clear_screen({}, {longest_answer});
  const auto clear_reply = co_await cleared.completion();
  if (!clear_reply.ok()) trouble("clearing the screen", clear_reply);
  int row = 0;
  for (const auto& text : {first, second}) {
    if (text.empty()) continue;
    text_terminal::Write line;
    line.pos_y = row++;
    line.text = text;
    auto written = display.write(line, {longest_answer});
    const auto reply = co_await written.completion();
    if (!reply.ok()) trouble("writing on the screen", reply);
  }
}

// Says so, tries to reset the reader, and gives it time: what is broken stays broken for a while.
Task<void> AtmApplication::out_of_order(std::string what) {
  diary_.write("out of order", {{"doing", what}});
  co_await show("Out of order");
  auto call = card_reader::Client(services_.card_reader).reset({}, {longest_answer});
  const auto reply = co_await call.completion();
  if (!reply.ok()) trouble("resetting the card reader", reply);
  co_await sleep_for(2s);
}

void AtmApplication::trouble(std::string_view doing, const RawReply& reply) {
  if (lost()) return;
  json::object details{{"doing", doing}, {"code", to_string(reply.code)}};
  if (!reply.error_code.empty()) details["errorCode"] = reply.error_code;
  if (!reply.acknowledge.empty()) details["acknowledge"] = reply.acknowledge;
  diary_.write("trouble", details);
}

}  // namespace sesame::simulators
