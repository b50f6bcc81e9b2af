#include "cardless/issuer/random_digit.hpp"

#include <array>

#include "biometric/template/crypto.hpp"

namespace sesame::cardless {

char random_digit() {
  std::array<std::uint8_t, 1> byte{};
  // 250 to 255 would favour the digits 0 to 5.
  do {
    biometric::fill_random(byte);
  } while (byte[0] >= 250);
  return static_cast<char>('0' + byte[0] % 10);
}

}  // namespace sesame::cardless
