#include "spi/service/provider.hpp"

#include <string>

#include "spi/service/errors.hpp"

namespace sesame::spi {

void Provider::require_device(std::string_view name) const {
  const DeviceState state = device_state();
  if (state == DeviceState::noDevice || state == DeviceState::powerOff || state == DeviceState::offline)
    throw Refusal(CompletionCode::deviceNotReady, "the " + std::string(name) + " does not answer: expected it connected and powered");
}

}  // namespace sesame::spi
