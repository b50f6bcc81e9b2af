#include "devices/card_reader/drivers/pcsc/pcsc_reader.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace sesame::devices::card_reader {

// A worker of its own: it blocks for hours, which a worker of the executor must not.
struct PcscReader::Watch {
  boost::asio::thread_pool worker{1};
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // read on the executor only
  std::shared_ptr<Pcsc> pcsc;

  void next(PcscReader& reader, bool present) {
    boost::asio::post(worker, [this, &reader, present, still = std::weak_ptr(alive), source = pcsc] {
      std::optional<bool> now;
      try {
        now = source->wait_for_change(present);
        if (!now) return;  // cancelled
      } catch (const spi::Fault&) {  // the reader is gone: watched() hears nothing
      }
      reader.executor_.post([&reader, now, still] {
        if (!still.expired()) reader.watched(now);
      });
    });
  }
  ~Watch() {
    alive.reset();
    pcsc->cancel_wait();
    worker.join();
  }
};

PcscReader::PcscReader(spi::Executor& executor, std::unique_ptr<Pcsc> pcsc) : executor_(executor), pcsc_(std::move(pcsc)) {
  facts_.type = Type::contactless;
  facts_.chip_protocols = {ChipProtocol::chipTypeAPart4, ChipProtocol::chipTypeB};
  facts_.chip_power = {ChipPower::cold, ChipPower::warm, ChipPower::off};
  facts_.card_taken_sensor = true;
}

PcscReader::~PcscReader() = default;

State PcscReader::state() const {
  State state;
  state.card = !there_ ? Place::unknown : present_ ? Place::inside : Place::none;
  state.device = there_ ? spi::DeviceState::online : spi::DeviceState::noDevice;
  return state;
}

void PcscReader::listen(Listener& listener) {
  listener_ = &listener;
  watch_ = std::make_unique<Watch>();
  watch_->pcsc = pcsc_;
  watch_->next(*this, present_);
}

void PcscReader::watched(std::optional<bool> present) {
  const bool left = present_ && present != true;
  there_ = present.has_value();
  present_ = present.value_or(false);
  changed_.notify_all();
  listener_->state_changed();
  if (left) listener_->card_removed();
  if (there_) watch_->next(*this, present_);
}

spi::Task<Bytes> PcscReader::blocking(std::function<Bytes()> call) {
  struct Result {
    Bytes bytes;
    std::exception_ptr error;
    spi::OneShot<bool> done;
  };
  const auto result = std::make_shared<Result>();
  executor_.offload(
      [result, call = std::move(call)] {
        try {
          result->bytes = call();
        } catch (...) {
          result->error = std::current_exception();
        }
      },
      [result] { result->done.set(true); });
  co_await result->done.wait();
  if (result->error) std::rethrow_exception(result->error);
  co_return std::move(result->bytes);
}

spi::Task<void> PcscReader::open_slot() {  // the field is always on
  if (!there_) throw CardFault(Trouble::not_there, "the reader is gone");
  co_return;
}

spi::Task<void> PcscReader::accept_card() {
  while (!present_) {
    if (!there_) throw CardFault(Trouble::not_there, "the reader is gone");
    co_await changed_.wait();
  }
}

spi::Task<void> PcscReader::close_slot() { co_return; }

spi::Task<Readings> PcscReader::read(Sources) { co_return Readings{}; }  // no track, and facts() offers none

spi::Task<Bytes> PcscReader::power_chip(ChipPower power) {
  std::function<Bytes()> call = [pcsc = pcsc_, power] {  // named: docs/common-errors.md
    if (power != ChipPower::off) return pcsc->connect();
    pcsc->disconnect();
    return Bytes{};
  };
  co_return co_await blocking(std::move(call));
}

spi::Task<Bytes> PcscReader::exchange(ChipProtocol, Bytes command) {
  std::function<Bytes()> call = [pcsc = pcsc_, command = std::move(command)] { return pcsc->transmit(command); };
  co_return co_await blocking(std::move(call));
}

spi::Task<void> PcscReader::reset() {
  co_await power_chip(ChipPower::off);
  if (there_) co_return;
  there_ = true;  // found out by the next look
  watch_->next(*this, present_);
}

}  // namespace sesame::devices::card_reader
