#include <gtest/gtest.h>

#include <map>
#include <set>

#include "cardless/issuer/luhn.hpp"
#include "cardless/issuer/track2_maker.hpp"
#include "cardless/issuer/track2_verifier.hpp"

namespace sesame::cardless {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

// Remembers without a disk.
class UsedCodesInMemory : public UsedCodes {
 public:
  std::uint64_t last(std::string_view pan) const override {
    const auto found = last_.find(std::string(pan));
    return found == last_.end() ? 0 : found->second;
  }
  bool use(std::string_view pan, std::uint64_t moment) override {
    if (disk_full) throw std::runtime_error("the disk is full");
    if (moment <= last(pan)) return false;
    last_[std::string(pan)] = moment;
    return true;
  }
  bool disk_full = false;

 private:
  std::map<std::string, std::uint64_t> last_;
};

biometric::Secret key(std::uint8_t value) {
  return biometric::Secret(biometric::ByteView(biometric::Bytes(32, value)));
}

std::map<int, biometric::Secret> keys() {
  std::map<int, biometric::Secret> all;
  all.emplace(3, key(3));
  all.emplace(4, key(4));
  return all;
}

class Track2Test : public testing::Test {
 protected:
  std::string pan() {
    return tokens.allot([](const std::string&) { return false; });
  }

  const sys_seconds now{std::chrono::sys_days(std::chrono::year(2026) / 3 / 14) + seconds(40000)};
  const TokenPans tokens{{"999901", {}}};
  UsedCodesInMemory used_at_atm;
  UsedCodesInMemory used_at_host;
  Track2Maker maker{3, key(3), used_at_atm};
  Track2Verifier verifier{tokens, keys(), used_at_host};
};

TEST_F(Track2Test, has_the_form_of_iso_7813_in_37_characters) {
  const std::string number = pan();
  const std::string track = maker.make(number, "3012", now);
  ASSERT_EQ(track.size(), 37U);
  EXPECT_EQ(track.substr(0, 25), number + "=3012520" + "3");
  EXPECT_TRUE(all_digits(track.substr(17)));
  EXPECT_EQ(track.substr(25, 4), std::to_string(now.time_since_epoch().count()).substr(6));
}

// Made apart from this code: python3, hmac and struct.
TEST_F(Track2Test, code_is_the_published_function_of_its_fields) {
  const Track2 track2{"9999010000000003", "3012", "520", '3', "0000", ""};
  EXPECT_EQ(track2_code(key(3), track2, 1773480000), "77629488");
}

TEST_F(Track2Test, is_accepted_once_and_the_second_presentation_is_refused) {
  const std::string track = maker.make(pan(), "3012", now);
  EXPECT_EQ(verifier.verify(track, now), Track2Verdict::accepted);
  EXPECT_EQ(verifier.verify(track, now), Track2Verdict::already_used);
  EXPECT_EQ(verifier.verify(track, now + seconds(299)), Track2Verdict::already_used);
}

TEST_F(Track2Test, a_new_one_in_the_same_second_is_another_and_is_accepted) {
  const std::string number = pan();
  std::set<std::string> tracks;
  for (int i = 0; i < 50; ++i) {
    const std::string track = maker.make(number, "3012", now);
    EXPECT_TRUE(tracks.insert(track).second);
    EXPECT_EQ(verifier.verify(track, now), Track2Verdict::accepted);
  }
}

TEST_F(Track2Test, one_left_unused_dies_when_a_later_one_is_accepted) {
  const std::string number = pan();
  const std::string left = maker.make(number, "3012", now);
  const std::string used = maker.make(number, "3012", now + seconds(5));
  EXPECT_EQ(verifier.verify(used, now + seconds(6)), Track2Verdict::accepted);
  EXPECT_EQ(verifier.verify(left, now + seconds(7)), Track2Verdict::already_used);
}

TEST_F(Track2Test, any_tampered_character_is_refused_and_the_good_one_still_accepted) {
  const std::string track = maker.make(pan(), "3012", now);
  for (std::size_t at = 0; at < track.size(); ++at) {
    for (const char other : std::string("0123456789=A")) {
      std::string changed = track;
      changed[at] = other;
      if (changed != track) {
        EXPECT_NE(verifier.verify(changed, now), Track2Verdict::accepted) << "character " << at + 1;
      }
    }
  }
  EXPECT_EQ(verifier.verify(track, now), Track2Verdict::accepted);
}

TEST_F(Track2Test, a_tampered_digit_of_the_code_is_a_wrong_code) {
  std::string track = maker.make(pan(), "3012", now);
  track.back() = track.back() == '9' ? '0' : static_cast<char>(track.back() + 1);
  EXPECT_EQ(verifier.verify(track, now), Track2Verdict::wrong_code);
}

TEST_F(Track2Test, lives_for_its_window_and_no_longer) {
  const auto verdict_after = [&](seconds age) {
    return verifier.verify(maker.make(pan(), "3012", now), now + age);
  };
  EXPECT_EQ(verdict_after(seconds(300)), Track2Verdict::accepted);
  EXPECT_EQ(verdict_after(seconds(301)), Track2Verdict::too_old);
  EXPECT_EQ(verdict_after(seconds(4999)), Track2Verdict::too_old);
  EXPECT_EQ(verdict_after(seconds(10000)),
            Track2Verdict::wrong_code);  // the same four digits come round again
  EXPECT_EQ(verdict_after(seconds(-60)), Track2Verdict::accepted);
  EXPECT_EQ(verdict_after(seconds(-61)), Track2Verdict::too_early);
}

TEST_F(Track2Test, says_what_is_wrong) {
  const std::string number = pan();
  EXPECT_EQ(verifier.verify("", now), Track2Verdict::malformed);
  EXPECT_EQ(verifier.verify(std::string(37, '1'), now), Track2Verdict::malformed);
  EXPECT_EQ(verifier.verify(";" + maker.make(number, "3012", now) + "?", now), Track2Verdict::malformed);
  EXPECT_EQ(verifier.verify(maker.make("4111111111111111", "3012", now), now), Track2Verdict::not_a_token);
  EXPECT_EQ(verifier.verify(maker.make(number, "2602", now), now), Track2Verdict::expired);
  EXPECT_EQ(verifier.verify(maker.make(number, "2603", now), now), Track2Verdict::accepted);
  Track2Maker with_unknown_key(7, key(3), used_at_atm);
  EXPECT_EQ(verifier.verify(with_unknown_key.make(number, "3012", now), now), Track2Verdict::unknown_key);
  Track2Maker with_wrong_key(4, key(3), used_at_atm);
  EXPECT_EQ(verifier.verify(with_wrong_key.make(number, "3012", now), now), Track2Verdict::wrong_code);
  std::string other_service = maker.make(number, "3012", now);
  other_service.replace(21, 3, "101");
  EXPECT_EQ(verifier.verify(other_service, now), Track2Verdict::wrong_service_code);
  for (int verdict = 0; verdict <= static_cast<int>(Track2Verdict::already_used); ++verdict) {
    EXPECT_TRUE(reason(static_cast<Track2Verdict>(verdict)).ends_with('.'));
  }
}

TEST_F(Track2Test, a_withdrawn_token_is_refused) {
  const std::string number = pan();
  Track2VerifierOptions options;
  options.is_revoked = [&](std::string_view asked) { return asked == number; };
  Track2Verifier strict(tokens, keys(), used_at_host, options);
  EXPECT_EQ(strict.verify(maker.make(number, "3012", now), now), Track2Verdict::revoked);
  EXPECT_EQ(strict.verify(maker.make(pan(), "3012", now), now), Track2Verdict::accepted);
}

TEST_F(Track2Test, a_full_disk_makes_no_code_and_accepts_none) {
  const std::string track = maker.make(pan(), "3012", now);
  used_at_atm.disk_full = used_at_host.disk_full = true;
  EXPECT_THROW(maker.make(pan(), "3012", now), std::runtime_error);
  EXPECT_THROW(verifier.verify(track, now), std::runtime_error);
  used_at_host.disk_full = false;
  EXPECT_EQ(verifier.verify(track, now), Track2Verdict::accepted);
}

TEST_F(Track2Test, a_clock_set_back_repeats_no_code) {
  const std::string number = pan();
  const std::string first = maker.make(number, "3012", now);
  EXPECT_NE(maker.make(number, "3012", now - seconds(1800)), first);
  EXPECT_THROW(maker.make(number, "3012", now - seconds(7200)), std::runtime_error);
}

TEST_F(Track2Test, wrong_arguments_are_refused_without_repeating_them) {
  EXPECT_THROW(maker.make("9999010000000000", "3012", now), std::invalid_argument);
  EXPECT_THROW(maker.make(pan(), "3013", now), std::invalid_argument);
  EXPECT_THROW(maker.make(pan(), "", now), std::invalid_argument);
  EXPECT_THROW(Track2Maker(10, key(1), used_at_atm), std::invalid_argument);
  EXPECT_THROW(Track2Maker(1, biometric::Secret::of_text("short"), used_at_atm), std::invalid_argument);
  try {
    maker.make("9999010000000000", "3012", now);
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()).find("999901"), std::string::npos);
  }
}

TEST_F(Track2Test, ten_thousand_cards_are_all_accepted_once) {
  std::set<std::string> allotted;
  for (int i = 0; i < 10000; ++i) {
    const std::string number =
        tokens.allot([&](const std::string& taken) { return allotted.contains(taken); });
    allotted.insert(number);
    const std::string track = maker.make(number, "3012", now + seconds(i));
    EXPECT_EQ(verifier.verify(track, now + seconds(i + 5)), Track2Verdict::accepted);
    EXPECT_EQ(verifier.verify(track, now + seconds(i + 5)), Track2Verdict::already_used);
  }
}

}  // namespace
}  // namespace sesame::cardless
