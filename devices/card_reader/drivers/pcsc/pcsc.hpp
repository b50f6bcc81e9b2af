// The little of PC/SC that a contactless reader needs, as blocking calls; a test puts a fake in its place. Every call may be
// made from any one thread at a time, cancel_wait() from any thread at once. Throws spi::Fault, or CardFault for the card.
#pragma once

#include <memory>

#include "devices/card_reader/device.hpp"

namespace sesame::devices::card_reader {

class Pcsc {
 public:
  virtual ~Pcsc() = default;
  /// Blocks until the field holds a card (true) or none (false), whichever is not `present`; nothing once cancelled.
  virtual std::optional<bool> wait_for_change(bool present) = 0;
  virtual void cancel_wait() = 0;
  /// Connects to the card in the field; gives its ATR.
  virtual Bytes connect() = 0;
  virtual Bytes transmit(const Bytes& command) = 0;
  virtual void disconnect() = 0;
};

/// The readers of pcscd; `name` is a part of one's name ("ACR122"), "" takes the first.
std::unique_ptr<Pcsc> open_pcsc(const std::string& name);

}  // namespace sesame::devices::card_reader
