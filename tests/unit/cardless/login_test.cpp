// A face customer and a card customer before one application that knows neither.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/cardless/cardless_stage.hpp"

namespace sesame::cardless {
namespace {

TEST(CardlessLogin, a_card_goes_through_the_front_as_through_the_original) {
  std::vector<std::vector<std::string>> heard;
  for (const bool with_session : {false, true}) {
    CardlessStage atm("[passcode]", "type: motor", with_session);
    auto call = atm.read();
    EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
    EXPECT_EQ(CardlessStage::track2(atm.reply(call)), anna_card);
    atm.reply(atm.reader_client->call("CardReader.Move"));
    EXPECT_EQ(atm.verb("cardreader take card"), "ok");
    heard.push_back(atm.reader_client->heard());
  }
  EXPECT_EQ(heard[0], heard[1]);
  EXPECT_THAT(heard[0], testing::Contains("MediaRemovedEvent"));
}

TEST(CardlessLogin, a_face_looks_to_the_application_as_a_card_does) {
  std::vector<std::vector<std::string>> heard;
  for (const bool face : {false, true}) {
    CardlessStage atm;
    auto call = atm.read();
    if (face)
      atm.log_in();
    else
      EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
    const auto reply = atm.reply(call);
    EXPECT_TRUE(reply.ok()) << reply.text();
    const std::string track2 = CardlessStage::track2(reply);
    if (face) {
      EXPECT_EQ(track2.size(), 37u);
      EXPECT_EQ(track2.substr(0, 24), std::string(bea_token) + "=4912520");
    }
    EXPECT_TRUE(atm.reply(atm.reader_client->call("CardReader.Move")).ok());
    if (!face) atm.verb("cardreader take card");
    atm.settle();
    heard.push_back(atm.reader_client->heard());
  }
  EXPECT_EQ(heard[0], heard[1]);
}

TEST(CardlessLogin, the_application_sees_nothing_of_a_refused_face) {
  CardlessStage atm;
  auto call = atm.read();
  atm.reader_client->heard();
  atm.keyboard_client->heard();
  for (int attempt = 0; attempt < 3; ++attempt) {
    if (attempt == 0) atm.verb("keyboard press fdk01");
    EXPECT_EQ(atm.verb("keyboard type 123456"), "ok") << attempt;
    EXPECT_EQ(atm.verb("keyboard press enter"), "ok");
    atm.engine->show({"face of carl"});
    atm.pass(5s);
  }
  atm.pass(10s);
  EXPECT_FALSE(atm.desk().running());
  EXPECT_FALSE(call.completed());
  EXPECT_THAT(atm.reader_client->heard(), IsEmpty());
  EXPECT_THAT(atm.keyboard_client->heard(), IsEmpty());
  EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(CardlessStage::track2(atm.reply(call)), anna_card);
}

// For the operator's trial: the engine's words for its checks, and nothing of whose face or claim it was.
TEST(CardlessLogin, the_journal_says_why_attempts_were_refused) {
  const std::string file = testing::TempDir() + "/refusals-" + std::to_string(getpid()) + ".log";
  {
    spi::Journal journal(file);
    CardlessStage atm("[passcode]", "type: motor", true, "{simulated: true}", &journal);
    auto call = atm.read();
    biometric::ScriptedFace picture{"face of bea"};
    picture.live = false;
    const biometric::ScriptedFace bea{"face of bea"}, carl{"face of carl"};
    const auto session = [&](const std::vector<biometric::ScriptedFace>& faces) {
      atm.verb("keyboard press fdk01");
      for (const biometric::ScriptedFace& face : faces) {
        atm.engine->nobody();
        EXPECT_EQ(atm.verb("keyboard type 123456"), "ok");
        EXPECT_EQ(atm.verb("keyboard press enter"), "ok");
        atm.engine->show(face);
        atm.pass(5s);
      }
    };
    session({picture, carl, bea});
    EXPECT_TRUE(atm.reply(call).ok());
    atm.reply(atm.reader_client->call("CardReader.Move"));
    atm.pass(5s);
    auto again = atm.read();
    session({carl, carl, carl});
    session({bea});
  }
  std::ifstream in(file);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  EXPECT_THAT(text, HasSubstr("session passcode: card presented (refused: pad, no match)"));
  EXPECT_THAT(text, HasSubstr("session passcode: not recognised (refused: no match, no match, no match)"));
  EXPECT_THAT(text, HasSubstr("session passcode: not recognised (refused: too many before)"));
  EXPECT_THAT(text, testing::Not(HasSubstr("carl")));
  std::filesystem::remove(file);
}

TEST(CardlessLogin, a_claim_nobody_has_and_a_wrong_face_take_the_same_time_and_say_the_same) {
  std::vector<std::vector<std::string>> screens;
  for (const char* passcode : {"123456", "999999"}) {
    CardlessStage atm;
    auto call = atm.read();
    atm.log_in(passcode, "face of carl");
    std::vector<std::string> seen;
    for (int tenth = 0; tenth < 60; ++tenth) {
      atm.pass(100ms);
      const auto rows = atm.screen();
      seen.push_back(rows.empty() ? "" : rows.front());
    }
    screens.push_back(seen);
  }
  EXPECT_EQ(screens[0], screens[1]);
}

TEST(CardlessLogin, a_card_inserted_during_a_session_wins) {
  CardlessStage atm;
  auto call = atm.read();
  EXPECT_EQ(atm.verb("keyboard press fdk01"), "ok");
  EXPECT_EQ(atm.verb("keyboard type 1234"), "ok");
  EXPECT_TRUE(atm.desk().running());
  EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(CardlessStage::track2(atm.reply(call)), anna_card);
  atm.settle();
  EXPECT_FALSE(atm.desk().running());
}

// The race that nobody may win twice: a card pushed in at each step between the decision and the application's answer.
TEST(CardlessLogin, a_card_that_comes_in_at_any_step_of_the_decision_wins_or_is_given_back) {
  int cards = 0, faces = 0;
  for (const char* reader : {"type: motor", "type: motor, read_ms: 2"}) {
    for (unsigned step = 0; step < 250; ++step) {
      SCOPED_TRACE(std::string(reader) + ", step " + std::to_string(step));
      CardlessStage atm("[passcode]", reader);
      auto call = atm.read();
      atm.log_in();
      atm.pass(349ms);
      const auto before = atm.executor.now();
      atm.executor.run_until([&] { return atm.executor.now() > before; });
      unsigned left = step;
      atm.executor.run_until([&] { return left-- == 0 || call.completed(); });
      std::string said;
      spi::TaskScope scope(atm.executor);
      scope.spawn(atm.answer(std::string("cardreader insert card track2=") + anna_card, said));
      const auto reply = atm.reply(call);
      ASSERT_TRUE(reply.ok()) << reply.text();
      atm.settle();
      const bool inside = atm.verb("cardreader status").find("card inside") != std::string::npos;
      const bool face = CardlessStage::track2(reply) != anna_card;
      EXPECT_NE(face, inside);
      ++(face ? faces : cards);
      const auto heard = atm.reader_client->heard();
      EXPECT_EQ(std::ranges::count(heard, "event MediaInsertedEvent"), 1);
      EXPECT_EQ(std::ranges::count(heard, "event InsertCardEvent"), 1);
      if (step > 0 && call.completed() && said.find("closed") != std::string::npos && face) break;
    }
  }
  EXPECT_GT(cards, 0);
  EXPECT_GT(faces, 0);
}

TEST(CardlessLogin, the_second_read_gives_the_same_data_without_insert_events) {
  CardlessStage atm;
  auto first = atm.read();
  atm.log_in();
  const std::string track2 = CardlessStage::track2(atm.reply(first));
  atm.reader_client->heard();
  auto second = atm.read(0ms, json::object{{"track1", true}, {"track2", true}, {"track3", true}});
  const auto reply = atm.reply(second);
  EXPECT_EQ(CardlessStage::track2(reply), track2);
  EXPECT_EQ(reply.payload->at("track1").at("status").as_string(), "dataMissing");
  EXPECT_THAT(atm.reader_client->heard(), ElementsAre("completion ReadRawData"));
}

TEST(CardlessLogin, a_face_card_has_no_chip_and_takes_no_track) {
  CardlessStage atm;
  auto call = atm.read(0ms, json::object{{"track2", true}, {"chip", true}});
  atm.log_in();
  const auto reply = atm.reply(call);
  EXPECT_EQ(reply.payload->at("chip").at(0).at("status").as_string(), "dataMissing");
  EXPECT_EQ(atm.reply(atm.reader_client->call("CardReader.ChipIO",
                                              {{"chipProtocol", "chipT0"}, {"chipData", "AAAA"}}))
                .error_code,
            "atrNotObtained");
  EXPECT_EQ(atm.reply(atm.reader_client->call("CardReader.ChipPower", {{"chipPower", "warm"}})).error_code,
            "atrNotObtained");
  EXPECT_EQ(atm.reply(atm.reader_client->call("CardReader.WriteRawData", {{"track3", {{"data", "AAAA"}}}}))
                .error_code,
            "invalidMedia");
}

TEST(CardlessLogin, a_retained_face_card_blocks_the_customers_next_session) {
  CardlessStage atm;
  auto call = atm.read();
  atm.log_in();
  EXPECT_TRUE(atm.reply(call).ok());
  EXPECT_TRUE(
      atm.reply(atm.reader_client->call("CardReader.Move", {{"from", "transport"}, {"to", "unitRETAIN1"}}))
          .ok());
  atm.pass(1s);
  auto next = atm.read();
  atm.log_in();
  atm.pass(10s);
  EXPECT_FALSE(next.completed());
}

TEST(CardlessLogin, reset_with_a_face_card_inside_reports_as_with_a_card_and_leaves_the_reader_empty) {
  std::vector<std::vector<std::string>> heard;
  for (const bool face : {false, true}) {
    CardlessStage atm;
    auto call = atm.read();
    if (face)
      atm.log_in();
    else
      atm.verb(std::string("cardreader insert card track2=") + anna_card);
    EXPECT_TRUE(atm.reply(call).ok());
    EXPECT_TRUE(atm.reply(atm.reader_client->call("CardReader.Reset", {{"to", "exit"}})).ok());
    if (!face) atm.verb("cardreader take card");
    atm.settle();
    heard.push_back(atm.reader_client->heard());
    EXPECT_EQ(
        atm.reply(atm.reader_client->call("Common.Status")).payload->at("cardReader").at("media").as_string(),
        "notPresent");
  }
  EXPECT_EQ(heard[0], heard[1]);
}

TEST(CardlessLogin, cancel_frees_the_reader_at_once_and_ends_the_session) {
  CardlessStage atm;
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  atm.verb("keyboard type 123456");
  atm.verb("keyboard press enter");
  atm.engine->set_stuck(true);
  atm.pass(1s);
  const auto before = atm.executor.now();
  call.cancel();
  EXPECT_EQ(atm.reply(call).code, spi::CompletionCode::canceled);
  EXPECT_EQ(atm.executor.now(), before);
  atm.settle();
  EXPECT_FALSE(atm.desk().running());
}

TEST(CardlessLogin, a_dead_client_ends_its_session_and_takes_its_face_card_along) {
  CardlessStage atm;
  auto call = atm.read();
  atm.log_in();
  EXPECT_TRUE(atm.reply(call).ok());
  Client monitor(atm.executor, atm.host->open("cardreader"));
  atm.reader_client->connection->close();
  atm.settle();
  EXPECT_THAT(monitor.heard(), testing::Contains("MediaRemovedEvent"));
  EXPECT_EQ(atm.reply(monitor.call("Common.Status")).payload->at("cardReader").at("media").as_string(),
            "notPresent");
}

TEST(CardlessLogin, a_session_outlives_a_read_that_times_out_if_the_next_one_follows) {
  CardlessStage atm;
  auto first = atm.read(2s);
  atm.verb("keyboard press fdk01");
  atm.verb("keyboard type 123456");
  atm.pass(2s);
  EXPECT_EQ(atm.reply(first).code, spi::CompletionCode::timeOut);
  atm.pass(1s);
  EXPECT_TRUE(atm.desk().running());
  auto second = atm.read(20s);
  EXPECT_EQ(atm.verb("keyboard press enter"), "ok");
  atm.engine->show({"face of bea"});
  EXPECT_TRUE(atm.reply(second).ok());
}

TEST(CardlessLogin, a_session_ends_when_no_read_follows) {
  CardlessStage atm;
  auto first = atm.read(2s);
  atm.verb("keyboard press fdk01");
  atm.pass(2s);
  EXPECT_TRUE(atm.desk().running());
  atm.pass(4s);
  EXPECT_FALSE(atm.desk().running());
}

TEST(CardlessLogin, without_a_face_engine_the_cards_go_on) {
  CardlessStage atm;
  atm.engine->set_dead(true);
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  atm.verb("keyboard type 123456");
  atm.verb("keyboard press enter");
  atm.settle();
  EXPECT_THAT(atm.screen().front(), HasSubstr("not available"));
  atm.pass(5s);
  EXPECT_FALSE(atm.desk().running());
  EXPECT_EQ(atm.verb(std::string("cardreader insert card track2=") + anna_card), "ok");
  EXPECT_EQ(CardlessStage::track2(atm.reply(call)), anna_card);
}

TEST(CardlessLogin, the_tenth_wrong_face_in_a_row_is_told_to_wait_even_if_it_is_the_right_one) {
  CardlessStage atm;
  auto call = atm.read();
  atm.verb("keyboard press fdk01");
  for (int attempt = 0; attempt < 3; ++attempt) {
    atm.verb("keyboard type 123456");
    atm.verb("keyboard press enter");
    atm.engine->show({"face of carl"});
    atm.pass(5s);
  }
  atm.pass(5s);
  atm.log_in();
  atm.pass(1s);
  EXPECT_THAT(atm.screen().front(), HasSubstr("try again later"));
  EXPECT_FALSE(call.completed());
  atm.pass(60s);
  atm.log_in();
  EXPECT_TRUE(atm.reply(call).ok());
}

}  // namespace
}  // namespace sesame::cardless
