#include "spi/contract/base64.hpp"

#include <gtest/gtest.h>

namespace sesame::contract {

TEST(Base64, gives_the_vectors_of_RFC_4648) {
  EXPECT_EQ(encode_base64(""), "");
  EXPECT_EQ(encode_base64("f"), "Zg==");
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64("foo"), "Zm9v");
  EXPECT_EQ(encode_base64("foob"), "Zm9vYg==");
}

TEST(Base64, brings_every_byte_back) {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  for (std::size_t length = 1; length <= bytes.size(); ++length)
    EXPECT_EQ(decode_base64(encode_base64(bytes.substr(0, length))), bytes.substr(0, length));
}

TEST(Base64, refuses_what_is_none) {
  for (const char* text : {"", "Zg=", "Z===", "Zm9v!A==", "Zm 9v"}) EXPECT_FALSE(decode_base64(text)) << text;
}

}  // namespace sesame::contract
