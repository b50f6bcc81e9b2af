#include "cardless/issuer/luhn.hpp"

#include <algorithm>

namespace sesame::cardless {

bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

char luhn_check_digit(std::string_view digits) {
  int sum = 0;
  bool doubled = true;  // the digit next to the check digit, then every second one
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, doubled = !doubled) {
    const int value = (*digit - '0') * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

bool luhn_valid(std::string_view digits) {
  return digits.size() >= 2 && all_digits(digits) &&
         luhn_check_digit(digits.substr(0, digits.size() - 1)) == digits.back();
}

}  // namespace sesame::cardless
