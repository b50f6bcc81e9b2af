// Enrolment at the ATM: consent, the bank's one-time code, the customer's own card read and given back,
// capture, and a passcode handed out. The application, which waits for a card all the while, sees nothing of
// it. Runs as one task of the session desk. Executor thread only.
#pragma once

#include "cardless/issuer/enrolment_codes.hpp"
#include "cardless/session/session.hpp"

namespace sesame::cardless {

class Enrolment {
 public:
  Enrolment(SessionParts parts, const Profile& profile);
  ~Enrolment();
  Enrolment(const Enrolment&) = delete;

  /// How it ended, in words for the journal. No customer data in it.
  spi::Task<std::string> run();

 private:
  spi::Task<std::string> steps();
  spi::Task<bool> agrees();
  spi::Task<bool> asks_code();
  spi::Task<bool> shows_own_card();
  spi::Task<bool> captured();
  spi::Task<std::string> enrol();
  spi::Task<void> tell(std::string_view word, std::string detail = {});

  SessionParts parts_;
  const Profile& profile_;
  std::unique_ptr<biometric::CaptureContext> context_;
  EnrolmentCodes::Redeemed whose_;
};

}  // namespace sesame::cardless
