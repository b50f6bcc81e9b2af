#include "cardless/issuer/token_pan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>

#include "cardless/issuer/luhn.hpp"

namespace sesame::cardless {
namespace {

TEST(Luhn, known_numbers) {
  EXPECT_TRUE(luhn_valid("79927398713"));  // the usual example
  for (const char* wrong :
       {"79927398710", "79927398711", "79927398712", "79927398714", "79927398719", "7992739871x", "0", ""}) {
    EXPECT_FALSE(luhn_valid(wrong)) << wrong;
  }
  EXPECT_TRUE(luhn_valid("4111111111111111"));
  EXPECT_EQ(luhn_check_digit("7992739871"), '3');
}

TEST(Luhn, one_wrong_digit_is_always_noticed) {
  const std::string good = "4111111111111111";
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string other = good;
      other[i] = digit;
      EXPECT_EQ(luhn_valid(other), other == good);
    }
  }
}

TEST(TokenPans, ten_thousand_are_unique_valid_and_of_the_issuers_bin) {
  const TokenPans tokens({"999901", {"411111", "5"}});
  std::set<std::string> allotted;
  for (int i = 0; i < 10000; ++i) {
    const std::string pan = tokens.allot([&](const std::string& taken) { return allotted.contains(taken); });
    EXPECT_EQ(pan.size(), 16U);
    EXPECT_TRUE(pan.starts_with("999901"));
    EXPECT_TRUE(luhn_valid(pan));
    EXPECT_TRUE(tokens.may_be(pan));
    EXPECT_TRUE(allotted.insert(pan).second);
  }
}

TEST(TokenPans, digits_are_random_not_sequential) {
  const TokenPans tokens({"99990100", {}});
  std::array<int, 10> counts{};
  long long ascending = 0;
  std::string before;
  for (int i = 0; i < 5000; ++i) {
    const std::string pan = tokens.allot([](const std::string&) { return false; });
    for (std::size_t at = 8; at < 15; ++at) ++counts[static_cast<std::size_t>(pan[at] - '0')];
    ascending += pan > before ? 1 : 0;
    before = pan;
  }
  // 35,000 digits, 3,500 of each, standard deviation 56.
  EXPECT_GT(*std::ranges::min_element(counts), 3500 - 6 * 56);
  EXPECT_LT(*std::ranges::max_element(counts), 3500 + 6 * 56);
  EXPECT_GT(ascending, 2200);
  EXPECT_LT(ascending, 2800);
}

TEST(TokenPans, never_one_that_is_taken_be_it_a_token_or_a_funding_pan) {
  const TokenPans tokens({"999901", {}});
  std::string refused;
  const std::string pan = tokens.allot([&](const std::string& number) {
    if (!refused.empty()) return false;
    refused = number;
    return true;
  });
  EXPECT_NE(pan, refused);
  EXPECT_THROW(tokens.allot([](const std::string&) { return true; }), std::runtime_error);
}

TEST(TokenPans, a_range_that_meets_real_cards_is_refused) {
  for (const TokenRange& range :
       {TokenRange{"411111", {"4"}}, TokenRange{"411111", {"41111122"}}, TokenRange{"411111", {"411111"}},
        TokenRange{"41111", {}}, TokenRange{"4111111", {}}, TokenRange{"41111x", {}}, TokenRange{"", {}},
        TokenRange{"999901", {""}}}) {
    EXPECT_THROW(TokenPans{range}, std::invalid_argument);
  }
}

}  // namespace
}  // namespace sesame::cardless
