// The CardReader interface's rules over any Device: order of events, error codes, what each type of reader can do, status.
// Writes no hardware code; a vendor implements device.hpp. Owned by its service; executor thread only.
//
// Source: CWA 17852:2024-3, CardReader. Where the standard leaves a choice, docs/decisions.md says what was chosen.
#pragma once

#include <functional>
#include <memory>

#include "devices/card_reader/device.hpp"
#include "spi/service/waiting.hpp"
#include "xfs/card_reader_provider.hpp"

namespace sesame::devices {

class CardReaderProvider final : public xfs::card_reader::ProviderFor<CardReaderProvider>, private card_reader::Listener {
 public:
  explicit CardReaderProvider(std::unique_ptr<card_reader::Device> device);

  /// Told the name of the unit after each card that was moved into one. For the Storage provider of the same service.
  void on_retained(std::function<void(const std::string& unit)> listener) { retained_ = std::move(listener); }

  void attach(spi::ServiceLink& service) override;
  bool supports(std::size_t command_index) const override;
  spi::DeviceState device_state() const override { return device_->state().device; }
  xfs::card_reader::Status status() const override;
  xfs::card_reader::Capabilities capabilities() const override;

  spi::Task<xfs::card_reader::ReadRawDataCompletion> read_raw_data(const xfs::card_reader::ReadRawData& wanted,
                                                                   spi::Command& command) override;
  spi::Task<xfs::card_reader::WriteRawDataCompletion> write_raw_data(const xfs::card_reader::WriteRawData& tracks,
                                                                     spi::Command& command) override;
  spi::Task<xfs::card_reader::MoveCompletion> move(const xfs::card_reader::Move& way, spi::Command& command) override;
  spi::Task<xfs::card_reader::ResetCompletion> reset(const xfs::card_reader::Reset& how, spi::Command& command) override;
  spi::Task<xfs::card_reader::ChipIOCompletion> chip_io(const xfs::card_reader::ChipIO& request, spi::Command& command) override;
  spi::Task<xfs::card_reader::ChipPowerCompletion> chip_power(const xfs::card_reader::ChipPower& request,
                                                              spi::Command& command) override;
  spi::Task<xfs::card_reader::SetKeyCompletion> set_key(const xfs::card_reader::SetKey& key, spi::Command& command) override;
  spi::Task<xfs::card_reader::QueryIFMIdentifierCompletion> query_ifm_identifier(
      const xfs::card_reader::QueryIFMIdentifier& query, spi::Command& command) override;

 private:
  class Passage;

  // card_reader::Listener
  void card_removed() override;
  void card_moved_by_itself(bool to_exit, const std::string& unit) override;
  void state_changed() override;

  bool inside() const;
  void forget_chip();
  void require_device() const { Provider::require_device("card reader"); }
  /// Waits for a card unless one is inside. Returns whether it came in now. `again`: the customer is at it already.
  spi::Task<bool> obtain_card(spi::Command& command, bool again);
  spi::Task<void> close_slot();
  /// After a card that could not be read: lets the customer have it back for another try.
  spi::Task<void> hand_back(spi::Command& command);
  spi::Task<void> announce_removed();
  /// Contacts the chip; nothing if it does not answer.
  spi::Task<std::optional<card_reader::Bytes>> contact_chip(card_reader::ChipPower power);
  spi::Task<void> move_to_unit(std::string unit, const contract::CommandInfo& command);
  /// Puts the card that Reset found where it shall be, and tells where that is.
  spi::Task<void> settle_after_reset(xfs::card_reader::ResetTo to, std::string unit, const contract::CommandInfo& command);
  void tell_where_detected();

  std::unique_ptr<card_reader::Device> device_;
  std::function<void(const std::string&)> retained_;
  spi::Signal changed_;
  bool chip_contacted_ = false;              // powered, its ATR known
  bool chip_was_read_ = false;               // by ReadRawData, since this card came in
  bool removal_is_part_of_reading_ = false;  // the tracks pass the head when the card leaves
  bool removal_untold_ = false;
};

}  // namespace sesame::devices
