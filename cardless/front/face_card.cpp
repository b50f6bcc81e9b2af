#include "cardless/front/face_card.hpp"

#include <boost/json.hpp>

#include "biometric/template/secret.hpp"
#include "devices/card_reader/card_reader_provider.hpp"
#include "spi/contract/codec.hpp"

namespace sesame::cardless {
using namespace devices::card_reader;
using spi::Task;
namespace json = boost::json;

// Each verb ends at once: what took its time, the face, is over when the card is handed in.
class FaceCard::Device final : public devices::card_reader::Device {
 public:
  Device(spi::Executor& executor, FaceCard::Listener& owner, Facts facts)
      : executor_(executor), owner_(owner), facts_(std::move(facts)) {}
  ~Device() override { biometric::cleanse(card_.track2); }

  void hand_in(FaceCardData card) { card_ = std::move(card); }
  bool has_card() const { return place_ != Place::none; }

  const Facts& facts() const override { return facts_; }
  State state() const override {
    State state;
    state.card = place_;
    return state;
  }
  void listen(devices::card_reader::Listener& listener) override { listener_ = &listener; }

  Task<void> open_slot() override { co_return; }
  Task<void> accept_card() override {
    if (card_.track2.empty()) throw CardFault(Trouble::card_gone, "no card was handed in");
    move_to(Place::inside);
    co_return;
  }
  Task<void> close_slot() override { co_return; }

  Task<Readings> read(Sources wanted) override {
    Readings readings;
    readings.found = Source::track2;
    for (unsigned bit = 1; bit <= static_cast<unsigned>(Source::memoryChip); bit <<= 1) {
      const auto source = static_cast<Source>(bit);
      if (!wanted.has(source)) continue;
      Reading reading{source, ReadStatus::dataMissing, ""};
      if (source == Source::track2) reading = {source, ReadStatus::ok, card_.track2};
      readings.items.push_back(std::move(reading));
    }
    if (facts_.type != Type::motor)
      leave_soon();  // the customer of such a reader draws the card out by himself
    co_return readings;
  }
  Task<void> write(std::vector<TrackToWrite>) override {
    throw CardFault(Trouble::bad_card, "this card cannot be written");
    co_return;
  }

  Task<void> eject() override {
    move_to(Place::exit);
    leave_soon();
    co_return;
  }
  Task<void> draw_in() override {
    move_to(Place::inside);
    co_return;
  }
  Task<void> retain(std::string) override {
    retained_ = true;
    gone();
    co_return;
  }
  Task<Bytes> power_chip(ChipPower) override {
    throw CardFault(Trouble::chip_silent, "the card has no chip");
    co_return Bytes{};
  }
  Task<Bytes> exchange(ChipProtocol, Bytes) override {
    throw CardFault(Trouble::chip_silent, "the card has no chip");
    co_return Bytes{};
  }
  Task<void> reset() override {
    if (has_card()) leave_soon();
    co_return;
  }

  // As if the customer took it: status, then MediaRemovedEvent.
  void leave() {
    if (!has_card()) return;
    gone();
    if (listener_) listener_->card_removed();
  }

 private:
  // After the answer to the command that runs now.
  void leave_soon() {
    executor_.post([this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) leave();
    });
  }
  void move_to(Place place) {
    place_ = place;
    if (listener_) listener_->state_changed();
  }
  void gone() {
    biometric::cleanse(card_.track2);
    card_.track2.clear();
    const std::string customer = std::exchange(card_.customer_id, {});
    move_to(Place::none);
    owner_.face_card_left(customer, std::exchange(retained_, false));
  }

  spi::Executor& executor_;
  FaceCard::Listener& owner_;
  Facts facts_;
  FaceCardData card_;
  Place place_ = Place::none;
  bool retained_ = false;
  devices::card_reader::Listener* listener_ = nullptr;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

namespace {

Facts facts_of(const json::object& card_reader, const std::string& retain_unit) {
  namespace xfs_reader = xfs::card_reader;
  xfs_reader::Capabilities can;
  const json::value part = card_reader;
  Facts facts;
  if (contract::read(&part, can))
    return facts;  // capabilities that are no card reader's: a motor reader without tracks
  facts.type = static_cast<Type>(can.type);
  const auto read = [&facts](bool has, Source source) {
    if (has) facts.reads |= source;
  };
  if (can.read_tracks) {
    read(can.read_tracks->track1, Source::track1);
    read(can.read_tracks->track2, Source::track2);
    read(can.read_tracks->track3, Source::track3);
    read(can.read_tracks->watermark, Source::watermark);
    read(can.read_tracks->front_track1, Source::track1Front);
    read(can.read_tracks->front_image, Source::frontImage);
    read(can.read_tracks->back_image, Source::backImage);
    read(can.read_tracks->track1_jis, Source::track1JIS);
    read(can.read_tracks->track3_jis, Source::track3JIS);
    read(can.read_tracks->ddi, Source::ddi);
  }
  if (can.memory_chip_protocols) facts.reads |= Source::memoryChip;
  if (can.security_type) facts.reads |= Source::security;
  if (can.write_tracks) {
    const std::pair<bool, Source> writes[] = {{can.write_tracks->track1, Source::track1},
                                              {can.write_tracks->track2, Source::track2},
                                              {can.write_tracks->track3, Source::track3},
                                              {can.write_tracks->front_track1, Source::track1Front},
                                              {can.write_tracks->track1_jis, Source::track1JIS},
                                              {can.write_tracks->track3_jis, Source::track3JIS}};
    for (const auto& [has, source] : writes)
      if (has) facts.writes |= source;
    facts.writes_loco = facts.writes_hico = true;
  }
  if (can.chip_protocols)
    for (const auto protocol :
         {ChipProtocol::chipT0, ChipProtocol::chipT1, ChipProtocol::chipTypeAPart3,
          ChipProtocol::chipTypeAPart4, ChipProtocol::chipTypeB, ChipProtocol::chipTypeNFC})
      facts.chip_protocols.push_back(protocol);
  if (can.chip_power)
    facts.chip_power = {devices::card_reader::ChipPower::cold, devices::card_reader::ChipPower::warm,
                        devices::card_reader::ChipPower::off};
  facts.card_taken_sensor = can.card_taken_sensor;
  facts.flux_sensor_programmable = can.flux_sensor_programmable;
  facts.read_write_from_exit = can.read_write_access_from_exit;
  if (facts.type == Type::motor && !retain_unit.empty()) facts.retain_units = {{retain_unit, 0}};
  return facts;
}

}  // namespace

FaceCard::FaceCard(spi::ServiceLink& service, Listener& listener) : service_(service), listener_(listener) {
  resemble({}, "");
}
FaceCard::~FaceCard() = default;

void FaceCard::resemble(const json::object& card_reader, const std::string& retain_unit) {
  auto device = std::make_unique<Device>(service_.executor(), listener_, facts_of(card_reader, retain_unit));
  device_ = device.get();
  std::vector<std::unique_ptr<spi::Provider>> providers;
  providers.push_back(std::make_unique<devices::CardReaderProvider>(std::move(device)));
  body_ = std::make_unique<spi::ProviderBody>(std::move(providers));
  body_->attach(service_);
}

void FaceCard::hand_in(FaceCardData card) { device_->hand_in(std::move(card)); }
bool FaceCard::in() const { return device_->has_card(); }
void FaceCard::remove() { device_->leave(); }

Task<json::value> FaceCard::run(const contract::CommandInfo& command, const json::value& payload,
                                spi::Command& context) {
  co_return co_await body_->run(command, payload, context);
}

void FaceCard::overlay(json::object& card_reader_status) const {
  if (!in()) return;
  const json::object parts = body_->status();
  const auto* own = parts.if_contains("cardReader");
  if (!own || !own->is_object()) return;
  for (const char* property : {"media", "chipPower"}) {
    const auto* value = own->as_object().if_contains(property);
    if (value && card_reader_status.contains(property)) card_reader_status[property] = *value;
  }
}

}  // namespace sesame::cardless
