// How a card reader's troubles become answers of the standard. Internal to the CardReader provider.
#pragma once

#include "devices/card_reader/device.hpp"

namespace sesame::devices::card_reader {

/// The refusal for `trouble` in that command: one of its own error codes if it has a fitting one, hardwareError otherwise.
spi::Refusal answer_to(const CardFault& trouble, const contract::CommandInfo& command);

/// Runs a verb of the device and answers its CardFaults; Retry, other Faults and Canceled pass.
template <class T>
spi::Task<T> answered(const contract::CommandInfo& command, spi::Task<T> verb) {
  try {
    co_return co_await std::move(verb);
  } catch (const CardFault& trouble) {
    throw answer_to(trouble, command);
  }
}

/// Throws what an outcome other than a value holds.
template <class T>
[[noreturn]] void rethrow(const spi::Outcome<T>& outcome) {
  if (outcome.refusal()) throw spi::Refusal(*outcome.refusal());
  if (outcome.retry()) throw spi::Retry(*outcome.retry());
  if (outcome.fault()) throw spi::Fault(*outcome.fault());
  throw spi::Canceled{};
}

}  // namespace sesame::devices::card_reader
