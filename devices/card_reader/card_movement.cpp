// Move and Reset: where a card may go in each type of reader.
#include <algorithm>

#include "devices/card_reader/answers.hpp"
#include "devices/card_reader/card_reader_provider.hpp"

namespace sesame::devices {
using namespace xfs::card_reader;
using namespace card_reader;
using spi::Command;
using spi::CompletionCode;
using spi::Refusal;
using spi::Task;

namespace {

bool is_retain_unit(const Facts& facts, const std::string& name) {
  return std::ranges::find(facts.retain_units, name, &RetainUnit::name) != facts.retain_units.end();
}

void check_way(const Facts& facts, const Move& way) {
  const auto refuse = [](const std::string& what) { throw Refusal(CompletionCode::unsupportedData, what); };
  if (facts.type == Type::latchedDip && (way.from != "transport" || way.to != "exit"))
    refuse("from, to: a latched dip reader moves from transport to exit only, which releases the latch");
  if (way.from != "transport" && way.from != "exit") refuse("from: this card reader has no dispense or park unit");
  if (way.to != "transport" && way.to != "exit" && !is_retain_unit(facts, way.to))
    refuse("to: this card reader has no unit of that name; Storage.GetStorage lists its units");
}

}  // namespace

Task<MoveCompletion> CardReaderProvider::move(const Move& way, Command& command) {
  check_way(device_->facts(), way);
  require_device();
  const Place place = device_->state().card;
  if (place == Place::jammed) throw spi::refuse(MoveError::mediaJam, "a card is stuck in the reader");
  const bool there = way.from == "exit" ? place == Place::exit : inside();
  if (!there) throw spi::refuse(MoveError::noMedia, "from: no card is there");
  forget_chip();
  if (way.to == way.from) co_return MoveCompletion{};
  if (way.to == "exit")
    co_await answered(command.info(), device_->eject());
  else if (way.to == "transport")
    co_await answered(command.info(), device_->draw_in());
  else
    co_await move_to_unit(way.to, command.info());
  co_return MoveCompletion{};
}

Task<void> CardReaderProvider::move_to_unit(std::string unit, const contract::CommandInfo& command) {
  co_await answered(command, device_->retain(unit));
  forget_chip();
  if (retained_) retained_(unit);
}

Task<ResetCompletion> CardReaderProvider::reset(const Reset& how, Command& command) {
  const Facts& facts = device_->facts();
  const bool moves = how.to == ResetTo::exit || how.to == ResetTo::retain;
  if (moves && facts.type != Type::motor)
    throw Refusal(CompletionCode::unsupportedData, "to: only a motor reader moves cards: expected currentPosition or auto");
  std::string unit;
  if (how.to == ResetTo::retain) {
    unit = how.storage_id.value_or(facts.retain_units.empty() ? "" : facts.retain_units.front().name);
    if (!is_retain_unit(facts, unit))
      throw Refusal(CompletionCode::unsupportedData, "storageId: this card reader has no retain unit of that name");
  }
  require_device();
  forget_chip();
  auto done = co_await outcome(answered(command.info(), device_->reset()));
  if (!done) {
    tell_where_detected();
    rethrow(done);
  }
  if (device_->state().card == Place::none) co_return ResetCompletion{};
  auto settled = co_await outcome(settle_after_reset(how.to, unit, command.info()));
  if (!settled) {
    tell_where_detected();
    rethrow(settled);
  }
  co_return ResetCompletion{};
}

// `auto` gives the card back: whoever resets a reader with a card inside most likely has its owner waiting.
Task<void> CardReaderProvider::settle_after_reset(ResetTo to, std::string unit, const contract::CommandInfo& command) {
  const Type type = device_->facts().type;
  if (to == ResetTo::retain) {
    co_await move_to_unit(unit, command);
    MediaDetectedEvent event;
    event.position = unit;
    broadcast(event);
    co_return;
  }
  const Place place = device_->state().card;
  const bool wants_out = to == ResetTo::exit || to == ResetTo::auto_;
  if (type == Type::motor && wants_out && place != Place::exit) co_await answered(command, device_->eject());
  if (type == Type::latchedDip && to == ResetTo::auto_ && place == Place::latched) co_await answered(command, device_->eject());
  const bool power_off = type == Type::permanent && !device_->facts().chip_power.empty();
  if (power_off) co_await answered(command, device_->power_chip(card_reader::ChipPower::off));
  tell_where_detected();
}

void CardReaderProvider::tell_where_detected() {
  const Type type = device_->facts().type;
  if (type != Type::motor && type != Type::latchedDip) return;  // the others do not hold a card
  MediaDetectedEvent event;
  switch (device_->state().card) {
    case Place::exit: event.position = "exit"; break;
    case Place::inside:
    case Place::latched: event.position = "transport"; break;
    case Place::jammed: event.position = "jammed"; break;
    case Place::none:
    case Place::unknown: return;
  }
  broadcast(event);
}

}  // namespace sesame::devices
