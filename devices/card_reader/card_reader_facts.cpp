// What a card reader says of itself: which commands its type has, its capabilities and its status.
#include "devices/card_reader/card_reader_provider.hpp"

namespace sesame::devices {
using namespace xfs::card_reader;
using namespace card_reader;

static_assert(static_cast<int>(Type::permanent) == static_cast<int>(CapabilitiesType::permanent));
static_assert(static_cast<int>(Type::latchedDip) == static_cast<int>(CapabilitiesType::latchedDip));
static_assert(static_cast<int>(PowerOption::transport) == static_cast<int>(CapabilitiesPowerOnOption::transport) + 1);
static_assert(static_cast<int>(SecurityType::cim86) == static_cast<int>(CapabilitiesSecurityType::cim86) + 1);

// The EMVCless commands belong to intelligent contactless readers; none is here yet, so every reader refuses them.
bool CardReaderProvider::supports(std::size_t command_index) const {
  if (!ProviderFor::supports(command_index)) return false;
  const auto name = interface_info().commands[command_index]->name;
  const Facts& facts = device_->facts();
  if (name == "CardReader.ReadRawData") return facts.type != Type::permanent;
  if (name == "CardReader.WriteRawData") return !facts.writes.empty();
  if (name == "CardReader.Move") return facts.type == Type::motor || facts.type == Type::latchedDip;
  if (name == "CardReader.SetKey") return facts.security == SecurityType::cim86;
  if (name == "CardReader.ChipIO") return !facts.chip_protocols.empty();
  if (name == "CardReader.ChipPower") return !facts.chip_power.empty();
  return true;
}

Status CardReaderProvider::status() const {
  const Facts& facts = device_->facts();
  const State state = device_->state();
  const bool there = state.device == spi::DeviceState::online || state.device == spi::DeviceState::deviceBusy;
  Status status;
  // Swipe, dip and contactless readers hold no card, so they have no place to tell of.
  if (facts.type == Type::motor || facts.type == Type::latchedDip || facts.type == Type::permanent) {
    switch (state.card) {
      case Place::none: status.media = StatusMedia::notPresent; break;
      case Place::exit: status.media = facts.type == Type::motor ? StatusMedia::entering : StatusMedia::present; break;
      case Place::inside: status.media = StatusMedia::present; break;
      case Place::latched: status.media = StatusMedia::latched; break;
      case Place::jammed: status.media = StatusMedia::jammed; break;
      case Place::unknown: status.media = StatusMedia::unknown; break;
    }
  }
  if (!facts.chip_protocols.empty()) {
    status.chip_module = !there ? StatusChipModule::unknown : state.chip_works ? StatusChipModule::ok : StatusChipModule::inoperable;
    if (!there) status.chip_power = StatusChipPower::unknown;
    else if (!inside()) status.chip_power = StatusChipPower::noCard;
    else status.chip_power = chip_contacted_ ? StatusChipPower::online : StatusChipPower::poweredOff;
  }
  if (!facts.writes.empty())
    status.mag_write_module = !there ? StatusMagWriteModule::unknown : state.writer_works ? StatusMagWriteModule::ok : StatusMagWriteModule::inoperable;
  if (facts.security != SecurityType::none) status.security = there ? StatusSecurity::open : StatusSecurity::notReady;
  if (facts.reads.has(Source::frontImage)) status.front_image_module = there ? StatusFrontImageModule::ok : StatusFrontImageModule::unknown;
  if (facts.reads.has(Source::backImage)) status.back_image_module = there ? StatusBackImageModule::ok : StatusBackImageModule::unknown;
  return status;
}

Capabilities CardReaderProvider::capabilities() const {
  const Facts& facts = device_->facts();
  Capabilities can;
  can.type = static_cast<CapabilitiesType>(facts.type);
  if (!facts.reads.empty()) {
    auto& reads = can.read_tracks.emplace();
    reads.track1 = facts.reads.has(Source::track1);
    reads.track2 = facts.reads.has(Source::track2);
    reads.track3 = facts.reads.has(Source::track3);
    reads.watermark = facts.reads.has(Source::watermark);
    reads.front_track1 = facts.reads.has(Source::track1Front);
    reads.front_image = facts.reads.has(Source::frontImage);
    reads.back_image = facts.reads.has(Source::backImage);
    reads.track1_jis = facts.reads.has(Source::track1JIS);
    reads.track3_jis = facts.reads.has(Source::track3JIS);
    reads.ddi = facts.reads.has(Source::ddi);
  }
  if (!facts.writes.empty()) {
    auto& writes = can.write_tracks.emplace();
    writes.track1 = facts.writes.has(Source::track1);
    writes.track2 = facts.writes.has(Source::track2);
    writes.track3 = facts.writes.has(Source::track3);
    writes.front_track1 = facts.writes.has(Source::track1Front);
    writes.track1_jis = facts.writes.has(Source::track1JIS);
    writes.track3_jis = facts.writes.has(Source::track3JIS);
    auto& mode = can.write_mode.emplace();
    mode.loco = facts.writes_loco;
    mode.hico = facts.writes_hico;
    mode.auto_ = facts.chooses_coercivity;
  }
  if (!facts.chip_protocols.empty()) {
    auto& chip = can.chip_protocols.emplace();
    chip.chip_protocol_not_required = true;  // ChipIO leaves the choice to the device
    for (const ChipProtocol protocol : facts.chip_protocols) {
      switch (protocol) {
        case ChipProtocol::chipT0: chip.chip_t0 = true; break;
        case ChipProtocol::chipT1: chip.chip_t1 = true; break;
        case ChipProtocol::chipProtocolNotRequired: break;
        case ChipProtocol::chipTypeAPart3: chip.chip_type_a_part3 = true; break;
        case ChipProtocol::chipTypeAPart4: chip.chip_type_a_part4 = true; break;
        case ChipProtocol::chipTypeB: chip.chip_type_b = true; break;
        case ChipProtocol::chipTypeNFC: chip.chip_type_nfc = true; break;
      }
    }
  }
  if (!facts.chip_power.empty()) {
    auto& power = can.chip_power.emplace();
    for (const auto kind : facts.chip_power) {
      if (kind == card_reader::ChipPower::cold) power.cold = true;
      if (kind == card_reader::ChipPower::warm) power.warm = true;
      if (kind == card_reader::ChipPower::off) power.off = true;
    }
  }
  if (facts.siemens4442 || facts.gpm896) {
    auto& memory = can.memory_chip_protocols.emplace();
    memory.siemens4442 = facts.siemens4442;
    memory.gpm896 = facts.gpm896;
  }
  if (facts.security != SecurityType::none) can.security_type = static_cast<CapabilitiesSecurityType>(static_cast<int>(facts.security) - 1);
  if (facts.power_on != PowerOption::none) can.power_on_option = static_cast<CapabilitiesPowerOnOption>(static_cast<int>(facts.power_on) - 1);
  if (facts.power_off != PowerOption::none) can.power_off_option = static_cast<CapabilitiesPowerOffOption>(static_cast<int>(facts.power_off) - 1);
  can.flux_sensor_programmable = facts.flux_sensor_programmable;
  can.read_write_access_from_exit = facts.read_write_from_exit;
  if (facts.type == Type::motor || facts.type == Type::latchedDip) {
    auto& positions = can.positions.emplace();
    positions.exit = positions.transport = true;
  }
  can.card_taken_sensor = facts.card_taken_sensor;
  return can;
}

}  // namespace sesame::devices
