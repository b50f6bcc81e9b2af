// A customer at the ATM sees what is kept of him, pauses it, takes it up again and has it deleted, before an
// application that waits for a card all the while and sees nothing of it.
#include "tests/unit/cardless/cardless_stage.hpp"

namespace sesame::cardless {
namespace {

class MyFaceAtTheAtm : public testing::Test {
 public:
  MyFaceAtTheAtm() {
    biometric::EnrolRequest request;
    request.customer_id = "dora";
    request.issuer = "bank";
    request.claims = {{"passcode", "777777"}};
    request.consent.reference = "paper";
    request.consent.purpose = "face login";
    request.consent.text_version = "en-2";
    request.consent.given_at = "2026-03-14T09:26:53Z";
    request.token_pan = "9999010000000037";
    atm.engine->enrol_person(request, "face of dora");
    call.emplace(atm.read());
    atm.reader_client->heard();
    atm.keyboard_client->heard();
    atm.display_client->heard();
  }
  void press(const std::string& key) {
    EXPECT_EQ(atm.verb("keyboard press " + key), "ok");
    atm.pass(200ms);  // three answers of the engine at most
  }
  void come(const std::string& passcode = "777777", const std::string& person = "face of dora") {
    press("fdk07");
    EXPECT_EQ(atm.verb("keyboard type " + passcode), "ok");
    press("enter");
    atm.engine->show({person});
    atm.pass(500ms);
  }
  std::string shown() {
    std::string all;
    for (const auto& row : atm.screen()) all += row + "\n";
    return all;
  }
  biometric::CustomerStatus status() {
    std::optional<biometric::HeldFace> held;
    spi::TaskScope scope(atm.executor);
    scope.spawn(look(held));
    atm.pass(100ms);
    return held.value().status;
  }
  spi::Task<void> look(std::optional<biometric::HeldFace>& held) { held = co_await atm.engine->held("dora"); }
  static spi::Task<void> suspend(MyFaceAtTheAtm& test, std::optional<bool>& done) {
    done = co_await test.atm.engine->set_status("dora", biometric::CustomerStatus::suspended);
  }
  void expect_that_the_application_saw_nothing() {
    EXPECT_FALSE(call->completed());
    EXPECT_THAT(atm.reader_client->heard(), IsEmpty());
    EXPECT_THAT(atm.keyboard_client->heard(), IsEmpty());
    EXPECT_THAT(atm.display_client->heard(), IsEmpty());
    EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
    EXPECT_EQ(CardlessStage::track2(atm.reply(*call)), anna_card);
  }

  CardlessStage atm{"[my-face, passcode]"};
  std::optional<spi::RawCall> call;
};

TEST_F(MyFaceAtTheAtm, shows_since_when_for_what_and_by_which_text) {
  come();
  EXPECT_THAT(shown(),
              HasSubstr("What we keep of your face\nSince: 2026-03-14\nNever used\nFor: face login\nYou "
                        "agreed to text en-2\n"));
  press("cancel");
  EXPECT_THAT(shown(), HasSubstr("Good-bye"));
  atm.pass(3s);
  EXPECT_FALSE(atm.desk().running());
  EXPECT_EQ(status(), biometric::CustomerStatus::active);
  expect_that_the_application_saw_nothing();
}

TEST_F(MyFaceAtTheAtm, a_pause_keeps_the_customer_out_until_he_takes_it_up_again) {
  come();
  press("one");
  EXPECT_THAT(shown(), HasSubstr("Paused: nobody gets in by it"));
  press("cancel");
  atm.pass(3s);
  EXPECT_EQ(status(), biometric::CustomerStatus::paused);
  atm.log_in("777777", "face of dora");
  atm.pass(15s);
  EXPECT_FALSE(call->completed());
  press("cancel");
  atm.pass(5s);
  ASSERT_FALSE(atm.desk().running());
  come();
  EXPECT_THAT(shown(), HasSubstr("Paused"));
  press("one");
  EXPECT_THAT(shown(), HasSubstr("1: pause"));
  press("cancel");
  atm.pass(3s);
  EXPECT_EQ(status(), biometric::CustomerStatus::active);
  atm.log_in("777777", "face of dora");
  EXPECT_EQ(CardlessStage::track2(atm.reply(*call)).substr(0, 16), "9999010000000037");
}

TEST_F(MyFaceAtTheAtm, deletes_after_asking_once_more_and_names_the_receipt) {
  come();
  press("two");
  EXPECT_THAT(shown(), HasSubstr("Delete your face for good?"));
  press("cancel");
  EXPECT_THAT(shown(), HasSubstr("What we keep"));
  press("two");
  press("enter");
  EXPECT_THAT(shown(), HasSubstr("Your face is deleted.\nReceipt:\n\n1\n"));
  atm.pass(3s);
  EXPECT_FALSE(atm.desk().running());
  come();
  atm.pass(300ms);
  EXPECT_THAT(shown(), HasSubstr("not recognised"));
  atm.pass(3s);
  press("cancel");
  atm.pass(3s);
  expect_that_the_application_saw_nothing();
}

TEST_F(MyFaceAtTheAtm, what_the_bank_suspended_may_be_deleted_and_not_taken_up) {
  std::optional<bool> done;
  spi::TaskScope scope(atm.executor);
  scope.spawn(suspend(*this, done));
  atm.pass(100ms);
  come();
  EXPECT_THAT(shown(), HasSubstr("Stopped by your bank"));
  EXPECT_NE(atm.verb("keyboard press one"), "ok");
  EXPECT_EQ(status(), biometric::CustomerStatus::suspended);
  press("two");
  press("enter");
  EXPECT_THAT(shown(), HasSubstr("deleted"));
}

TEST_F(MyFaceAtTheAtm, is_shown_to_nobody_else) {
  come("777777", "face of bea");
  atm.pass(300ms);
  EXPECT_THAT(shown(), HasSubstr("not recognised"));
  EXPECT_THAT(shown(), testing::Not(HasSubstr("2026-03-14")));
}

TEST_F(MyFaceAtTheAtm, a_card_ends_it_and_whoever_walks_away_leaves_no_page_open) {
  come();
  atm.pass(40s);
  EXPECT_FALSE(atm.desk().running());
  come();
  EXPECT_THAT(shown(), HasSubstr("What we keep"));
  EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(CardlessStage::track2(atm.reply(*call)), anna_card);
  atm.pass(100ms);
  EXPECT_FALSE(atm.desk().running());
}

TEST_F(MyFaceAtTheAtm, an_engine_that_dies_is_said_and_changes_nothing) {
  come();
  atm.engine->set_dead(true);
  press("one");
  EXPECT_THAT(shown(), HasSubstr("not available"));
  atm.engine->set_dead(false);
  EXPECT_EQ(status(), biometric::CustomerStatus::active);
}

}  // namespace
}  // namespace sesame::cardless
