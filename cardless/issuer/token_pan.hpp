// TokenPans: allots the card numbers that face customers' cards carry. A token PAN stands for a customer at
// this issuer and opens nothing else: it is never a funding PAN. Allotted once, at enrolment, and stable from
// then on; the identity store keeps it. Immutable; any thread may use it.
//
// Digit by digit (16):
//   1-6 or 1-8   the BIN (ISO/IEC 7812-1) that the issuer set aside for tokens, where no funding PAN lives
//   7/9-15       random, of the operating system's generator: one says nothing about another
//   16           Luhn check digit
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::cardless {

struct TokenRange {
  std::string bin;                        // 6 or 8 digits, the issuer's own, for tokens alone
  std::vector<std::string> funding_bins;  // ranges of real cards; the token range may not meet any of them
};

class TokenPans {
 public:
  // Throws std::invalid_argument in a sentence: not 6 or 8 digits, or a range that meets a funding range.
  explicit TokenPans(TokenRange range);

  // A number for which `is_taken` says false: it must know every token PAN allotted so far, and every funding
  // PAN that the caller has seen. Throws std::runtime_error when 1,000 numbers in a row are taken: the range
  // is full.
  std::string allot(const std::function<bool(const std::string&)>& is_taken) const;

  // True for 16 digits of this range with a good check digit.
  bool may_be(std::string_view pan) const;

 private:
  TokenRange range_;
};

}  // namespace sesame::cardless
