// A contactless reader on PC/SC (ACR122U and its like): the smallest complete driver, and the example of docs/vendor.md.
// Cards are noticed by a worker that blocks in the library, never by polling. Executor thread, but for that worker.
#pragma once

#include "devices/card_reader/drivers/pcsc/pcsc.hpp"
#include "spi/service/waiting.hpp"

namespace sesame::devices::card_reader {

class PcscReader final : public Device {
 public:
  PcscReader(spi::Executor& executor, std::unique_ptr<Pcsc> pcsc);
  ~PcscReader() override;

  const Facts& facts() const override { return facts_; }
  State state() const override;
  void listen(Listener& listener) override;
  spi::Task<void> open_slot() override;
  spi::Task<void> accept_card() override;
  spi::Task<void> close_slot() override;
  spi::Task<Readings> read(Sources wanted) override;
  spi::Task<Bytes> power_chip(ChipPower power) override;
  spi::Task<Bytes> exchange(ChipProtocol protocol, Bytes command) override;
  spi::Task<void> reset() override;

 private:
  struct Watch;  // the worker
  void watched(std::optional<bool> present);
  /// Runs a blocking call on a worker of the executor.
  spi::Task<Bytes> blocking(std::function<Bytes()> call);

  spi::Executor& executor_;
  std::shared_ptr<Pcsc> pcsc_;  // shared with calls that still run
  Facts facts_;
  Listener* listener_ = nullptr;
  bool present_ = false, there_ = true;
  spi::Signal changed_;
  std::unique_ptr<Watch> watch_;
};

}  // namespace sesame::devices::card_reader
