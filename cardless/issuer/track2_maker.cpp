#include "cardless/issuer/track2_maker.hpp"

#include <algorithm>
#include <stdexcept>

#include "biometric/template/crypto.hpp"
#include "cardless/issuer/luhn.hpp"

namespace sesame::cardless {

namespace {

constexpr std::uint64_t tolerated_seconds_ahead = 3600;

bool is_year_and_month(std::string_view expiry) {
  if (expiry.size() != 4 || !all_digits(expiry)) return false;
  const int month = (expiry[2] - '0') * 10 + (expiry[3] - '0');
  return month >= 1 && month <= 12;
}

}  // namespace

Track2Maker::Track2Maker(int key_number, biometric::Secret key, UsedCodes& used)
    : key_number_(static_cast<char>('0' + key_number)), key_(std::move(key)), used_(used) {
  if (key_number < 0 || key_number > 9) throw std::invalid_argument("the number of a code key is 0 to 9");
  if (key_.size() < biometric::key_bytes) throw std::invalid_argument("a code key has 32 bytes or more");
}

std::string Track2Maker::make(std::string_view pan, std::string_view expiry, std::chrono::sys_seconds now) {
  if (pan.size() != 16 || !luhn_valid(pan)) {
    throw std::invalid_argument("a token PAN has 16 digits and a good check digit; this one has not");
  }
  if (!is_year_and_month(expiry))
    throw std::invalid_argument("the expiry of a token is YYMM; this one is not");
  const auto clock = static_cast<std::uint64_t>(now.time_since_epoch().count());
  const std::uint64_t last = used_.last(pan);
  if (last > clock + tolerated_seconds_ahead) {
    throw std::runtime_error("the clock stands " + std::to_string((last - clock) / 3600) +
                             " hours behind the last single-use code of this token: set the clock");
  }
  const std::uint64_t moment = std::max(clock, last + 1);
  Track2 track2{
      std::string(pan), std::string(expiry), std::string(face_card_service_code), key_number_, "", ""};
  track2.moment = std::to_string(moment_modulus + moment % moment_modulus).substr(1);
  track2.code = track2_code(key_, track2, moment);
  if (!used_.use(pan, moment))
    throw std::runtime_error("the moment of a single-use code was used by somebody else");
  return track2.text();
}

}  // namespace sesame::cardless
