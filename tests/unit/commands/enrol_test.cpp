#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "biometric/scripted_engine.hpp"
#include "cardless/commands/claims.hpp"
#include "cardless/commands/free_token.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/service/virtual_executor.hpp"

namespace sesame::cardless {
namespace {

class EnrolCommand : public testing::Test {
 protected:
  static biometric::EnrolRequest customer(const std::string& id) {
    biometric::EnrolRequest request;
    request.customer_id = id;
    request.consent.reference = "paper 7";
    request.token_pan = "9999010000000011";
    return request;
  }
  static spi::Task<void> run(EnrolCommand& test, biometric::EnrolRequest request) {
    auto done = co_await outcome(enrol_with_free_token(test.engine, request, "a face", test.with));
    if (done) test.token = done->token_pan;
    if (done.refusal()) test.error = done.refusal()->what();
    if (done.fault()) test.error = done.fault()->what();
  }
  void enrol(const biometric::EnrolRequest& request) {
    spi::TaskScope scope(executor);
    scope.spawn(run(*this, request));
    executor.run_until_idle();
  }
  // Gives these, one after another; the last again and again.
  void allot(std::vector<std::string> pans) {
    with.allot = [this, pans] { return pans.at(std::min(pans.size() - 1, asked++)); };
  }

  spi::VirtualExecutor executor;
  biometric::ScriptedEngine engine;
  EnrolWithToken with;
  std::size_t asked = 0;
  std::string token, error;
};

TEST_F(EnrolCommand, asks_for_another_card_number_as_long_as_it_is_another_customers) {
  engine.enrol_person(customer("bert"), "bert");
  allot({"9999010000000011", "9999010000000011", "9999010000000029"});
  enrol(customer("anna"));
  EXPECT_EQ(token, "9999010000000029");
  EXPECT_EQ(asked, 3U);
}

TEST_F(EnrolCommand, gives_up_when_every_card_number_is_taken) {
  engine.enrol_person(customer("bert"), "bert");
  allot({"9999010000000011"});
  enrol(customer("anna"));
  EXPECT_EQ(error, "each of 20 card numbers is another customer's");
}

TEST_F(EnrolCommand, does_not_try_again_after_any_other_refusal) {
  biometric::EnrolRequest bert = customer("bert");
  bert.claims = {{"phone", "111"}};
  engine.enrol_person(bert, "bert");
  allot({"9999010000000029"});
  biometric::EnrolRequest same_claim = customer("anna");
  same_claim.claims = bert.claims;
  enrol(same_claim);
  EXPECT_THAT(error, testing::HasSubstr("claim"));
  EXPECT_EQ(asked, 1U);
}

std::string why_not(const std::string& claim) {
  try {
    read_claims({claim});
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "read";
}

TEST(Claims, are_of_kinds_that_a_profile_asks_for_with_digits_where_a_keypad_has_no_more) {
  const auto claims = read_claims({"phone=0901234", "id=AB 12=3"});
  ASSERT_EQ(claims.size(), 2U);
  EXPECT_EQ(claims[0].kind, "phone");
  EXPECT_EQ(claims[1].value, "AB 12=3");
  EXPECT_EQ(why_not("passcode=12a4"), "--claim passcode: expected digits, which a keypad has");
  EXPECT_THAT(why_not("pasword=1234"), testing::HasSubstr("expected phone, id, customer, passcode or qr"));
  EXPECT_THAT(why_not("phone="), testing::HasSubstr("expected a value"));
}

TEST(Claims, are_not_repeated_by_an_error) {
  for (const char* claim : {"passcode=73519264x", "73519264=passcode", "passcod=73519264"})
    EXPECT_THAT(why_not(claim), testing::Not(testing::HasSubstr("73519264"))) << claim;
}

}  // namespace
}  // namespace sesame::cardless
