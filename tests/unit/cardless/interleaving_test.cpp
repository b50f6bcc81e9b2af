// Whatever happens in whatever order: 10,000 seeded schedules of what an application, a customer with a card, a customer with a
// face and a failing line can do, in virtual time. A failure prints its seed; SESAME_SEED plays that one alone.
#include <cstdlib>
#include <map>
#include <random>
#include <set>

#include "tests/unit/cardless/cardless_stage.hpp"

namespace sesame::cardless {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr unsigned schedules = 1'000;
#else
constexpr unsigned schedules = 10'000;
#endif

/// A client that writes frames and counts what comes back: one completion for each command, and none twice.
class Line {
 public:
  Line(spi::Host& host, const std::string& service) : service_(service), host_(host) { open(); }
  ~Line() { close(); }

  std::int64_t send(const std::string& name, json::value payload = nullptr, int timeout = 0) {
    const auto id = ++last_id_;
    if (name == "Common.Cancel") last_cancel_ = id;
    if (timeout > 0) with_timeout_.insert(id);
    json::object header{{"type", "command"}, {"name", name}, {"version", version(name)}, {"requestId", id}};
    if (timeout > 0) header["timeout"] = timeout;
    json::object message{{"header", std::move(header)}};
    if (!payload.is_null()) message["payload"] = std::move(payload);
    pending.insert(id);
    channel_->send(json::serialize(message));
    return id;
  }
  void kill() {
    close();
    pending.clear();  // their completions have nowhere to go
    open();
  }

  std::set<std::int64_t> pending;
  std::map<std::int64_t, json::object> done;
  std::vector<std::string> keys;  // of KeyEvents
  std::vector<std::string> trace;
  std::vector<std::string> wrongs;
  std::map<std::int64_t, int> inserted;  // MediaInsertedEvents of a read

 private:
  static std::string version(const std::string& name) {
    const auto* info = contract::find_command(name);
    return contract::to_string(info->command_version);
  }
  void open() {
    channel_ = host_.open(service_);
    channel_->receive({[this](std::string_view frame) { heard(frame); }, [](std::string_view) {}});
  }
  void close() {
    channel_->receive({});
    channel_->close("killed");
  }
  void heard(std::string_view frame) {
    const auto message = json::parse(frame).as_object();
    const auto& header = message.at("header").as_object();
    const std::string type(header.at("type").as_string()), name(header.at("name").as_string());
    const auto* id_value = header.if_contains("requestId");
    const auto id = id_value ? id_value->to_number<std::int64_t>() : 0;
    const auto* code = header.if_contains("completionCode");
    trace.push_back(type + " " + name + " " + std::to_string(id) + " " + (code ? json::serialize(*code) : ""));
    if (type == "acknowledge" && header.contains("status") && !header.at("status").is_null()) wrongs.push_back(service_ + ": a command was not taken");
    if (type == "event" && !pending.contains(id)) wrongs.push_back(name + " after the completion");
    if (name == "Keyboard.KeyEvent" && data_entries.contains(id)) keys.emplace_back(message.at("payload").at("digit").as_string());
    if (name == "CardReader.MediaInsertedEvent") ++inserted[id];
    if (type != "completion") return;
    if (pending.erase(id) == 0) wrongs.push_back(name + ": a second completion");
    const std::string how(code && code->is_string() ? code->as_string() : "");
    if (how == "canceled" && id > last_cancel_) wrongs.push_back(name + ": canceled, which nobody asked for");
    if (how == "timeOut" && !with_timeout_.contains(id)) wrongs.push_back(name + ": timeOut without a timeout");
    done[id] = message;
  }

  std::string service_;
  spi::Host& host_;
  std::shared_ptr<spi::Channel> channel_;
  std::int64_t last_id_ = 0, last_cancel_ = 0;
  std::set<std::int64_t> with_timeout_;

 public:
  std::set<std::int64_t> data_entries;
};

json::object entry_payload(std::initializer_list<const char*> keys, const char* last) {
  json::object active;
  for (const char* key : keys) active[key] = json::object{};
  active[last] = json::object{{"terminate", true}};
  return {{"maxLen", 0}, {"autoEnd", false}, {"activeKeys", active}};
}

class Schedule {
 public:
  explicit Schedule(unsigned seed) : random_(seed), atm_("[passcode]", reader_of(seed)), verbs_(atm_.executor), reader_(*atm_.host, "cardreader"), keyboard_(*atm_.host, "keyboard") { atm_.settle(); }

  /// Quick and slow readers: a card may come in between any two steps, or while its read is being cancelled.
  static std::string reader_of(unsigned seed) {
    return std::string("type: motor, move_ms: ") + (seed % 2 == 0 ? "0" : "3") + ", read_ms: " + (seed % 4 < 2 ? "0" : "2");
  }

  void play() {
    for (int step = 0; step < 40; ++step) {
      act();
      look();
    }
    finish();
  }
  std::vector<std::string> trace() const {
    auto all = reader_.trace;
    all.insert(all.end(), keyboard_.trace.begin(), keyboard_.trace.end());
    return all;
  }
  int faces = 0, cards = 0;

 private:
  unsigned below(unsigned bound) { return std::uniform_int_distribution<unsigned>(0, bound - 1)(random_); }

  // The application waits for a card unless it serves a customer.
  void act() {
    if (reader_.pending.empty() && !serving_) {
      read_ = reader_.send("CardReader.ReadRawData", json::object{{"track2", true}}, below(3) == 0 ? 700 : 0);
      return atm_.settle();
    }
    switch (below(22)) {
      case 0:
        soon(insert_);
        break;
      case 1: start(); break;
      case 2: type("123456"); break;
      case 3: type("6"); break;
      case 4: if (atm_.desk().running()) soon("keyboard press enter"); break;
      case 5: atm_.engine->show({below(3) > 0 ? "face of bea" : "face of carl"}); break;
      case 6: atm_.engine->nobody(); break;
      case 7: atm_.pass(std::chrono::milliseconds(below(700))); break;
      case 8: atm_.pass(std::chrono::milliseconds(below(4000))); break;
      case 9: cancel(); break;
      case 10:
        if (below(4) == 0) reader_.kill(), serving_ = false;
        break;
      case 11:
        if (below(3) == 0) reader_.send("CardReader.Reset", json::object{{"to", "exit"}});
        break;
      case 12: entry(); break;
      case 13: application_keys(); break;
      case 14: serve(); break;
      default: log_in_further(); break;
    }
    run_some();
  }
  // Everything that is ready, or only the next few steps of it: so that what comes next falls between any two of them.
  void run_some() {
    if (below(3) == 0) return atm_.settle();
    const auto now = atm_.executor.now();
    unsigned steps = below(60);
    atm_.executor.run_until([&] { return steps-- == 0 || atm_.executor.now() != now; });
  }
  // A verb that is done while the rest goes on.
  void soon(const std::string& line, std::function<void(bool ok)> done = {}) { verbs_.spawn(perform(line, std::move(done))); }
  spi::Task<void> perform(std::string line, std::function<void(bool ok)> done) {
    const std::string said = co_await atm_.host->context().shared<simulators::ControlPanel>()->answer(line);
    if (done) done(said == "ok");
  }
  void start() { soon("keyboard press fdk01"); }
  // The face is recognised; what happens in the next few steps is the race that nobody may win twice.
  void decide() {
    atm_.settle();
    atm_.engine->show({"face of bea"});
    atm_.pass(349ms);
    const auto before = atm_.executor.now();
    atm_.executor.run_until([&] { return atm_.executor.now() > before; });
    const auto decided = atm_.executor.now();
    unsigned steps = below(80);
    atm_.executor.run_until([&] { return steps-- == 0 || atm_.executor.now() != decided; });
    if (below(4) > 0) soon(insert_);
    if (below(6) == 0) cancel();
  }
  // A customer who wants in does the next thing that is asked of him.
  void log_in_further() {
    switch (step_++ % 4) {
      case 0: start(); break;
      case 1: type("123456"); break;
      case 2: if (atm_.desk().running()) soon("keyboard press enter"); break;
      default: decide(); break;
    }
  }
  void type(const std::string& digits) {
    // What the customer types in a session is never the application's, who uses other keys.
    if (atm_.desk().running()) soon("keyboard type " + digits);
  }
  void cancel() {
    if (reader_.pending.empty()) return;
    reader_.send("Common.Cancel");
  }
  void entry() {
    if (keyboard_.pending.size() > 2) return;
    if (below(3) == 0) {
      keyboard_.send("Keyboard.PinEntry", [] {
        auto payload = entry_payload({"one", "two", "three", "four"}, "fdk05");
        payload["minLen"] = 0;
        return payload;
      }(), 2000);
    } else {
      const int timeout = below(2) == 0 ? 3000 : 0;
      const auto id = keyboard_.send("Keyboard.DataEntry", entry_payload({"fdk06", "fdk07"}, "help"), timeout);
      endings_.push_back(atm_.executor.now() + std::chrono::milliseconds(timeout));
      keyboard_.data_entries.insert(id);
    }
  }
  void application_keys() {
    for (const char* key : {"fdk06", "fdk07", "help"}) {
      if (below(2) == 0) continue;
      soon(std::string("keyboard press ") + key, [this, key](bool ok) {
        if (!ok) return;
        const auto now = atm_.executor.now();
        const bool ending = std::ranges::find(endings_, now) != endings_.end();
        pressed_keys_.push_back({key, atm_.desk().running() || ending});
        if (key == std::string_view("help")) endings_.push_back(now);
      });
    }
  }
  // What an application does with a card: gives it back.
  void serve() {
    if (!serving_) return;
    reader_.send("CardReader.Move");
    atm_.pass(10ms);
    soon("cardreader take card");
    serving_ = false;
  }

  void look() {
    if (below(3) == 0) atm_.settle();
    for (const auto* line : {&reader_, &keyboard_})
      for (const auto& wrong : line->wrongs) ADD_FAILURE() << wrong;
    const auto found = reader_.done.find(read_);
    if (found == reader_.done.end() || looked_.contains(read_)) return;
    looked_.insert(read_);
    const auto& header = found->second.at("header").as_object();
    if (header.contains("completionCode")) return;
    serving_ = true;
    const auto data = contract::decode_base64(found->second.at("payload").at("track2").at("data").as_string()).value_or("");
    const bool face = data.starts_with(bea_token);
    if (face) {
      ++faces;
      EXPECT_THAT(atm_.verb("cardreader status"), testing::Not(HasSubstr("card inside"))) << "a face won over a card";
    } else {
      ++cards;
      EXPECT_EQ(data, anna_card);
    }
    EXPECT_LE(reader_.inserted[read_], 1) << "card and face both";
  }

  void look_at_keys() {
    std::size_t next = 0;
    for (const auto& [key, may_be_lost] : pressed_keys_) {
      if (next < keyboard_.keys.size() && keyboard_.keys[next] == key)
        ++next;
      else
        EXPECT_TRUE(may_be_lost) << "the application did not get " << key;
    }
    EXPECT_EQ(next, keyboard_.keys.size()) << "the application got a key that was not its own";
  }
  // The reader is free again, and every command has its completion.
  void finish() {
    atm_.settle();
    atm_.engine->nobody();
    reader_.send("Common.Cancel");
    keyboard_.send("Common.Cancel");
    atm_.pass(10s);
    look();
    EXPECT_TRUE(reader_.pending.empty()) << reader_.pending.size() << " commands of the reader without completion";
    EXPECT_TRUE(keyboard_.pending.empty()) << keyboard_.pending.size() << " commands of the keyboard without completion";
    EXPECT_FALSE(atm_.desk().running());
    look_at_keys();
    atm_.verb("cardreader take card");
    reader_.send("CardReader.Reset", json::object{{"to", "exit"}});
    atm_.pass(100ms);
    atm_.verb("cardreader take card");
    atm_.settle();
    read_ = reader_.send("CardReader.ReadRawData", json::object{{"track2", true}});
    atm_.pass(100ms);
    EXPECT_EQ(atm_.verb(insert_), "ok");
    atm_.pass(100ms);
    look();
    EXPECT_TRUE(reader_.done.contains(read_)) << "the reader is not free";
  }

  const std::string insert_ = std::string("cardreader insert card track2=") + anna_card;
  std::mt19937 random_;
  CardlessStage atm_;
  spi::TaskScope verbs_;
  Line reader_, keyboard_;
  std::int64_t read_ = 0;
  bool serving_ = false;
  unsigned step_ = 0;
  std::set<std::int64_t> looked_;
  // Keys of the application's entries that the keypad took. One that is pressed in the very instant in which a session takes
  // the keys, or the entry ends, may go with the entry, as with any Common.Cancel.
  struct Pressed {
    std::string key;
    bool may_be_lost;
  };
  std::vector<Pressed> pressed_keys_;
  std::vector<spi::TimePoint> endings_;  // of entries: their time is over, or the key was pressed that ends them
};

TEST(Interleavings, of_card_face_cancel_timeout_death_reset_and_entries_keep_every_promise) {
  const char* only = std::getenv("SESAME_SEED");
  int faces = 0, cards = 0;
  for (unsigned seed = only ? static_cast<unsigned>(std::atoi(only)) : 1;; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Schedule schedule(seed);
    schedule.play();
    faces += schedule.faces;
    cards += schedule.cards;
    if (HasFailure() || only || seed >= schedules) break;
  }
  std::printf("reads ended by a face: %d, by a card: %d\n", faces, cards);
  if (only) return;
  EXPECT_GT(faces, static_cast<int>(schedules / 100)) << "the schedules hardly ever let a face in";
  EXPECT_GT(cards, static_cast<int>(schedules / 100));
}

TEST(Interleavings, of_one_seed_are_the_same_each_time) {
  for (const unsigned seed : {1u, 77u, 4711u}) {
    Schedule first(seed), second(seed);
    first.play();
    second.play();
    EXPECT_EQ(first.trace(), second.trace()) << seed;
  }
}

}  // namespace
}  // namespace sesame::cardless
