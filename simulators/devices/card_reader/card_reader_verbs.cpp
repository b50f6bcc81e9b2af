// The customer's and the technician's side of the simulated card reader: its text verbs.
#include <algorithm>

#include "simulators/devices/card_reader/simulated_card_reader.hpp"

namespace sesame::simulators {
using namespace card_reader;

namespace {

struct NamedSource {
  const char* name;
  Source source;
};
constexpr NamedSource named_sources[] = {
    {"track1", Source::track1},         {"track2", Source::track2},         {"track3", Source::track3},
    {"watermark", Source::watermark},   {"track1Front", Source::track1Front}, {"frontImage", Source::frontImage},
    {"backImage", Source::backImage},   {"track1JIS", Source::track1JIS},   {"track3JIS", Source::track3JIS},
    {"ddi", Source::ddi},               {"security", Source::security},     {"memoryChip", Source::memoryChip}};

Bytes bytes_of_hex(const std::string& hex, const char* what) {
  const auto digit = [&](char c) -> unsigned {
    if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
    const char lower = static_cast<char>(c | 0x20);
    if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
    throw VerbError(std::string(what) + " is not hexadecimal: expected pairs of 0-9 and A-F");
  };
  if (hex.size() % 2 != 0) throw VerbError(std::string(what) + " has an odd number of digits: expected pairs of 0-9 and A-F");
  Bytes bytes;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    bytes.push_back(static_cast<std::uint8_t>(digit(hex[at]) << 4 | digit(hex[at + 1])));
  return bytes;
}

const char* words_of(Place place) {
  switch (place) {
    case Place::none: return "no card";
    case Place::exit: return "card at the exit slot";
    case Place::inside: return "card inside";
    case Place::latched: return "card latched";
    case Place::jammed: return "card jammed";
    case Place::unknown: break;
  }
  return "unknown";
}

}  // namespace

void SimulatedCardReader::add_verbs() {
  const auto insert_verb = [this](VerbArguments& a) { return insert(a); };
  const std::string data = "[track1=..] [track2=..] [track3=..] [chip=ATR] [bad=track1,..] [misreads=N] [wrong-way|short|long|jams]";
  verb("insert card", data, "push a card into the slot", insert_verb);
  if (facts_.type == Type::swipe) verb("swipe card", data, "the same", insert_verb);
  if (facts_.type == Type::contactless || facts_.type == Type::intelligentContactless)
    verb("tap card", data, "the same", insert_verb);
  verb("take card", "take the card that is within reach", [this] { return take(); });
  verb("pull card", "pull a card out by force, even from the inside", [this] { return pull(); });
  verb("jam", "the card inside gets stuck, or the next one that moves", [this] { return jam(); });
  verb("clear jam", "a technician takes the stuck card out", [this] { return clear_jam(); });
  verb("unplug", "cut the connection to the device", [this] { return plug(false); });
  verb("plug", "restore it", [this] { return plug(true); });
  const auto shutter = [this](bool stuck) {
    return [this, stuck] {
      shutter_stuck_ = stuck;
      return std::string();
    };
  };
  verb("break shutter", "the shutter no longer moves", shutter(true));
  verb("mend shutter", "it does again", shutter(false));
  verb("empty bin", "take all retained cards out of their units", [this] {
    retained_.clear();
    return std::string();
  });
  verb("chip answer", "command=HEX response=HEX", "what the chip of the present card says to a command",
       [this](VerbArguments& a) { return chip_answer(a); });
  verb("status", "where the card is, slot, units", [this] { return describe(); });
}

void SimulatedCardReader::add_conditions() {
  condition("slot-open", [this] { return open_; });
  condition("slot-closed", [this] { return !open_; });
  condition("card-inside", [this] { return place_ == Place::inside || place_ == Place::latched; });
  condition("card-at-exit", [this] { return place_ == Place::exit; });
  condition("no-card", [this] { return place_ == Place::none; });
}

SimulatedCardReader::Card SimulatedCardReader::card_of(VerbArguments& arguments) const {
  Card card;
  for (const auto& [name, source] : named_sources)
    if (auto data = arguments.value(name)) card.data[source] = std::move(*data);
  if (const auto bad = arguments.value("bad")) {
    std::string rest = *bad + ",";
    for (auto comma = rest.find(','); comma != std::string::npos; comma = rest.find(',')) {
      const auto found = std::ranges::find(named_sources, rest.substr(0, comma), &NamedSource::name);
      if (found == std::end(named_sources)) throw VerbError("bad= names no track: expected for example bad=track1,track3");
      card.bad |= found->source;
      rest.erase(0, comma + 1);
    }
  }
  if (const auto atr = arguments.value("chip")) card.atr = bytes_of_hex(*atr, "chip=");
  if (const auto misreads = arguments.value("misreads")) {
    if (misreads->size() != 1 || misreads->front() < '0' || misreads->front() > '9')
      throw VerbError("misreads= is no count: expected 0 to 9");
    card.misreads = static_cast<unsigned>(misreads->front() - '0');
  }
  while (const auto word = arguments.word()) {
    if (*word == "wrong-way") card.wrong_way = true;
    else if (*word == "short") card.too_short = true;
    else if (*word == "long") card.too_long = true;
    else if (*word == "jams") card.jams = true;
    else throw VerbError("a word is not known: expected " + arguments.expected());
  }
  arguments.end();
  return card;
}

std::string SimulatedCardReader::insert(VerbArguments& arguments) {
  Card card = card_of(arguments);
  if (!plugged_) throw VerbError("the card reader has no power: expected `plug` first");
  if (facts_.type == Type::permanent) throw VerbError("the card is built in: this reader takes no other");
  if (place_ != Place::none) throw VerbError(std::string("the slot is taken (") + words_of(place_) + "): expected no card in the reader");
  if (arriving_) throw VerbError("a card is being drawn in: expected the slot free");
  if (!open_) throw VerbError("the slot is closed: expected a command that waits for a card");
  arriving_ = std::move(card);
  return "";
}

std::string SimulatedCardReader::take() {
  if (place_ == Place::jammed) throw VerbError("the card is stuck: expected `clear jam`");
  const bool in_reach = place_ == Place::exit || (place_ == Place::inside && !motor() && facts_.type != Type::permanent);
  if (!in_reach)
    throw VerbError(std::string("no card is within reach (") + words_of(place_) + "): expected one at the exit slot");
  if (facts_.reads_on_exit) passed_ = card_;
  card_left();
  return "";
}

std::string SimulatedCardReader::pull() {
  if (place_ == Place::none && !arriving_) throw VerbError("there is no card to pull: expected one in the reader");
  if (facts_.type == Type::permanent) throw VerbError("the card is built in");
  if (arriving_) {  // let go of before it was in
    arriving_.reset();
    return "";
  }
  card_left();
  return "";
}

std::string SimulatedCardReader::jam() {
  if (place_ == Place::inside || place_ == Place::latched || place_ == Place::exit)
    place(Place::jammed);
  else
    jam_next_ = true;
  return "";
}

std::string SimulatedCardReader::clear_jam() {
  if (place_ != Place::jammed && !jam_next_) throw VerbError("nothing is stuck: expected `jam` before");
  jam_next_ = false;
  if (place_ == Place::jammed) place(Place::none);
  return "";
}

std::string SimulatedCardReader::plug(bool plugged) {
  if (plugged_ == plugged) throw VerbError(plugged ? "it is plugged in already" : "it is unplugged already");
  plugged_ = plugged;
  open_ = false;
  arriving_.reset();
  changed();
  const bool moves_out = plugged && facts_.power_on == PowerOption::exit && place_ == Place::inside;
  if (moves_out) place_ = Place::exit;
  if (!listener_) return "";
  listener_->state_changed();
  if (moves_out) listener_->card_moved_by_itself(true, "");
  return "";
}

std::string SimulatedCardReader::chip_answer(VerbArguments& arguments) {
  const auto command = arguments.value("command"), response = arguments.value("response");
  arguments.end();
  if (!command || !response) throw VerbError("a value is missing: expected " + arguments.expected());
  if (!card_ || !card_->atr) throw VerbError("the present card has no chip: expected `insert card chip=ATR` before");
  card_->answers[bytes_of_hex(*command, "command=")] = bytes_of_hex(*response, "response=");
  return "";
}

std::string SimulatedCardReader::describe() const {
  std::string text = std::string(words_of(place_)) + ", slot " + (open_ ? "open" : "closed") + (plugged_ ? "" : ", unplugged");
  for (const auto& unit : facts_.retain_units) {
    const auto count = retained_.find(unit.name);
    text += ", " + unit.name + " " + std::to_string(count == retained_.end() ? 0 : count->second) + " cards";
  }
  return text;
}

}  // namespace sesame::simulators
