// Track2Maker: the issuer's voice in the ATM. Makes the track 2 data of one face card, good for one
// authorisation within minutes. Owned by the cardless session's host; called from one thread at a time. What
// it returns is sensitive: never log it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "cardless/issuer/track2.hpp"
#include "cardless/issuer/used_codes.hpp"

namespace sesame::cardless {

class Track2Maker {
 public:
  // `key`: 32 bytes or more, shared with the issuer's host under `key_number` (0-9). `used` outlives this.
  // Throws std::invalid_argument for a key or number that is none.
  Track2Maker(int key_number, biometric::Secret key, UsedCodes& used);

  // 37 characters in the form of track2.hpp. `pan`: 16 digits with a good check digit; `expiry`: YYMM.
  // Its moment is stored as used before this returns. Throws std::invalid_argument for a PAN or expiry that
  // is none, and std::runtime_error when the moment cannot be stored, or when the clock stands an hour behind
  // the last code made.
  std::string make(std::string_view pan, std::string_view expiry, std::chrono::sys_seconds now);

 private:
  char key_number_;
  biometric::Secret key_;
  UsedCodes& used_;
};

}  // namespace sesame::cardless
