// Track2Verifier: the issuer's host's side. Says of a track 2 that an ATM sent whether it is one of its face
// cards, now, for the first time. Called from one thread at a time; a track never appears in what it says.
//
// A host that allows several transactions on one insertion asks for the first alone and ties the others to it
// (same terminal, same session, same track): for the verifier the second presentation of a track is a replay,
// whoever presents it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string_view>

#include "cardless/issuer/token_pan.hpp"
#include "cardless/issuer/track2.hpp"
#include "cardless/issuer/used_codes.hpp"

namespace sesame::cardless {

enum class Track2Verdict {
  accepted,
  malformed,           // not 37 characters in the form of track2.hpp
  not_a_token,         // another BIN, or a wrong check digit: a real card, or a slip
  wrong_service_code,  // not 520
  expired,             // the token's month is over, or there is no such month
  unknown_key,         // no code key under that number
  wrong_code,          // forged, tampered with, or hours old
  too_old,             // a good code, of longer ago than it may be
  too_early,           // a good code of the future: a clock is wrong
  revoked,             // a good code for a token that the issuer withdrew
  already_used,        // a good code, presented before, or older than one that was
};

// One clear sentence for people.
std::string_view reason(Track2Verdict verdict);

struct Track2VerifierOptions {
  std::chrono::seconds accept_for{300};  // an application may take minutes before it asks the issuer
  std::chrono::seconds clock_ahead{60};  // how far an ATM's clock may run ahead of this host's
  std::function<bool(std::string_view pan)> is_revoked;  // none: no token is
};

class Track2Verifier {
 public:
  // `keys`: number (0-9) to key of 32 bytes or more. `used` outlives this and is not the ATM's. accept_for
  // and clock_ahead each stay under 5000 s, beyond which four digits do not tell moments apart. Throws
  // std::invalid_argument.
  Track2Verifier(TokenPans tokens, std::map<int, biometric::Secret> keys, UsedCodes& used,
                 Track2VerifierOptions options = {});

  // Constant time in the code's digits, and the code before anything that a guess could tell from it. It is
  // guaranteed that a track is accepted once, also over a crash right after. Throws std::runtime_error when
  // `used` cannot store it: not accepted.
  Track2Verdict verify(std::string_view track2, std::chrono::sys_seconds now);

 private:
  TokenPans tokens_;
  std::map<int, biometric::Secret> keys_;
  UsedCodes& used_;
  Track2VerifierOptions options_;
};

}  // namespace sesame::cardless
