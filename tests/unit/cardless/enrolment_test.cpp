// Enrolment at the ATM, with an application that waits for a card all the while and sees nothing of it.
#include <filesystem>
#include <fstream>

#include "cardless/issuer/enrolment_codes.hpp"
#include "tests/unit/cardless/cardless_stage.hpp"
#include "tests/unit/vault/temporary_folder.hpp"

namespace sesame::cardless {
namespace {

using std::chrono::sys_seconds;

class EnrolmentAtTheAtm : public testing::Test {
 public:
  EnrolmentAtTheAtm() {
    const auto key_file = folder / "code.key";
    const std::string key(32, 'k');
    std::ofstream(key_file) << key;
    std::filesystem::permissions(key_file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    issuer = "{key_number: 1, key_file: " + key_file.string() + ", used_codes: " + (folder / "used").string() +
             ", enrolment_codes: " + (folder / "codes").string() + ", bin: \"999901\"}";
    codes.emplace(folder / "codes", biometric::Secret::of_text(key));
    atm.emplace("[enrol, passcode]", "type: motor", true, issuer);
    call.emplace(atm->read());
    atm->reader_client->heard();
  }
  sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(atm->executor.wall_now()); }
  std::string issue(const std::string& pan = "") { return codes->issue("carl", pan, now(), std::chrono::hours(24)); }
  void type(const std::string& digits) {
    EXPECT_EQ(atm->verb("keyboard type " + digits), "ok");
    EXPECT_EQ(atm->verb("keyboard press enter"), "ok");
  }
  std::string first_row() { return atm->screen().front(); }
  void show_own_card() {
    EXPECT_THAT(first_row(), HasSubstr("insert your card"));
    EXPECT_EQ(atm->verb(std::string("cardreader insert card track2=") + anna_card), "ok");
    EXPECT_THAT(first_row(), HasSubstr("take your card"));
    EXPECT_EQ(atm->verb("cardreader take card"), "ok");
  }

  TemporaryFolder folder;
  std::string issuer;
  std::optional<EnrolmentCodes> codes;
  std::optional<CardlessStage> atm;
  std::optional<spi::RawCall> call;
};

TEST_F(EnrolmentAtTheAtm, gives_a_passcode_with_which_the_customer_gets_in_and_the_application_sees_nothing_before) {
  const auto code = issue("4761739001010119");
  EXPECT_EQ(atm->verb("keyboard press fdk08"), "ok");
  EXPECT_THAT(first_row(), HasSubstr("store your face"));
  EXPECT_EQ(atm->verb("keyboard press enter"), "ok");
  type(code);
  show_own_card();
  atm->engine->show({"face of carl"});
  atm->pass(1s);
  EXPECT_THAT(first_row(), HasSubstr("You are registered"));
  const std::string passcode = atm->screen().at(3);
  EXPECT_EQ(passcode.size(), 8u);
  EXPECT_EQ(atm->verb("keyboard press enter"), "ok");
  atm->pass(1s);
  EXPECT_FALSE(atm->desk().running());
  EXPECT_THAT(atm->reader_client->heard(), IsEmpty());
  EXPECT_FALSE(call->completed());
  atm->log_in(passcode, "face of carl");
  const auto reply = atm->reply(*call);
  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(CardlessStage::track2(reply).substr(0, 6), "999901");
}

TEST_F(EnrolmentAtTheAtm, without_consent_nothing_is_stored) {
  EXPECT_EQ(atm->verb("keyboard press fdk08"), "ok");
  EXPECT_EQ(atm->verb("keyboard press cancel"), "ok");
  EXPECT_THAT(first_row(), HasSubstr("Nothing was stored"));
  atm->pass(5s);
  EXPECT_FALSE(atm->desk().running());
  EXPECT_EQ(atm->engine->counts().captures, 0);
}

TEST_F(EnrolmentAtTheAtm, a_wrong_code_is_refused_and_a_right_one_is_good_once) {
  const auto code = issue();
  EXPECT_EQ(atm->verb("keyboard press fdk08"), "ok");
  atm->verb("keyboard press enter");
  type(code == "00000000" ? "11111111" : "00000000");
  EXPECT_THAT(first_row(), HasSubstr("not right"));
  atm->pass(3s);
  type(code);
  EXPECT_THAT(first_row(), HasSubstr("insert your card"));
  EXPECT_FALSE(codes->redeem(code, now()).has_value());
}

TEST_F(EnrolmentAtTheAtm, under_an_age_limit_the_bank_says_how_old_the_customer_is) {
  atm->engine->rules.guardian_under = 16;
  for (const auto& [age, expected] :
       {std::pair{-1, "could not be registered"}, std::pair{15, "could not be registered"},
        std::pair{16, "You are registered"}}) {
    SCOPED_TRACE(age);
    const auto code = codes->issue("carl", "", now(), std::chrono::hours(24), age);
    EXPECT_EQ(atm->verb("keyboard press fdk08"), "ok");
    EXPECT_EQ(atm->verb("keyboard press enter"), "ok");
    type(code);
    show_own_card();
    atm->engine->show({"face of carl"});
    atm->pass(2s);
    EXPECT_THAT(first_row(), HasSubstr(expected));
    atm->pass(10s);
  }
}

TEST_F(EnrolmentAtTheAtm, somebody_elses_card_enrols_nobody) {
  const auto code = issue("5413330089010640");
  EXPECT_EQ(atm->verb("keyboard press fdk08"), "ok");
  atm->verb("keyboard press enter");
  type(code);
  show_own_card();
  EXPECT_THAT(first_row(), HasSubstr("cannot be read"));
  atm->pass(10s);
  EXPECT_FALSE(atm->desk().running());
  EXPECT_THAT(atm->reader_client->heard(), IsEmpty());
  EXPECT_EQ(atm->engine->counts().captures, 0);
  // The application's read is still the reader's.
  EXPECT_EQ(atm->verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(CardlessStage::track2(atm->reply(*call)), anna_card);
}

TEST_F(EnrolmentAtTheAtm, a_cancel_of_the_application_in_the_middle_gives_the_own_card_back_first) {
  const auto code = issue();
  atm->verb("keyboard press fdk08");
  atm->verb("keyboard press enter");
  type(code);
  EXPECT_EQ(atm->verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  call->cancel();
  EXPECT_EQ(atm->reply(*call).code, spi::CompletionCode::canceled);
  EXPECT_EQ(atm->verb("cardreader take card"), "ok");
  atm->pass(1s);
  auto next = atm->read();
  EXPECT_EQ(atm->verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(CardlessStage::track2(atm->reply(next)), anna_card);
}

TEST(EnrolmentCodes, carry_the_banks_word_for_the_customers_age) {
  TemporaryFolder folder;
  EnrolmentCodes codes(folder / "codes", biometric::Secret::of_text("0123456789abcdef0123456789abcdef"));
  const sys_seconds now{std::chrono::seconds(1'000'000)};
  const std::string code = codes.issue("16 and a name", "", now, std::chrono::hours(1), 15);
  const auto redeemed = codes.redeem(code, now);
  ASSERT_TRUE(redeemed.has_value());
  EXPECT_EQ(redeemed->age, 15);
  EXPECT_EQ(redeemed->customer, "16 and a name");
}

TEST(EnrolmentCodes, survive_in_their_file_and_expire) {
  TemporaryFolder folder;
  const auto key = [] { return biometric::Secret::of_text("0123456789abcdef0123456789abcdef"); };
  const sys_seconds now{std::chrono::seconds(1'000'000)};
  std::string first, second;
  {
    EnrolmentCodes codes(folder / "codes", key());
    first = codes.issue("anna", "4761739001010119", now, std::chrono::hours(1));
    second = codes.issue("bea with a name of several words", "", now, std::chrono::hours(1));
  }
  EnrolmentCodes codes(folder / "codes", key());
  EXPECT_FALSE(codes.redeem(second, now + std::chrono::hours(2)).has_value());
  const auto redeemed = codes.redeem(first, now);
  ASSERT_TRUE(redeemed.has_value());
  EXPECT_EQ(redeemed->customer, "anna");
  EXPECT_EQ(redeemed->age, -1);
  EXPECT_TRUE(redeemed->of_card(codes, "4761739001010119"));
  EXPECT_FALSE(redeemed->of_card(codes, "5413330089010640"));
  EXPECT_FALSE(codes.redeem(first, now).has_value());
  EXPECT_THROW(EnrolmentCodes(folder / "codes", biometric::Secret::of_text("short")), std::invalid_argument);
}

}  // namespace
}  // namespace sesame::cardless
