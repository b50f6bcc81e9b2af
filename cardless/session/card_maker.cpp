#include "cardless/session/card_maker.hpp"

#include <functional>

#include "spi/service/waiting.hpp"

namespace sesame::cardless {
using namespace spi;

namespace {

// What a worker made, or why it could not.
template <class T>
struct Work {
  T result{};
  std::string trouble;
};

// Runs blocking work on a worker; what it throws becomes a Fault that begins with `doing`.
template <class T>
Task<T> on_worker(Executor& executor, std::string doing, std::function<T()> work) {
  auto made = std::make_shared<Work<T>>();
  auto done = std::make_shared<OneShot<bool>>();
  executor.offload(
      [made, work] {
        try {
          made->result = work();
        } catch (const std::exception& error) {
          made->trouble = error.what();
        }
      },
      [done] { done->set(true); });
  co_await done->wait();
  if (!made->trouble.empty()) throw Fault(doing + made->trouble);
  co_return std::move(made->result);
}

std::shared_ptr<EnrolmentCodes> codes_of(const IssuerOptions& options) {
  if (options.enrolment_codes.empty()) return nullptr;
  return std::make_shared<EnrolmentCodes>(options.enrolment_codes, options.key.copy());
}

}  // namespace

CardMaker::CardMaker(Executor& executor, IssuerOptions options)
    : executor_(executor),
      expiry_(options.expiry),
      token_pans_(options.tokens),
      used_(options.used_codes, options.key.copy()),
      issuer_(options.name),
      codes_(codes_of(options)) {
  maker_ = std::make_shared<Track2Maker>(options.key_number, std::move(options.key), used_);
}

CardMaker::~CardMaker() = default;

Task<std::string> CardMaker::make(std::string token_pan) {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(executor_.wall_now());
  std::function<std::string()> work = [maker = maker_, token_pan, expiry = expiry_, now] {
    return maker->make(token_pan, expiry, now);
  };
  co_return co_await on_worker<std::string>(executor_, "no face card could be made: ", std::move(work));
}

Task<std::optional<EnrolmentCodes::Redeemed>> CardMaker::redeem(std::string code) {
  if (!codes_) co_return std::nullopt;
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(executor_.wall_now());
  std::function<std::optional<EnrolmentCodes::Redeemed>()> work = [codes = codes_, code, now] {
    return codes->redeem(code, now);
  };
  co_return co_await on_worker<std::optional<EnrolmentCodes::Redeemed>>(
      executor_, "the enrolment code cannot be looked up: ", std::move(work));
}

}  // namespace sesame::cardless
