#include "cardless/front/keyboard_front.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "biometric/template/secret.hpp"

namespace sesame::cardless {
using namespace spi;
namespace json = boost::json;

namespace {

constexpr std::string_view digit_names[] = {"zero", "one", "two",   "three", "four",
                                            "five", "six", "seven", "eight", "nine"};

std::optional<char> digit_of(std::string_view key) {
  const auto found = std::ranges::find(digit_names, key);
  if (found == std::end(digit_names)) return std::nullopt;
  return static_cast<char>('0' + (found - std::begin(digit_names)));
}

bool contains(const std::vector<std::string>& keys, std::string_view key) {
  return std::ranges::find(keys, key) != keys.end();
}

std::string key_of(const json::value& event) {
  const auto* object = event.if_object();
  const auto* digit = object ? object->if_contains("digit") : nullptr;
  return digit && digit->is_string() ? std::string(digit->as_string()) : std::string();
}

// How many digits stand in an entry after this key (Keyboard.DataEntry, maxLen).
std::int64_t digits_after(std::int64_t digits, std::string_view key) {
  if (key == "clear") return 0;
  if (key == "backspace") return digits > 0 ? digits - 1 : 0;
  if (key == "doubleZero") return digits + 2;
  if (key == "tripleZero") return digits + 3;
  const bool hexadecimal = key.size() == 1 && key[0] >= 'a' && key[0] <= 'f';
  return digits + (digit_of(key) || hexadecimal ? 1 : 0);
}

json::object active_keys(const std::vector<std::string>& plain, const std::vector<std::string>& terminating) {
  json::object keys;
  for (const auto& key : plain) keys[key] = json::object{};
  for (const auto& key : terminating) keys[key] = json::object{{"terminate", true}};
  return keys;
}

// DataEntry of ours: no limit of its own, the keys that end it say so.
json::value entry_of(json::object keys) {
  json::object payload{{"maxLen", 0}, {"autoEnd", false}};
  payload["activeKeys"] = std::move(keys);
  return payload;
}

}  // namespace

// A DataEntry of the application: what of it has happened already, over all times it was issued upstream.
struct KeyboardFront::Entry {
  json::array keys;  // KeyPressed, as the application has seen them
  std::int64_t digits = 0;
  bool ready = false;              // EnterDataEvent was seen
  bool yields = false;             // the session wants the keys
  std::vector<std::string> added;  // start keys that the application does not use
  RawCall* call = nullptr;

  json::value payload(const json::value& wanted) const {
    json::value changed = wanted;
    auto& object = changed.as_object();
    auto& active = object["activeKeys"].as_object();
    for (const auto& key : added) active[key] = json::object{};
    const auto* limit = object.if_contains("maxLen");
    const std::int64_t most = limit && limit->is_number() ? limit->to_number<std::int64_t>() : 0;
    if (most > 0) object["maxLen"] = std::max<std::int64_t>(most - digits, 1);
    return changed;
  }
  // The answer to the whole entry: the keys of earlier issues first, start keys left out.
  json::value answer(json::value last) const {
    auto* object = last.if_object();
    if (!object) return last;
    json::array all = keys;
    object->insert_or_assign("keys", all.size());
    object->insert_or_assign("pinKeys", std::move(all));
    return last;
  }
};

void KeyboardFront::start_with(std::vector<std::string> keys) {
  start_keys_ = std::move(keys);
  if (holder_ == Holder::start_key) listening_->request();  // and begins again with these
  start_listening();
}

void KeyboardFront::arm(bool armed) {
  if (std::exchange(armed_, armed) == armed) return;
  if (holder_ == Holder::start_key) listening_->request();
  start_listening();
}

void KeyboardFront::start_listening() {
  if (!armed_ || start_keys_.empty() || holder_ != Holder::nobody || application_waits_ > 0 ||
      session_waits_ || !upstream().ready())
    return;
  holder_ = Holder::start_key;
  listening_ = std::make_shared<CancelScope>();
  entries_.spawn(listen_for_start_key(listening_), listening_.get());
}

void KeyboardFront::release() {
  holder_ = Holder::nobody;
  changed_.notify_all();
  // Whoever waits for the keys comes first.
  entries_.spawn(listen_again());
}

Task<void> KeyboardFront::listen_again() {
  start_listening();
  co_return;
}

// `scope` cancels this task and lives as long.
Task<void> KeyboardFront::listen_for_start_key([[maybe_unused]] std::shared_ptr<CancelScope> scope) {
  const json::value wanted = entry_of(active_keys({}, start_keys_));
  RawCall call = upstream().call("Keyboard.DataEntry", wanted);
  auto ended = co_await outcome(call.completion());
  std::string pressed;
  if (ended && ended->ok()) {
    const auto* keys =
        ended->payload->is_object() ? ended->payload->as_object().if_contains("pinKeys") : nullptr;
    if (keys && keys->is_array() && !keys->as_array().empty()) pressed = key_of(keys->as_array().back());
  } else if (!ended) {
    const RawReply reply = co_await cancel_and_wait(call);
    static_cast<void>(reply);
  } else {
    auto pause = sleep_briefly();
    co_await outcome(
        std::move(pause));  // the original refuses: a broken keypad must not be asked without end
  }
  const bool told = !pressed.empty() && watcher_ && contains(start_keys_, pressed);
  // The watcher may borrow the keys at once: before anybody else gets them.
  if (told) watcher_->start_key(pressed);
  release();
}

Task<void> KeyboardFront::sleep_briefly() { co_await sleep_for(std::chrono::seconds(1)); }

Task<void> KeyboardFront::end_start_key() {
  while (holder_ == Holder::start_key) {
    listening_->request();
    co_await changed_.wait();
  }
}

Task<void> KeyboardFront::take_for_application() {
  struct Waiting {
    int& count;
    explicit Waiting(int& counter) : count(counter) { ++count; }
    ~Waiting() { --count; }
  } const waiting(application_waits_);
  for (;;) {
    co_await end_start_key();
    if (holder_ == Holder::nobody && !session_waits_) break;
    co_await changed_.wait();
  }
  holder_ = Holder::application;
}

Task<json::value> KeyboardFront::run(const contract::CommandInfo& command, const json::value& payload,
                                     Command& context) {
  if (command.name == "Keyboard.DataEntry") co_return co_await data_entry(command, payload, context);
  if (command.name == "Keyboard.PinEntry" || command.name == "Keyboard.SecureKeyEntry")
    co_return co_await secure_entry(command, payload, context);
  const bool immediate = command.lane == contract::Lane::immediate;
  if (command.interface->name == "Keyboard" && !immediate)
    co_return co_await keypad_command(command, payload, context);
  if (command.interface->name == "PinPad" && !immediate)
    co_return co_await pin_command(command, payload, context);
  co_return co_await pass(command, payload, context);
}

void KeyboardFront::heard(Entry& entry, Command& context, const ReceivedEvent& event) {
  if (event.name == "Keyboard.EnterDataEvent" && std::exchange(entry.ready, true)) return;
  if (event.name == "Keyboard.KeyEvent") {
    const std::string key = key_of(*event.payload);
    if (contains(entry.added, key)) {
      if (watcher_ && entry.keys.empty()) watcher_->start_key(key);
      return;
    }
    entry.keys.push_back(*event.payload);
    entry.digits = digits_after(entry.digits, key);
  }
  pass_event(context, event);
}

Task<json::value> KeyboardFront::data_entry(const contract::CommandInfo& command, const json::value& payload,
                                            Command& context) {
  Entry entry;
  const auto* wanted_keys = payload.as_object().if_contains("activeKeys");
  pin_held_ = false;  // an entry clears the PIN (Keyboard.PinEntry)
  for (;;) {
    co_await take_for_application();
    struct Leave {
      KeyboardFront& front;
      ~Leave() {
        front.entry_ = nullptr;
        front.release();
      }
    } const leave{*this};
    entry.added.clear();
    for (const auto& key : start_keys_)
      if (wanted_keys && !wanted_keys->as_object().contains(key)) entry.added.push_back(key);
    entry.yields = false;
    RawCall call = upstream().call(command.name, entry.payload(payload));
    const Upstream::Relay relay(upstream(), call);
    entry.call = &call;
    entry_ = &entry;
    call.listen([this, &entry, &context](const ReceivedEvent& event) { heard(entry, context, event); }, {});
    auto ended = co_await outcome(call.completion());
    if (ended && ended->code == CompletionCode::canceled && entry.yields)
      continue;  // goes on when the session is over
    if (ended) co_return entry.answer(answer_of(*ended));
    const RawReply reply = co_await cancel_and_wait(call);
    if (reply.code == CompletionCode::canceled || reply.code == CompletionCode::timeOut) throw Canceled{};
    co_return entry.answer(answer_of(reply));
  }
}

Task<json::value> KeyboardFront::secure_entry(const contract::CommandInfo& command,
                                              const json::value& payload, Command& context) {
  if (watcher_) watcher_->secure_entry();
  co_await take_for_application();
  struct Leave {
    KeyboardFront& front;
    ~Leave() {
      front.secure_entry_ = false;
      front.release();
    }
  } const leave{*this};
  secure_entry_ = true;
  json::value done = co_await pass(command, payload, context);
  const auto* how = done.is_object() ? done.as_object().if_contains("completion") : nullptr;
  const bool dropped =
      how && how->is_string() && (how->as_string() == "cancel" || how->as_string() == "clear");
  if (command.name == "Keyboard.PinEntry") pin_held_ = !dropped;
  co_return done;
}

// DefineLayout, KeypressBeep, Reset: they want the keypad for themselves.
Task<json::value> KeyboardFront::keypad_command(const contract::CommandInfo& command,
                                                const json::value& payload, Command& context) {
  const bool reset = command.name == "Keyboard.Reset";
  if (reset && watcher_) watcher_->secure_entry();
  co_await take_for_application();
  struct Leave {
    KeyboardFront& front;
    ~Leave() { front.release(); }
  } const leave{*this};
  json::value done = co_await pass(command, payload, context);
  if (reset) pin_held_ = false;
  co_return done;
}

// What uses the PIN up ends the time in which it is held, unless it is to be maintained (PinPad.MaintainPin).
Task<json::value> KeyboardFront::pin_command(const contract::CommandInfo& command, const json::value& payload,
                                             Command& context) {
  json::value done = co_await pass(command, payload, context);
  if (command.name == "PinPad.MaintainPin") {
    const auto* maintain = payload.is_object() ? payload.as_object().if_contains("maintainPIN") : nullptr;
    pin_maintained_ = maintain && maintain->is_bool() && maintain->get_bool();
  }
  if (command.name == "PinPad.Reset") pin_maintained_ = false;
  const bool uses = command.name != "PinPad.MaintainPin" && command.name != "PinPad.SetPinBlockData";
  if (uses && !pin_maintained_) pin_held_ = false;
  co_return done;
}

Task<bool> KeyboardFront::borrow() {
  if (secure_entry_ || (pin_held_ && has_pin_pad())) co_return false;
  session_waits_ = true;
  struct Waiting {
    KeyboardFront& front;
    ~Waiting() {
      front.session_waits_ = false;
      front.changed_.notify_all();
    }
  } const waiting{*this};
  for (;;) {
    co_await end_start_key();
    if (holder_ == Holder::nobody) break;
    if (holder_ != Holder::application || !entry_ || secure_entry_ || !entry_->keys.empty()) co_return false;
    if (!std::exchange(entry_->yields, true)) entry_->call->cancel();
    co_await changed_.wait();
  }
  holder_ = Holder::session;
  co_return true;
}

void KeyboardFront::give_back() {
  if (holder_ == Holder::session) release();
}

Task<std::optional<std::string>> KeyboardFront::enter_digits(DigitsWanted wanted) {
  std::vector<std::string> digits(std::begin(digit_names), std::end(digit_names));
  digits.emplace_back("clear");
  const json::value payload = entry_of(active_keys(digits, {"enter", "cancel"}));
  RawCall call = upstream().call("Keyboard.DataEntry", payload);
  const Upstream::Relay relay(upstream(), call);
  std::string typed, last;
  call.listen(
      [&](const ReceivedEvent& event) {
        if (event.name != "Keyboard.KeyEvent") return;
        last = key_of(*event.payload);
        const auto digit = digit_of(last);
        if (last == "clear") typed.clear();
        if (digit && typed.size() < wanted.longest) typed += *digit;
        if (wanted.typed) wanted.typed(typed.size());
      },
      {});
  auto ended = co_await outcome(call.completion());
  if (!ended) {
    biometric::cleanse(typed);
    const RawReply reply = co_await cancel_and_wait(call);
    static_cast<void>(reply);
    throw Canceled{};
  }
  if (!ended->ok()) answer_of(*ended);
  if (last == "enter") co_return std::move(typed);
  biometric::cleanse(typed);
  co_return std::nullopt;
}

Task<std::string> KeyboardFront::enter_key(std::vector<std::string> keys) {
  const json::value payload = entry_of(active_keys({}, keys));
  RawCall call = upstream().call("Keyboard.DataEntry", payload);
  const Upstream::Relay relay(upstream(), call);
  std::string last;
  call.listen(
      [&](const ReceivedEvent& event) {
        if (event.name == "Keyboard.KeyEvent") last = key_of(*event.payload);
      },
      {});
  auto ended = co_await outcome(call.completion());
  if (ended) {
    if (!ended->ok()) answer_of(*ended);
    co_return last;
  }
  const RawReply reply = co_await cancel_and_wait(call);
  static_cast<void>(reply);
  throw Canceled{};
}

}  // namespace sesame::cardless
