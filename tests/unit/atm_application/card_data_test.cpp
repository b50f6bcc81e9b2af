#include "simulators/atm_application/card_data.hpp"

#include <gtest/gtest.h>

namespace sesame::simulators {
namespace {

TEST(CardData, base64_becomes_the_characters_of_the_track) {
  EXPECT_EQ(from_base64("NDU2Nz0xMg=="), "4567=12");
  EXPECT_EQ(from_base64("NDU2Nz0="), "4567=");
  EXPECT_EQ(from_base64("NDU2"), "456");
}

TEST(CardData, what_is_no_base64_is_nothing) {
  for (const char* text : {"", "NDU", "ND=2", "N===", "ND U2Nz0", "NDU2Nz0\xff"}) EXPECT_EQ(from_base64(text), std::nullopt) << text;
}

TEST(CardData, the_account_number_ends_at_the_separator) {
  EXPECT_EQ(account_number("6012345678901234=29125201234"), "6012345678901234");
}

TEST(CardData, a_track_without_a_plausible_number_has_none) {
  for (const char* track : {"", "6012345678901234", "1234=2912520", "60123456789O1234=2912520", "60123456789012345678=2912520"})
    EXPECT_EQ(account_number(track), std::nullopt) << track;
}

TEST(CardData, no_more_than_six_and_four_digits_are_shown) {
  EXPECT_EQ(masked_account_number("6012345678901234"), "601234******1234");
  EXPECT_EQ(masked_account_number("1234567890"), "**********");
}

}  // namespace
}  // namespace sesame::simulators
