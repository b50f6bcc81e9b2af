// A card reader of any type made of software. Its customer is whoever sends verbs: "insert card track2=...", "take card",
// "pull card", "jam". It obeys the hardware's rules: a closed slot takes no card, a card in the transport cannot be taken.
// Movements take the times it is given, on the executor's clock. Owned by its provider; executor thread only.
#pragma once

#include "devices/card_reader/device.hpp"
#include "simulators/control/simulated_device.hpp"

namespace sesame::simulators {

namespace card_reader = devices::card_reader;

/// How long the mechanics take; nothing by default.
struct CardReaderTimes {
  spi::Duration move{}, read{}, chip{};
};

/// The facts of an ordinary reader of that type: tracks 1 to 3, chip where the type has contacts or a field, one retain
/// unit "unitRETAIN1" for 50 cards in a motor reader.
card_reader::Facts ordinary_card_reader(card_reader::Type type);

class SimulatedCardReader final : public card_reader::Device, public SimulatedDevice {
 public:
  SimulatedCardReader(spi::Executor& executor, card_reader::Facts facts, std::string name = "card_reader",
                      CardReaderTimes times = {});

  const card_reader::Facts& facts() const override { return facts_; }
  card_reader::State state() const override;
  void listen(card_reader::Listener& listener) override { listener_ = &listener; }

  spi::Task<void> open_slot() override;
  spi::Task<void> accept_card() override;
  spi::Task<void> close_slot() override;
  spi::Task<card_reader::Readings> read(card_reader::Sources wanted) override;
  spi::Task<void> write(std::vector<card_reader::TrackToWrite> tracks) override;
  spi::Task<void> eject() override;
  spi::Task<void> draw_in() override;
  spi::Task<void> retain(std::string unit) override;
  spi::Task<card_reader::Bytes> power_chip(card_reader::ChipPower power) override;
  spi::Task<card_reader::Bytes> exchange(card_reader::ChipProtocol protocol, card_reader::Bytes command) override;
  spi::Task<void> reset() override;
  spi::Task<void> set_security_key(card_reader::Bytes key) override;

 private:
  struct Card {
    std::map<card_reader::Source, std::string> data;
    card_reader::Sources bad;        // there, but damaged
    std::optional<card_reader::Bytes> atr;
    std::map<card_reader::Bytes, card_reader::Bytes> answers;
    bool wrong_way = false, too_short = false, too_long = false, jams = false;
    unsigned misreads = 0;           // so many tries fail first
  };

  void add_verbs();
  void add_conditions();
  std::string insert(VerbArguments& arguments);
  std::string take();
  std::string pull();
  std::string jam();
  std::string clear_jam();
  std::string plug(bool plugged);
  std::string chip_answer(VerbArguments& arguments);
  std::string describe() const;
  Card card_of(VerbArguments& arguments) const;

  bool motor() const { return facts_.type == card_reader::Type::motor; }
  void require_card_inside() const;
  void require_power() const;
  /// Waits for the mechanics; ends early when the card is pulled out, jams or the device is unplugged.
  spi::Task<void> busy_for(spi::Duration duration);
  spi::Task<bool> next_change();
  void place(card_reader::Place where);
  void card_left();
  card_reader::Readings read_card(const Card& card, card_reader::Sources wanted) const;

  spi::Executor& executor_;
  const card_reader::Facts facts_;
  const CardReaderTimes times_;
  card_reader::Listener* listener_ = nullptr;

  card_reader::Place place_ = card_reader::Place::none;
  std::optional<Card> card_;      // wherever place_ says
  std::optional<Card> arriving_;  // pushed into the open slot, not yet drawn in
  std::optional<Card> passed_;    // has passed the head on its way out, or was swiped
  bool open_ = false, plugged_ = true, jam_next_ = false, shutter_stuck_ = false;
  std::map<std::string, unsigned> retained_;
};

}  // namespace sesame::simulators
