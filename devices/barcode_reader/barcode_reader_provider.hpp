// The BarcodeReader interface's rules over any Device. Owned by its service; executor thread only.
// Source: CWA 17852:2024-3, BarcodeReader.
#pragma once

#include <memory>

#include "devices/barcode_reader/device.hpp"
#include "xfs/barcode_reader_provider.hpp"

namespace sesame::devices {

class BarcodeReaderProvider final : public xfs::barcode_reader::ProviderFor<BarcodeReaderProvider>, private barcode_reader::Listener {
 public:
  explicit BarcodeReaderProvider(std::unique_ptr<barcode_reader::Device> device);

  void attach(spi::ServiceLink& service) override;
  spi::DeviceState device_state() const override { return device_->state().device; }
  xfs::barcode_reader::Status status() const override;
  xfs::barcode_reader::Capabilities capabilities() const override;

  spi::Task<xfs::barcode_reader::ReadCompletion> read(const xfs::barcode_reader::Read& wanted, spi::Command& command) override;
  spi::Task<xfs::barcode_reader::ResetCompletion> reset(const xfs::barcode_reader::Reset& how, spi::Command& command) override;

 private:
  void state_changed() override { service().status_changed(); }
  void require_device() const { Provider::require_device("bar code reader"); }
  std::vector<std::string> accepted(const xfs::barcode_reader::Read& wanted) const;

  std::unique_ptr<barcode_reader::Device> device_;
};

}  // namespace sesame::devices
