#include "cardless/issuer/track2_verifier.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "biometric/template/crypto.hpp"

namespace sesame::cardless {

namespace {

int two_digits(std::string_view text, std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); }

// A card is good to the end of its month (ISO/IEC 7813); UTC.
bool is_over(const std::string& expiry, std::chrono::sys_seconds now) {
  const std::chrono::year_month month{std::chrono::year(2000 + two_digits(expiry, 0)),
                                      std::chrono::month(static_cast<unsigned>(two_digits(expiry, 2)))};
  return !month.ok() || now >= std::chrono::sys_days((month + std::chrono::months(1)) / 1);
}

// The moment nearest to now of those with these last four digits.
std::uint64_t whole_moment(const std::string& digits, std::uint64_t now) {
  constexpr std::uint64_t half = moment_modulus / 2;
  const std::uint64_t last_four =
      static_cast<std::uint64_t>(two_digits(digits, 0) * 100 + two_digits(digits, 2));
  const std::uint64_t from = now < half ? 0 : now - half;
  return from + (last_four + moment_modulus - from % moment_modulus) % moment_modulus;
}

}  // namespace

std::string_view reason(Track2Verdict verdict) {
  switch (verdict) {
    case Track2Verdict::accepted:
      return "Accepted.";
    case Track2Verdict::malformed:
      return "This is no track 2 of a face card: expected 16 digits, '=' and 20 digits.";
    case Track2Verdict::not_a_token:
      return "The card number is none of this issuer's tokens.";
    case Track2Verdict::wrong_service_code:
      return "The service code is not 520.";
    case Track2Verdict::expired:
      return "The token has expired.";
    case Track2Verdict::unknown_key:
      return "The code was made with a key that this host does not have.";
    case Track2Verdict::wrong_code:
      return "The single-use code is wrong.";
    case Track2Verdict::too_old:
      return "The single-use code is too old.";
    case Track2Verdict::too_early:
      return "The single-use code is of a time to come: the ATM's clock or this host's is wrong.";
    case Track2Verdict::revoked:
      return "The token was withdrawn.";
    case Track2Verdict::already_used:
      return "The single-use code was used before.";
  }
  return "";
}

Track2Verifier::Track2Verifier(TokenPans tokens, std::map<int, biometric::Secret> keys, UsedCodes& used,
                               Track2VerifierOptions options)
    : tokens_(std::move(tokens)), keys_(std::move(keys)), used_(used), options_(std::move(options)) {
  for (const auto& [number, key] : keys_) {
    if (number < 0 || number > 9) throw std::invalid_argument("the number of a code key is 0 to 9");
    if (key.size() < biometric::key_bytes) throw std::invalid_argument("a code key has 32 bytes or more");
  }
  constexpr std::chrono::seconds most{moment_modulus / 2};
  if (options_.accept_for.count() < 0 || options_.clock_ahead.count() < 0 || options_.accept_for >= most ||
      options_.clock_ahead >= most) {
    throw std::invalid_argument(
        "a single-use code may live for 0 to 4999 s, and a clock be ahead by as much");
  }
}

Track2Verdict Track2Verifier::verify(std::string_view text, std::chrono::sys_seconds now) {
  const std::optional<Track2> track2 = parse_track2(text);
  if (!track2) return Track2Verdict::malformed;
  if (!tokens_.may_be(track2->pan)) return Track2Verdict::not_a_token;
  if (track2->service_code != face_card_service_code) return Track2Verdict::wrong_service_code;
  if (is_over(track2->expiry, now)) return Track2Verdict::expired;
  const auto key = keys_.find(track2->key_number - '0');
  if (key == keys_.end()) return Track2Verdict::unknown_key;

  const auto clock = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const std::uint64_t moment = whole_moment(track2->moment, clock);
  const std::string expected = track2_code(key->second, *track2, moment);
  if (!biometric::equal_in_constant_time(biometric::as_bytes(expected), biometric::as_bytes(track2->code))) {
    return Track2Verdict::wrong_code;
  }
  if (moment + static_cast<std::uint64_t>(options_.accept_for.count()) < clock) return Track2Verdict::too_old;
  if (moment > clock + static_cast<std::uint64_t>(options_.clock_ahead.count()))
    return Track2Verdict::too_early;
  if (options_.is_revoked && options_.is_revoked(track2->pan)) return Track2Verdict::revoked;
  return used_.use(track2->pan, moment) ? Track2Verdict::accepted : Track2Verdict::already_used;
}

}  // namespace sesame::cardless
