#include "cardless/issuer/token_pan.hpp"

#include <array>
#include <cstdint>
#include <stdexcept>

#include "biometric/template/crypto.hpp"
#include "cardless/issuer/luhn.hpp"
#include "cardless/issuer/random_digit.hpp"

namespace sesame::cardless {

namespace {

constexpr std::size_t pan_digits = 16;
constexpr int attempts = 1000;

}  // namespace

TokenPans::TokenPans(TokenRange range) : range_(std::move(range)) {
  if ((range_.bin.size() != 6 && range_.bin.size() != 8) || !all_digits(range_.bin)) {
    throw std::invalid_argument("the token BIN \"" + range_.bin + "\" is wrong: expected 6 or 8 digits");
  }
  for (const std::string& funding : range_.funding_bins) {
    if (funding.empty() || !all_digits(funding)) {
      throw std::invalid_argument("the funding BIN \"" + funding + "\" is wrong: expected digits");
    }
    if (funding.starts_with(range_.bin) || range_.bin.starts_with(funding)) {
      throw std::invalid_argument("the token BIN " + range_.bin + " meets the funding BIN " + funding +
                                  ": a token could be a real card's number");
    }
  }
}

std::string TokenPans::allot(const std::function<bool(const std::string&)>& is_taken) const {
  for (int attempt = 0; attempt < attempts; ++attempt) {
    std::string pan = range_.bin;
    while (pan.size() < pan_digits - 1) pan += random_digit();
    pan += luhn_check_digit(pan);
    if (!is_taken(pan)) return pan;
  }
  throw std::runtime_error("no token PAN is free under the BIN " + range_.bin + ": the range is full");
}

bool TokenPans::may_be(std::string_view pan) const {
  return pan.size() == pan_digits && pan.starts_with(range_.bin) && luhn_valid(pan);
}

}  // namespace sesame::cardless
