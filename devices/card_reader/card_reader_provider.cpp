// How a card comes in and is read or written. Movements are in card_movement.cpp, the chip in card_chip.cpp.
#include "devices/card_reader/card_reader_provider.hpp"

#include "devices/card_reader/answers.hpp"
#include "spi/contract/base64.hpp"

namespace sesame::devices {
using namespace xfs::card_reader;
using namespace card_reader;
using spi::Command;
using spi::CompletionCode;
using spi::Refusal;
using spi::Task;

namespace {

Refusal unsupported(const std::string& what) { return Refusal(CompletionCode::unsupportedData, "this card reader " + what); }

struct AskedFor {
  Source source;
  bool ReadRawData::*asked;
};
constexpr AskedFor sources_asked_for[] = {
    {Source::track1, &ReadRawData::track1},         {Source::track2, &ReadRawData::track2},
    {Source::track3, &ReadRawData::track3},         {Source::watermark, &ReadRawData::watermark},
    {Source::track1Front, &ReadRawData::track1_front}, {Source::frontImage, &ReadRawData::front_image},
    {Source::backImage, &ReadRawData::back_image},  {Source::track1JIS, &ReadRawData::track1_jis},
    {Source::track3JIS, &ReadRawData::track3_jis},  {Source::ddi, &ReadRawData::ddi},
    {Source::security, &ReadRawData::security},     {Source::memoryChip, &ReadRawData::memory_chip}};

/// What the command asks of the reader; refuses what the reader does not have.
Sources wanted_sources(const ReadRawData& wanted, const Facts& facts) {
  Sources sources;
  for (const auto& [source, asked] : sources_asked_for)
    if (wanted.*asked) sources |= source;
  if (!sources.without(facts.reads).empty()) throw unsupported("does not read one of the items asked for; Capabilities lists those it does");
  if (wanted.chip && facts.chip_protocols.empty()) throw unsupported("has no chip contacts");
  if (wanted.flux_inactive && !facts.flux_sensor_programmable) throw unsupported("has no programmable flux sensor");
  // The track is read when the card leaves, the chip only while it is in: one card cannot do both in one command.
  if (facts.reads_on_exit && wanted.chip && !sources.empty())
    throw Refusal(CompletionCode::invalidData, "this reader reads tracks as the card leaves: expected chip or tracks, not both");
  return sources;
}

void set_status(contract::Optional<CardDataStatus>& status, ReadStatus how) {
  static_assert(static_cast<int>(ReadStatus::dataSourceMissing) == static_cast<int>(CardDataStatus::dataSourceMissing) + 1);
  if (how != ReadStatus::ok) status = static_cast<CardDataStatus>(static_cast<int>(how) - 1);
}
void set_data(contract::Optional<std::string>& data, const Reading& reading) {
  if (reading.status == ReadStatus::ok && !reading.data.empty()) data = contract::encode_base64(reading.data);
}

CardDataProperties card_data(const Reading& reading) {
  CardDataProperties data;
  set_status(data.status, reading.status);
  set_data(data.data, reading);
  return data;
}

ReadRawDataCompletionSecurity security_data(const Reading& reading) {
  ReadRawDataCompletionSecurity security;
  set_status(security.status, reading.status);
  for (int level = 0; level <= static_cast<int>(ReadRawDataCompletionSecurityData::notInitialized); ++level)
    if (const auto word = static_cast<ReadRawDataCompletionSecurityData>(level); to_string(word) == reading.data) security.data = word;
  return security;
}

void fill(ReadRawDataCompletion& completion, const Reading& reading) {
  switch (reading.source) {
    case Source::track1: completion.track1 = card_data(reading); break;
    case Source::track2: completion.track2 = card_data(reading); break;
    case Source::track3: completion.track3 = card_data(reading); break;
    case Source::watermark: completion.watermark = card_data(reading); break;
    case Source::track1Front: completion.track1_front = card_data(reading); break;
    case Source::track1JIS: completion.track1_jis = card_data(reading); break;
    case Source::track3JIS: completion.track3_jis = card_data(reading); break;
    case Source::ddi: completion.ddi = card_data(reading); break;
    case Source::frontImage: set_data(completion.front_image, reading); break;
    case Source::backImage: set_data(completion.back_image, reading); break;
    case Source::security: completion.security = security_data(reading); break;
    case Source::memoryChip: {
      auto& chip = completion.memory_chip.emplace();
      set_status(chip.status, reading.status);
      set_data(chip.data, reading);
      break;
    }
  }
}

// The front track is track1Front in the command and frontTrack1 in this event (an official slip).
TrackDetectedEvent tracks_found(Sources found) {
  TrackDetectedEvent event;
  event.track1 = found.has(Source::track1);
  event.track2 = found.has(Source::track2);
  event.track3 = found.has(Source::track3);
  event.watermark = found.has(Source::watermark);
  event.front_track1 = found.has(Source::track1Front);
  return event;
}

CardData chip_data(const std::optional<Bytes>& atr) {
  CardData data;
  if (atr && !atr->empty())
    data.data = contract::encode_base64({reinterpret_cast<const char*>(atr->data()), atr->size()});
  else
    data.status = CardDataStatus::dataMissing;
  return data;
}

std::vector<TrackToWrite> tracks_to_write(const WriteRawData& tracks, const Facts& facts) {
  if (!tracks.others.empty()) throw unsupported("writes no tracks beside those of the standard");
  const std::pair<Source, const contract::Optional<WriteTrack>*> given[] = {
      {Source::track1, &tracks.track1},           {Source::track2, &tracks.track2},
      {Source::track3, &tracks.track3},           {Source::track1Front, &tracks.track1_front},
      {Source::track1JIS, &tracks.track1_jis},    {Source::track3JIS, &tracks.track3_jis}};
  std::vector<TrackToWrite> writes;
  for (const auto& [source, track] : given) {
    if (!*track) continue;
    if (!facts.writes.has(source)) throw unsupported("does not write one of these tracks; Capabilities lists those it does");
    TrackToWrite write{source, contract::decode_base64((*track)->data).value_or(""), WriteMethod::automatic};
    const auto method = (*track)->write_method;
    if (method) write.method = *method == WriteTrackWriteMethod::hico ? WriteMethod::hico : WriteMethod::loco;
    const bool can = !method || (write.method == WriteMethod::hico ? facts.writes_hico : facts.writes_loco);
    if (!can) throw spi::refuse(WriteRawDataError::writeMethod, "this card reader does not write with that coercivity");
    writes.push_back(std::move(write));
  }
  if (writes.empty()) throw Refusal(CompletionCode::invalidData, "payload: expected at least one track to write");
  return writes;
}

}  // namespace

// While a read or write runs in a reader whose head sees the card leave, its removal is part of the command and is told
// after the completion; in every other reader it is told at once.
class CardReaderProvider::Passage {
 public:
  explicit Passage(CardReaderProvider& provider) : provider_(provider) {
    const Facts& facts = provider.device_->facts();
    provider_.removal_is_part_of_reading_ = facts.type == Type::swipe || facts.reads_on_exit;
  }
  ~Passage() {
    provider_.removal_is_part_of_reading_ = false;
    if (std::exchange(provider_.removal_untold_, false)) provider_.service().spawn(provider_.announce_removed());
  }
  Passage(const Passage&) = delete;

 private:
  CardReaderProvider& provider_;
};

CardReaderProvider::CardReaderProvider(std::unique_ptr<Device> device) : device_(std::move(device)) {}

void CardReaderProvider::attach(spi::ServiceLink& service) {
  Provider::attach(service);
  device_->listen(*this);
}

bool CardReaderProvider::inside() const {
  const Place place = device_->state().card;
  return place == Place::inside || place == Place::latched;
}

void CardReaderProvider::forget_chip() { chip_contacted_ = chip_was_read_ = false; }

void CardReaderProvider::card_removed() {
  forget_chip();
  changed_.notify_all();
  if (!device_->facts().card_taken_sensor) return;
  if (removal_is_part_of_reading_)
    removal_untold_ = true;
  else
    broadcast(MediaRemovedEvent{});
}

Task<void> CardReaderProvider::announce_removed() {
  broadcast(MediaRemovedEvent{});
  co_return;
}

void CardReaderProvider::card_moved_by_itself(bool to_exit, const std::string& unit) {
  forget_chip();
  CardActionEvent event;
  event.to = to_exit ? "exit" : unit.empty() ? "transport" : unit;
  event.from = "unknown";
  broadcast(event);
}

void CardReaderProvider::state_changed() {
  changed_.notify_all();
  service().status_changed();
}

Task<void> CardReaderProvider::close_slot() {
  // The command has its answer already; a slot that does not close shows in the next one.
  co_await outcome(device_->close_slot());
}

Task<bool> CardReaderProvider::obtain_card(Command& command, bool again) {
  const Place place = device_->state().card;
  if (place == Place::jammed) throw Refusal("mediaJam", "a card is stuck in the reader");
  if (place == Place::inside || place == Place::latched) co_return false;
  if (place == Place::exit) {
    if (!device_->facts().read_write_from_exit)
      throw Refusal(CompletionCode::sequenceError, "a card is at the exit slot: expected it taken, or moved to the transport first");
    co_await answered(command.info(), device_->draw_in());
    co_return false;
  }
  auto opened = co_await outcome(answered(command.info(), device_->open_slot()));
  if (opened && !again) command.emit(InsertCardEvent{});
  while (opened) {
    auto accepted = co_await outcome(answered(command.info(), device_->accept_card()));
    if (accepted) {
      command.emit(MediaInsertedEvent{});
      co_return true;
    }
    if (accepted.retry())
      command.emit(InvalidMediaEvent{});
    else
      opened = accepted;
  }
  co_await shielded(close_slot());
  rethrow(opened);
}

Task<void> CardReaderProvider::hand_back(Command& command) {
  command.emit(InvalidMediaEvent{});
  if (!inside()) co_return;
  if (device_->facts().type == Type::motor || device_->state().card == Place::latched)
    co_await answered(command.info(), device_->eject());
  while (device_->state().card != Place::none) {
    if (device_->state().card == Place::jammed) throw Refusal("mediaJam", "the card is stuck");
    require_device();
    co_await changed_.wait();
  }
}

Task<ReadRawDataCompletion> CardReaderProvider::read_raw_data(const ReadRawData& wanted, Command& command) {
  const Sources sources = wanted_sources(wanted, device_->facts());
  require_device();
  const Passage passage(*this);
  Readings readings;
  for (bool again = false;; again = true) {
    const bool came_in = co_await obtain_card(command, again);
    if (sources.empty()) break;
    auto read = co_await outcome(answered(command.info(), device_->read(sources)));
    if (read) {
      readings = std::move(*read);
      if (came_in) command.emit(tracks_found(readings.found));
      break;
    }
    if (!read.retry()) rethrow(read);
    co_await hand_back(command);
  }
  ReadRawDataCompletion completion;
  for (const Reading& reading : readings.items) fill(completion, reading);
  if (sources == Sources(Source::security) && !wanted.chip && !readings.items.empty() && readings.items.front().status != ReadStatus::ok)
    throw spi::refuse(ReadRawDataError::securityFail, "the security feature of the card could not be read");
  if (wanted.chip) {
    chip_was_read_ = true;
    const auto atr = co_await answered(command.info(), contact_chip(card_reader::ChipPower::cold));
    completion.chip.emplace().push_back(chip_data(atr));
  }
  co_return completion;
}

Task<WriteRawDataCompletion> CardReaderProvider::write_raw_data(const WriteRawData& tracks, Command& command) {
  const auto writes = tracks_to_write(tracks, device_->facts());
  require_device();
  const Passage passage(*this);
  for (bool again = false;; again = true) {
    co_await obtain_card(command, again);
    auto written = co_await outcome(answered(command.info(), device_->write(writes)));
    if (written) co_return WriteRawDataCompletion{};
    if (!written.retry()) rethrow(written);
    co_await hand_back(command);
  }
}

}  // namespace sesame::devices
