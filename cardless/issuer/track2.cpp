#include "cardless/issuer/track2.hpp"

#include "biometric/template/crypto.hpp"
#include "cardless/issuer/luhn.hpp"

namespace sesame::cardless {

namespace {

constexpr std::uint64_t code_modulus = 100000000;
constexpr std::size_t code_digits = 8;
constexpr std::size_t separator_at = 16;

}  // namespace

std::string Track2::text() const { return pan + '=' + expiry + service_code + key_number + moment + code; }

std::optional<Track2> parse_track2(std::string_view text) {
  if (text.size() != track2_characters || text[separator_at] != '=') return std::nullopt;
  if (!all_digits(text.substr(0, separator_at)) || !all_digits(text.substr(separator_at + 1)))
    return std::nullopt;
  const std::string track(text);
  return Track2{track.substr(0, 16), track.substr(17, 4), track.substr(21, 3),
                track[24],           track.substr(25, 4), track.substr(29, 8)};
}

std::string track2_code(const biometric::Secret& key, const Track2& track2, std::uint64_t moment) {
  biometric::Fields fields("sesame single-use code 1");
  fields.add(track2.pan).add(track2.expiry).add(track2.service_code);
  fields.add(std::string_view(&track2.key_number, 1)).add_number(moment);
  const biometric::Digest digest = biometric::hmac_sha256(key.view(), fields.view());
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | digest[i];
  std::string code = std::to_string(number % code_modulus);
  code.insert(0, code_digits - code.size(), '0');
  return code;
}

}  // namespace sesame::cardless
