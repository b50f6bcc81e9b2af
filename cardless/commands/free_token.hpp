// Enrolling under a card number that nobody has yet. Function; executor thread only.
#pragma once

#include <functional>
#include <string>

#include "biometric/engine.hpp"

namespace sesame::cardless {

struct EnrolWithToken {
  std::function<std::string()> allot;  // another card number each time
  std::function<void(biometric::TakeProgress)> progress;
  int most_tries = 20;  // of 16 digits hardly one is taken: this many in a row are no accident
};

/// Asks for another card number as long as the one before is another customer's. Throws what the engine
/// throws, and spi::Fault when none was free. `with` is read during the call; what it refers to outlives it.
spi::Task<biometric::EnrolledCustomer> enrol_with_free_token(biometric::Engine& faces,
                                                             biometric::EnrolRequest request,
                                                             std::string take, const EnrolWithToken& with);

}  // namespace sesame::cardless
