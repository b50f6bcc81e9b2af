// The verbs that not every reader has: the provider offers no command that leads here, so each says which was missed.
#include "devices/card_reader/device.hpp"

namespace sesame::devices::card_reader {
namespace {
spi::Fault missing(const char* verb) {
  return spi::Fault(std::string("the card reader's driver claims a feature but does not implement ") + verb);
}
}  // namespace

spi::Task<void> Device::write(std::vector<TrackToWrite>) {
  throw missing("write()");
  co_return;
}
spi::Task<void> Device::eject() {
  throw missing("eject()");
  co_return;
}
spi::Task<void> Device::draw_in() {
  throw missing("draw_in()");
  co_return;
}
spi::Task<void> Device::retain(std::string) {
  throw missing("retain()");
  co_return;
}
spi::Task<Bytes> Device::power_chip(ChipPower) {
  throw missing("power_chip()");
  co_return Bytes{};
}
spi::Task<Bytes> Device::exchange(ChipProtocol, Bytes) {
  throw missing("exchange()");
  co_return Bytes{};
}
spi::Task<void> Device::set_security_key(Bytes) {
  throw missing("set_security_key()");
  co_return;
}

}  // namespace sesame::devices::card_reader
