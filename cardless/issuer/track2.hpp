// Track 2 of a face card, as ISO/IEC 7813 gives it: ASCII, without start and end sentinels and LRC. Values;
// thread rule: none.
//
// Character by character (37, the most that the standard allows after sentinels and LRC are taken off):
//    1-16  token PAN (token_pan.hpp)
//   17     '=', field separator
//   18-21  expiry, YYMM
//   22-24  service code 520: national interchange; authorised online by the issuer; no restriction, PIN
//   required 25-37  discretionary data, the issuer's own:
//     25     which code key (0-9), so that keys can be changed one ATM at a time
//     26-29  the moment: seconds since 1970 (UTC), modulo 10000
//     30-37  the code: HMAC-SHA256 under the code key over {PAN, expiry, service code, key number, the whole
//     moment}; its first
//            eight bytes, big-endian, modulo 100000000
// One moment is used once for one token: at the ATM, which makes no two codes for the same, and at the
// issuer's host, which accepts none twice. A moment that is not a few minutes from now is refused. A guess is
// right once in 100 million.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "biometric/template/secret.hpp"

namespace sesame::cardless {

inline constexpr std::string_view face_card_service_code = "520";
inline constexpr std::size_t track2_characters = 37;
inline constexpr std::uint64_t moment_modulus = 10000;

struct Track2 {
  std::string pan;
  std::string expiry;  // YYMM
  std::string service_code;
  char key_number = '0';
  std::string moment;  // 4 digits
  std::string code;    // 8 digits

  std::string text() const;
};

// nullopt when the text is not of the form above; the check digit, range and dates are not looked at.
std::optional<Track2> parse_track2(std::string_view text);

// The 8 digits for this track at the whole moment. Key: 32 bytes or more.
std::string track2_code(const biometric::Secret& key, const Track2& track2, std::uint64_t moment);

}  // namespace sesame::cardless
