#include "cardless/front/card_reader_front.hpp"

#include <boost/json.hpp>

#include "spi/contract/base64.hpp"
#include "spi/contract/codec.hpp"
#include "xfs/card_reader.hpp"

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

// Passes a command's events on but for the one that its client has seen already.
class OnceAnnounced final : public Command {
 public:
  explicit OnceAnnounced(Command& command, bool announced) : command_(command), announced_(announced) {}
  const contract::CommandInfo& info() const override { return command_.info(); }
  ConnectionId connection() const override { return command_.connection(); }
  const ClientIdentity& client() const override { return command_.client(); }
  std::optional<TimePoint> deadline() const override { return command_.deadline(); }
  void emit_event(const contract::EventInfo& event, const void* payload) override {
    if (!seen(event)) command_.emit_event(event, payload);
  }
  void emit_json(const contract::EventInfo& event, const json::value& payload) override {
    if (!seen(event)) command_.emit_json(event, payload);
  }

 private:
  bool seen(const contract::EventInfo& event) const {
    return announced_ && event.name == "CardReader.InsertCardEvent";
  }
  Command& command_;
  bool announced_;
};

bool ended_unread(const RawReply& reply) {
  return !reply.connection_lost &&
         (reply.code == CompletionCode::canceled || reply.code == CompletionCode::timeOut);
}

}  // namespace

// A ReadRawData of an application that waits for a card in the original.
struct CardReaderFront::Wait {
  ConnectionId connection = 0;
  bool announced = false;  // the application has seen InsertCardEvent: the reader is ready
  bool came_in = false;    // a card came in: from then on this read is the card's
  bool over = false;
};

// A face card on its way to an application; lives in present().
struct CardReaderFront::Offer {
  FaceCardData card;
  std::optional<bool> taken;
};

CardReaderFront::CardReaderFront(Executor& executor, Upstream::Connect connect, std::string retain_unit)
    : Front(executor, std::move(connect)), retain_unit_(std::move(retain_unit)) {}

void CardReaderFront::attach(ServiceLink& service) {
  Front::attach(service);
  FaceCard::Listener& listener = *this;
  face_card_ = std::make_unique<FaceCard>(service, listener);
}

std::optional<ConnectionId> CardReaderFront::waiting() const {
  if (!wait_ || wait_->over || wait_->came_in || !wait_->announced) return std::nullopt;
  return wait_->connection;
}

Task<json::value> CardReaderFront::run(const contract::CommandInfo& command, const json::value& payload,
                                       Command& context) {
  if (command.name == "CardReader.ReadRawData") co_return co_await read(command, payload, context);
  if (command.name == "CardReader.Reset") co_return co_await reset(command, payload, context);
  const bool of_cards = command.interface->name == "CardReader" &&
                        command.lane != contract::Lane::immediate && command.name != "CardReader.SetKey";
  while (of_cards && lent_) co_await changed_.wait();  // a customer's own card is given back first
  if (of_cards && face_card_in()) co_return co_await face_card_->run(command, payload, context);
  co_return co_await pass(command, payload, context);
}

Task<json::value> CardReaderFront::reset(const contract::CommandInfo& command, const json::value& payload,
                                         Command& context) {
  if (watcher_) watcher_->reader_reset();
  while (lent_) co_await changed_.wait();
  if (!face_card_in()) co_return co_await pass(command, payload, context);
  const json::value done = co_await pass(command, payload, context);
  if (!face_card_in()) co_return done;  // the client that read it went away meanwhile
  co_return co_await face_card_->run(command, payload, context);
}

Task<json::value> CardReaderFront::read(const contract::CommandInfo& command, const json::value& payload,
                                        Command& context) {
  if (face_card_in()) co_return co_await face_card_->run(command, payload, context);
  Wait wait;
  wait.connection = context.connection();
  wait_ = &wait;
  struct Leave {
    CardReaderFront& front;
    ~Leave() {
      front.wait_ = nullptr;
      front.changed_.notify_all();
    }
  } leave{*this};
  co_return co_await wait_for_card(command, payload, context, wait);
}

void CardReaderFront::heard(Wait& wait, Command& context, const ReceivedEvent& event) {
  if (event.name == "CardReader.InsertCardEvent") {
    const bool first = !std::exchange(wait.announced, true);
    if (first) pass_event(context, event);
    if (watcher_) watcher_->wait_began(wait.connection);
    return;
  }
  if (event.name == "CardReader.MediaInsertedEvent") wait.came_in = true;
  const bool card = wait.came_in || event.name == "CardReader.InvalidMediaEvent";
  if (card && watcher_) watcher_->card_came();
  pass_event(context, event);
}

void CardReaderFront::ended(Wait& wait, WaitEnd how) {
  wait.over = true;
  if (offer_ && how != WaitEnd::face && how != WaitEnd::timed_out) {
    offer_->taken = false;
    changed_.notify_all();
  }
  if (watcher_) watcher_->wait_ended(wait.connection, how);
}

Task<json::value> CardReaderFront::wait_for_card(const contract::CommandInfo& command,
                                                 const json::value& payload, Command& context, Wait& wait) {
  const Context here = co_await this_context();
  for (;;) {
    if (lent_wanted_ || lent_) {
      const bool go_on = co_await lend(wait, context);
      if (go_on) continue;
      throw Canceled{};
    }
    RawCall call = upstream().call(command.name, payload);
    const Upstream::Relay relay(upstream(), call);
    call.listen([this, &wait, &context](const ReceivedEvent& event) { heard(wait, context, event); },
                [this] { changed_.notify_all(); });
    bool left = false;
    while (!left && !call.completed() && !((offer_ || lent_wanted_) && wait.announced && !wait.came_in)) {
      auto woken = co_await outcome(changed());
      left = woken.canceled();
    }
    const RawReply reply = co_await cancel_and_wait(call);  // at once if it is completed
    left = left || here.scope->requested();
    const bool unread = ended_unread(reply);
    if (left) {
      ended(wait, !unread                          ? WaitEnd::card
                  : timed_out(context, executor()) ? WaitEnd::timed_out
                                                   : WaitEnd::canceled);
      if (unread) throw Canceled{};
      co_return answer_of(reply);
    }
    if (!unread) {
      ended(wait, reply.ok() || wait.came_in ? WaitEnd::card : WaitEnd::failed);
      co_return answer_of(reply);
    }
    // The card came in while the read was being cancelled: it is read now. Or what the read was cancelled for
    // is gone.
    if (wait.came_in || !offer_) continue;
    ended(wait, WaitEnd::face);
    face_reader_ = wait.connection;
    face_card_->hand_in(std::move(offer_->card));
    offer_->taken = true;
    changed_.notify_all();
    OnceAnnounced known(context, wait.announced);
    co_return co_await face_card_->run(command, payload, known);
  }
}

Task<bool> CardReaderFront::present(FaceCardData card) {
  Offer offer{std::move(card), {}};
  offer_ = &offer;
  struct Withdraw {
    CardReaderFront& front;
    ~Withdraw() { front.offer_ = nullptr; }
  } withdraw{*this};
  changed_.notify_all();
  while (!offer.taken) co_await changed_.wait();
  co_return *offer.taken;
}

// The original's read is not running. True when the application's wait goes on: it sees a reader that is
// ready and empty.
Task<bool> CardReaderFront::lend(Wait& wait, Command& context) {
  if (!std::exchange(wait.announced, true))
    context.emit_json(*contract::find_event("CardReader.InsertCardEvent"), nullptr);
  if (!std::exchange(lent_, true)) shown_status_ = upstream().status();
  changed_.notify_all();
  while (lent_ || lent_wanted_) {
    auto woken = co_await outcome(changed());
    if (!woken.canceled()) continue;
    ended(wait, timed_out(context, executor()) ? WaitEnd::timed_out : WaitEnd::canceled);
    co_return false;
  }
  co_return true;
}

Task<std::optional<std::string>> CardReaderFront::read_own_card(std::chrono::milliseconds patience,
                                                                std::function<void()> was_read) {
  struct Return {
    CardReaderFront& front;
    ~Return() {
      front.lent_wanted_ = front.lent_ = false;
      front.shown_status_.reset();
      front.changed_.notify_all();
    }
  } give_back{*this};
  lent_wanted_ = true;
  changed_.notify_all();
  while (!lent_) {
    if (!waiting()) throw Refusal(CompletionCode::sequenceError, "no application waits for a card");
    co_await changed_.wait();
  }
  lent_wanted_ = false;
  auto read = co_await outcome(own_card(patience));
  if (was_read) was_read();
  co_await shielded(give_own_card_back());
  if (read) co_return std::move(*read);
  if (read.refusal()) throw Refusal(*read.refusal());
  throw Canceled{};
}

Task<std::optional<std::string>> CardReaderFront::own_card(std::chrono::milliseconds patience) {
  const json::value wanted = json::object{{"track2", true}};
  RawCall call = upstream().call("CardReader.ReadRawData", wanted);
  const Upstream::Relay relay(upstream(), call);
  call.listen([](const ReceivedEvent&) {}, [this] { changed_.notify_all(); });
  const TimePoint until = executor().now() + patience;
  while (!call.completed() && executor().now() < until)
    co_await within(until - executor().now(), changed_once());
  const RawReply reply = co_await cancel_and_wait(call);
  if (ended_unread(reply)) co_return std::nullopt;
  const json::value answer = answer_of(reply);
  xfs::card_reader::ReadRawDataCompletion completion;
  if (contract::read(&answer, completion) || !completion.track2 || !completion.track2->data)
    co_return std::nullopt;
  co_return contract::decode_base64(*completion.track2->data);
}

bool CardReaderFront::original_has_card() const {
  const auto* own = upstream().status().if_contains("cardReader");
  const auto* media = own && own->is_object() ? own->as_object().if_contains("media") : nullptr;
  if (!media || !media->is_string()) return false;
  const std::string_view place = media->as_string();
  return place == "present" || place == "entering" || place == "latched";
}

Task<void> CardReaderFront::until_no_card() {
  while (original_has_card()) co_await changed_.wait();
}

// Whoever does not take the own card back loses it as any customer would.
Task<void> CardReaderFront::give_own_card_back() {
  if (!original_has_card()) co_return;
  if (upstream().offers("CardReader.Move")) {
    const json::value to_exit = json::object{{"from", "transport"}, {"to", "exit"}};
    RawCall call = upstream().call("CardReader.Move", to_exit);
    co_await call.completion();
  }
  auto waiting = until_no_card();
  co_await race(std::move(waiting), own_card_time());
  if (!original_has_card()) co_return;
  const json::value retain = json::object{{"to", "retain"}};
  RawCall call = upstream().call("CardReader.Reset", retain);
  co_await call.completion();
}

Task<void> CardReaderFront::own_card_time() { co_await sleep_for(std::chrono::seconds(30)); }
Task<bool> CardReaderFront::changed_once() {
  co_await changed_.wait();
  co_return true;
}

json::object CardReaderFront::status() const {
  json::object status = Front::status();
  if (shown_status_) return *shown_status_;
  if (!face_card_in()) return status;
  if (auto* own = status.if_contains("cardReader"); own && own->is_object())
    face_card_->overlay(own->as_object());
  return status;
}

void CardReaderFront::upstream_event(const ReceivedEvent& event) {
  if (lent_)
    return changed_.notify_all();  // of the customer's own card, which the application knows nothing of
  Front::upstream_event(event);
}

void CardReaderFront::upstream_learnt() {
  const auto* own = upstream().capabilities().if_contains("cardReader");
  if (own && own->is_object() && !face_card_in()) face_card_->resemble(own->as_object(), retain_unit_);
}

void CardReaderFront::upstream_status_changed() {
  changed_.notify_all();
  Front::upstream_status_changed();
}

void CardReaderFront::face_card_left(const std::string& customer_id, bool retained) {
  face_reader_ = 0;
  if (watcher_) watcher_->face_card_left(customer_id, retained);
}

// A card that stays behind when the application dies would be the next customer's: this one is taken away.
void CardReaderFront::connection_lost(ConnectionId connection) {
  if (face_card_in() && face_reader_ == connection) face_card_->remove();
  if (watcher_) watcher_->client_lost(connection);
}

}  // namespace sesame::cardless
