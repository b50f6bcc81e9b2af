// The check digit of card numbers (ISO/IEC 7812-1, annex B). Free functions; thread rule: none.
#pragma once

#include <string_view>

namespace sesame::cardless {

bool all_digits(std::string_view text);

// The digit that makes `digits` followed by it valid.
char luhn_check_digit(std::string_view digits);

// True for two digits or more, the last of which is the check digit of those before it.
bool luhn_valid(std::string_view digits);

}  // namespace sesame::cardless
