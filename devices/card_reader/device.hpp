// What the hardware of a card reader must be able to do: the whole of what a vendor implements. Facts that do not change, a
// state that does, a dozen verbs, and a listener for what happens by itself. The provider (card_reader_provider.hpp) owns the
// standard's rules and calls one verb at a time. A device lives as long as its provider; executor thread only.
//
// Every verb ends with Canceled when its task is cancelled, and leaves the hardware in a state that state() tells truly.
// Throw spi::Retry when the customer can put it right (card the wrong way round), CardFault when the hardware or the card
// failed, spi::Fault for anything else. Track data, chip data and keys belong in no exception text and in no log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spi/service/provider.hpp"
#include "spi/service/task.hpp"

namespace sesame::devices::card_reader {

using Bytes = std::vector<std::uint8_t>;

/// How a card meets the reader; capabilities.cardReader.type.
enum class Type : std::uint8_t { motor, swipe, dip, latchedDip, contactless, intelligentContactless, permanent };

/// What can be read from a card beside its chip. The values are the bits of a Sources set.
enum class Source : std::uint16_t {
  track1 = 1, track2 = 2, track3 = 4, watermark = 8, track1Front = 16, frontImage = 32, backImage = 64, track1JIS = 128,
  track3JIS = 256, ddi = 512, security = 1024, memoryChip = 2048
};

/// A set of sources: Sources(Source::track1) | Source::track2.
class Sources {
 public:
  constexpr Sources() = default;
  constexpr Sources(Source source) : bits_(static_cast<std::uint16_t>(source)) {}  // NOLINT: one source is a set
  constexpr bool has(Source source) const { return (bits_ & static_cast<std::uint16_t>(source)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr Sources without(Sources others) const { return from(bits_ & ~others.bits_); }
  constexpr Sources& operator|=(Sources others) { return *this = from(bits_ | others.bits_); }
  friend constexpr Sources operator|(Sources a, Sources b) { return a |= b; }
  friend constexpr bool operator==(Sources, Sources) = default;

 private:
  static constexpr Sources from(int bits) {
    Sources set;
    set.bits_ = static_cast<std::uint16_t>(bits);
    return set;
  }
  std::uint16_t bits_ = 0;
};

enum class ChipProtocol : std::uint8_t { chipT0, chipT1, chipProtocolNotRequired, chipTypeAPart3, chipTypeAPart4, chipTypeB, chipTypeNFC };
enum class ChipPower : std::uint8_t { cold, warm, off };
enum class WriteMethod : std::uint8_t { automatic, loco, hico };
enum class SecurityType : std::uint8_t { none, mm, cim86 };
/// What the device does by itself with a card inside when power comes or goes.
enum class PowerOption : std::uint8_t { none, exit, retain, exitThenRetain, transport };

/// A unit that cards can be moved to for good. `name` is unit[0-9A-Za-z]+ and the key in Storage; capacity 0 is unknown.
struct RetainUnit {
  std::string name;
  unsigned capacity = 0;
};

/// What this reader is. Never changes while the device lives.
struct Facts {
  Type type = Type::motor;
  Sources reads;   // what read() can deliver
  Sources writes;  // what write() can write; tracks only
  std::vector<ChipProtocol> chip_protocols;  // empty: no chip contacts
  std::vector<ChipPower> chip_power;         // empty: ChipPower is not offered
  bool writes_loco = false, writes_hico = false, chooses_coercivity = false;
  bool reads_on_exit = false;        // dip, swipe: the tracks pass the head when the card is drawn out
  bool card_taken_sensor = false;    // it notices when a card leaves
  bool read_write_from_exit = false; // motor: a card at the exit slot is drawn in again to be read
  bool flux_sensor_programmable = false;
  bool siemens4442 = false, gpm896 = false;  // memory chips
  SecurityType security = SecurityType::none;
  PowerOption power_on = PowerOption::none, power_off = PowerOption::none;
  std::vector<RetainUnit> retain_units;                                // motor only
  std::vector<std::pair<std::string, std::string>> ifm_identifiers;   // emv|europay|visa|giecb -> identifier
};

/// Where the card is. `exit`: at the slot, within the customer's reach. `inside`: transport of a motor, contacts of a dip,
/// field of a contactless reader. `latched`: inside and held by a latch.
enum class Place : std::uint8_t { none, exit, inside, latched, jammed, unknown };

/// What can change. Cheap to read at any time, no I/O.
struct State {
  Place card = Place::none;
  spi::DeviceState device = spi::DeviceState::online;
  bool chip_works = true;
  bool writer_works = true;
};

/// Why the hardware could not do it.
enum class Trouble : std::uint8_t {
  jammed,       // the card is stuck
  shutter,      // the shutter does not open or close
  card_gone,    // the card was pulled out, or there is none
  bad_card,     // not a card that this reader can take
  too_short,    // stays at the slot
  too_long,     // stays at the slot
  chip_silent,  // no answer to reset, or no chip
  several_cards,// more than one card in the field
  unit_full,    // the retain unit takes no more; the card stays where it was
  retained,     // the movement failed and the card ended in a retain unit
  bad_key,      // the key for the security module was refused
  not_there     // the device does not answer: unplugged, no power
};

class CardFault : public spi::Fault {
 public:
  CardFault(Trouble trouble, const std::string& what) : Fault(what), trouble_(trouble) {}
  Trouble trouble() const { return trouble_; }

 private:
  Trouble trouble_;
};

/// How the reading of one source went; CardReader.CardDataStatus, with `ok` for its null.
enum class ReadStatus : std::uint8_t {
  ok, dataMissing, dataInvalid, dataTooLong, dataTooShort, dataSourceNotSupported, dataSourceMissing
};

/// What one source gave. Tracks: the characters without sentinels and check character. Images: PNG. Security: the level as
/// the standard names it ("readLevel3").
struct Reading {
  Source source{};
  ReadStatus status = ReadStatus::ok;
  std::string data;
};

struct Readings {
  std::vector<Reading> items;  // one per source asked for
  Sources found;               // which of track1-3, watermark and track1Front the card has
};

struct TrackToWrite {
  Source track{};
  std::string data;  // characters without sentinels
  WriteMethod method = WriteMethod::automatic;
};

/// What happens without a verb. Implemented by the provider; called on the executor.
class Listener {
 public:
  virtual ~Listener() = default;
  /// The customer took the card, whenever that was; state() says so already.
  virtual void card_removed() = 0;
  /// The device moved a card on its own at power-up or power-down. Empty `unit` with to_exit false: to the transport.
  virtual void card_moved_by_itself(bool to_exit, const std::string& unit) = 0;
  /// state() changed.
  virtual void state_changed() = 0;
};

class Device {
 public:
  virtual ~Device() = default;

  virtual const Facts& facts() const = 0;
  virtual State state() const = 0;
  /// Called once, before the first verb. The listener outlives the device's last call.
  virtual void listen(Listener& listener) = 0;

  /// Makes ready for one card: opens the shutter, arms the head, turns the field on. Returns when the customer may come.
  virtual spi::Task<void> open_slot() = 0;
  /// Returns once a card is inside (a swipe: has passed). Retry: not this way round, the card is with the customer again and
  /// the slot still open, as it is after a cancel.
  virtual spi::Task<void> accept_card() = 0;
  /// Lets no card in any more. A card on its way is taken in or given back; state() tells which.
  virtual spi::Task<void> close_slot() = 0;
  /// Reads the card that is inside. Missing and bad data are Readings, not faults. Retry: let the customer try again.
  virtual spi::Task<Readings> read(Sources wanted) = 0;
  /// Writes and verifies.
  virtual spi::Task<void> write(std::vector<TrackToWrite> tracks);

  /// Motor: to the exit slot; latched dip: releases the latch. Returns when the card can be taken.
  virtual spi::Task<void> eject();
  /// Motor: from the exit slot back inside.
  virtual spi::Task<void> draw_in();
  /// Motor: into a retain unit, by name.
  virtual spi::Task<void> retain(std::string unit);

  /// Contacts and resets the chip; gives its ATR (empty after `off`). chip_silent: no chip, or it does not answer.
  virtual spi::Task<Bytes> power_chip(ChipPower power);
  /// One command to the chip and its answer, unchanged.
  virtual spi::Task<Bytes> exchange(ChipProtocol protocol, Bytes command);

  /// Makes the hardware ready again and finds out where a card is; moves none. jammed: it could not be freed.
  virtual spi::Task<void> reset() = 0;
  /// The key of the security module (SecurityType::cim86).
  virtual spi::Task<void> set_security_key(Bytes key);
};

}  // namespace sesame::devices::card_reader
