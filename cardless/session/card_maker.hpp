// Makes the track 2 of face cards for the sessions of this ATM: the issuer's code key and what it has used,
// behind a worker, because each code is stored before it is given out. Owned by the session desk's host;
// executor thread only.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cardless/issuer/enrolment_codes.hpp"
#include "cardless/issuer/token_pan.hpp"
#include "cardless/issuer/track2_maker.hpp"
#include "spi/service/executor.hpp"
#include "spi/service/task.hpp"

namespace sesame::cardless {

struct IssuerOptions {
  int key_number = 0;
  biometric::Secret key;             // 32 bytes or more
  std::filesystem::path used_codes;  // file of the codes given out
  std::string expiry = "4912";       // YYMM, of every face card
  TokenRange tokens{"999901", {}};
  std::string name = "bank";
  std::filesystem::path enrolment_codes;  // "" where nobody enrols at this ATM
};

class CardMaker {
 public:
  /// Throws std::invalid_argument or std::runtime_error, in a sentence.
  CardMaker(spi::Executor& executor, IssuerOptions options);
  ~CardMaker();

  /// 37 characters, good for one authorisation. Throws spi::Fault when it cannot be made.
  spi::Task<std::string> make(std::string token_pan);
  const TokenPans& token_pans() const { return token_pans_; }
  const std::string& issuer() const { return issuer_; }
  /// Whose enrolment code this is; it is used up. Throws spi::Fault when it cannot be looked up.
  spi::Task<std::optional<EnrolmentCodes::Redeemed>> redeem(std::string code);
  bool is_card_of(const EnrolmentCodes::Redeemed& customer, std::string_view pan) const {
    return codes_ && customer.of_card(*codes_, pan);
  }

 private:
  spi::Executor& executor_;
  std::string expiry_;
  TokenPans token_pans_;
  UsedCodesFile used_;
  std::shared_ptr<Track2Maker> maker_;
  std::string issuer_;
  std::shared_ptr<EnrolmentCodes> codes_;
};

}  // namespace sesame::cardless
