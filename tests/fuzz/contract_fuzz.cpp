// Whatever bytes arrive: parse_envelope answers, and what it takes survives reading, writing, masking and
// printing. Built by clang as a libFuzzer target (contract_fuzz), and by any compiler with a driver that
// replays a corpus and mutations of it (contract_fuzz_replay, which ctest runs).
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "spi/contract/codec.hpp"
#include "spi/contract/envelope.hpp"

namespace {

using namespace sesame::contract;

void require(bool truth) {
  if (!truth) std::abort();
}

void try_type(const boost::json::value& payload, const TypeInfo& type) {
  Holder holder(type);
  const auto violation = read(&payload, type, holder.get());
  require(violation.has_value() == validate(&payload, type).has_value());
  masked(payload, type);
  difference(type, payload, payload);
  if (violation) return;
  // What was read and written is valid again, and writing it a second time changes nothing.
  const boost::json::value written = write(type, holder.get());
  Holder again(type);
  const auto second = read(&written, type, again.get());
  // Properties that are ignored or null count for minProperties, and are not written.
  if (second) return require(second->expected.starts_with("at least"));
  require(write(type, again.get()) == written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto result = parse_envelope(text);
  if (const auto* fault = std::get_if<EnvelopeFault>(&result)) {
    require(!fault->description.empty());
    return 0;
  }
  const Envelope& envelope = std::get<Envelope>(result);
  const auto second = parse_envelope(print_envelope(envelope));
  require(std::holds_alternative<Envelope>(second));
  if (const CommandInfo* command = find_command(envelope.header.name)) {
    try_type(envelope.payload, *command->payload);
    try_type(envelope.payload, *command->completion);
  }
  if (const EventInfo* event = find_event(envelope.header.name)) try_type(envelope.payload, *event->payload);
  return 0;
}
