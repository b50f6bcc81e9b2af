// The hardware's side: what each verb of device.hpp does. What the customer does is in card_reader_verbs.cpp.
#include "simulators/devices/card_reader/simulated_card_reader.hpp"

#include "spi/service/task_scope.hpp"

namespace sesame::simulators {
using namespace card_reader;

Facts ordinary_card_reader(Type type) {
  Facts facts;
  facts.type = type;
  const bool stripe = type != Type::contactless && type != Type::intelligentContactless && type != Type::permanent;
  if (stripe) facts.reads = Sources(Source::track1) | Source::track2 | Source::track3;
  if (type == Type::contactless || type == Type::intelligentContactless)
    facts.chip_protocols = {ChipProtocol::chipTypeAPart4, ChipProtocol::chipTypeB};
  else if (type != Type::swipe)
    facts.chip_protocols = {ChipProtocol::chipT0, ChipProtocol::chipT1};
  if (type == Type::motor || type == Type::permanent) facts.chip_power = {ChipPower::cold, ChipPower::warm, ChipPower::off};
  facts.card_taken_sensor = type != Type::permanent;
  if (type == Type::motor) {
    facts.writes = facts.reads;
    facts.writes_loco = facts.writes_hico = facts.chooses_coercivity = true;
    facts.retain_units = {{"unitRETAIN1", 50}};
    facts.power_on = PowerOption::exit;
  }
  return facts;
}

SimulatedCardReader::SimulatedCardReader(spi::Executor& executor, Facts facts, std::string name, CardReaderTimes times)
    : SimulatedDevice(std::move(name)), executor_(executor), facts_(std::move(facts)), times_(times) {
  if (facts_.type == Type::permanent) {
    card_.emplace().atr = Bytes{0x3B, 0x00};
    place_ = Place::inside;
  }
  add_verbs();
  add_conditions();
}

State SimulatedCardReader::state() const {
  State state;
  state.card = plugged_ ? place_ : Place::unknown;
  state.device = plugged_ ? spi::DeviceState::online : spi::DeviceState::noDevice;
  return state;
}

void SimulatedCardReader::place(Place where) {
  place_ = where;
  if (where == Place::none) card_.reset();
  changed();
  if (listener_) listener_->state_changed();
}

void SimulatedCardReader::card_left() {
  place(Place::none);
  if (listener_) listener_->card_removed();
}

void SimulatedCardReader::require_power() const {
  if (!plugged_) throw CardFault(Trouble::not_there, "the card reader does not answer");
}

void SimulatedCardReader::require_card_inside() const {
  require_power();
  if (place_ == Place::jammed) throw CardFault(Trouble::jammed, "the card is stuck");
  if (place_ == Place::none || place_ == Place::exit) throw CardFault(Trouble::card_gone, "no card is inside");
}

spi::Task<bool> SimulatedCardReader::next_change() {
  co_await changes().wait();
  co_return true;
}

spi::Task<void> SimulatedCardReader::busy_for(spi::Duration duration) {
  const auto until = executor_.now() + duration;
  const Place before = place_;
  while (executor_.now() < until && plugged_ && place_ == before) co_await spi::within(until - executor_.now(), next_change());
  require_power();
  if (place_ == before) co_return;
  if (place_ == Place::jammed) throw CardFault(Trouble::jammed, "the card is stuck");
  throw CardFault(Trouble::card_gone, "the card was pulled out");
}

spi::Task<void> SimulatedCardReader::open_slot() {
  require_power();
  if (place_ == Place::jammed) throw CardFault(Trouble::jammed, "a card is stuck");
  if (shutter_stuck_) throw CardFault(Trouble::shutter, "the shutter does not open");
  passed_.reset();
  open_ = true;
  changed();
  co_return;
}

spi::Task<void> SimulatedCardReader::accept_card() {
  for (;;) {
    require_power();
    if (!arriving_) {
      co_await changes().wait();
      continue;
    }
    if (arriving_->wrong_way) {
      arriving_.reset();
      changed();
      throw spi::Retry("the card is the wrong way round");
    }
    co_await busy_for(times_.move);
    if (arriving_) break;  // the customer may have pulled it back meanwhile
  }
  card_ = std::move(arriving_);
  arriving_.reset();
  open_ = false;
  if (card_->too_short || card_->too_long) {
    const Trouble trouble = card_->too_short ? Trouble::too_short : Trouble::too_long;
    place(Place::exit);
    throw CardFault(trouble, "the card does not have the length of a card");
  }
  if (card_->jams || jam_next_) {
    jam_next_ = false;
    place(Place::jammed);
    throw CardFault(Trouble::jammed, "the card got stuck on its way in");
  }
  if (facts_.type != Type::swipe) {
    place(Place::inside);
    co_return;
  }
  passed_ = card_;
  card_left();
}

spi::Task<void> SimulatedCardReader::close_slot() {
  open_ = false;
  arriving_.reset();  // given back
  changed();
  co_return;
}

Readings SimulatedCardReader::read_card(const Card& card, Sources wanted) const {
  Readings readings;
  for (const auto& [source, data] : card.data) readings.found |= source;
  for (unsigned bit = 1; bit <= static_cast<unsigned>(Source::memoryChip); bit <<= 1) {
    const auto source = static_cast<Source>(bit);
    if (!wanted.has(source)) continue;
    const auto found = card.data.find(source);
    Reading reading{source, ReadStatus::ok, ""};
    if (card.bad.has(source))
      reading.status = ReadStatus::dataInvalid;
    else if (found == card.data.end())
      reading.status = ReadStatus::dataMissing;
    else
      reading.data = found->second;
    readings.items.push_back(std::move(reading));
  }
  return readings;
}

spi::Task<Readings> SimulatedCardReader::read(Sources wanted) {
  if (facts_.type != Type::swipe) require_card_inside();
  if (facts_.reads_on_exit)
    while (plugged_ && place_ == Place::inside) co_await changes().wait();
  if (!passed_) co_await busy_for(times_.read);
  require_power();
  Card* card = passed_ ? &*passed_ : card_ ? &*card_ : nullptr;
  if (!card) throw CardFault(Trouble::card_gone, "no card has passed the head");
  if (card->misreads > 0) {
    --card->misreads;
    throw spi::Retry("the card could not be read");
  }
  co_return read_card(*card, wanted);
}

spi::Task<void> SimulatedCardReader::write(std::vector<TrackToWrite> tracks) {
  require_card_inside();
  co_await busy_for(times_.read);
  for (auto& track : tracks) card_->data[track.track] = std::move(track.data);
}

spi::Task<void> SimulatedCardReader::eject() {
  require_power();
  if (place_ == Place::jammed) throw CardFault(Trouble::jammed, "the card is stuck");
  if (!card_) throw CardFault(Trouble::card_gone, "no card is inside");
  if (shutter_stuck_) throw CardFault(Trouble::shutter, "the shutter does not open");
  if (facts_.type == Type::latchedDip) {
    place(Place::inside);
    co_return;
  }
  if (place_ == Place::exit) co_return;
  co_await busy_for(times_.move);
  if (jam_next_) {
    jam_next_ = false;
    place(Place::jammed);
    throw CardFault(Trouble::jammed, "the card got stuck on its way out");
  }
  place(Place::exit);
}

spi::Task<void> SimulatedCardReader::draw_in() {
  require_power();
  if (place_ != Place::exit) throw CardFault(Trouble::card_gone, "no card is at the exit slot");
  co_await busy_for(times_.move);
  place(Place::inside);
}

spi::Task<void> SimulatedCardReader::retain(std::string unit) {
  require_power();
  if (place_ == Place::jammed) throw CardFault(Trouble::jammed, "the card is stuck");
  if (!card_) throw CardFault(Trouble::card_gone, "there is no card to retain");
  for (const auto& known : facts_.retain_units)
    if (known.name == unit && known.capacity > 0 && retained_[unit] >= known.capacity)
      throw CardFault(Trouble::unit_full, "the retain unit is full");
  co_await busy_for(times_.move);
  ++retained_[unit];
  place(Place::none);
}

spi::Task<Bytes> SimulatedCardReader::power_chip(ChipPower power) {
  require_card_inside();
  co_await busy_for(times_.chip);
  if (power == ChipPower::off) co_return Bytes{};
  if (!card_->atr) throw CardFault(Trouble::chip_silent, "the card has no chip, or it does not answer");
  if (facts_.type == Type::latchedDip) place(Place::latched);
  co_return *card_->atr;
}

spi::Task<Bytes> SimulatedCardReader::exchange(ChipProtocol, Bytes command) {
  require_card_inside();
  co_await busy_for(times_.chip);
  const auto answer = card_->answers.find(command);
  if (answer == card_->answers.end()) co_return Bytes{0x6D, 0x00};  // ISO/IEC 7816-4: instruction not supported
  co_return answer->second;
}

spi::Task<void> SimulatedCardReader::reset() {
  require_power();
  if (shutter_stuck_) throw CardFault(Trouble::shutter, "the shutter does not move");
  open_ = false;
  arriving_.reset();
  changed();
  co_await busy_for(times_.move);
  if (place_ == Place::jammed) throw CardFault(Trouble::jammed, "the card is still stuck");
}

spi::Task<void> SimulatedCardReader::set_security_key(Bytes key) {
  require_power();
  if (key.empty()) throw CardFault(Trouble::bad_key, "an empty key");
  co_return;
}

}  // namespace sesame::simulators
