#include "cardless/commands/free_token.hpp"

#include <optional>

namespace sesame::cardless {
using namespace spi;

namespace {

// Nothing where the token is another customer's.
Task<std::optional<biometric::EnrolledCustomer>> try_token(
    biometric::Engine& faces, biometric::EnrolRequest request, std::string take,
    std::function<void(biometric::TakeProgress)> progress) {
  try {
    auto enrolled = co_await faces.enrol_take(std::move(request), std::move(take), std::move(progress));
    co_return enrolled;
  } catch (const biometric::EngineRefusal& refusal) {
    if (refusal.reason() != biometric::EngineRefusal::Reason::token_taken) throw;
  }
  co_return std::nullopt;
}

}  // namespace

Task<biometric::EnrolledCustomer> enrol_with_free_token(biometric::Engine& faces,
                                                        biometric::EnrolRequest request, std::string take,
                                                        const EnrolWithToken& with) {
  for (int tried = 0; tried < with.most_tries; ++tried) {
    request.token_pan = with.allot();
    auto enrolled = co_await try_token(faces, request, take, with.progress);
    if (enrolled) co_return *enrolled;
  }
  throw Fault("each of " + std::to_string(with.most_tries) + " card numbers is another customer's");
}

}  // namespace sesame::cardless
