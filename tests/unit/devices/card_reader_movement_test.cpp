#include "tests/unit/devices/card_reader_stage.hpp"

namespace sesame::devices {
namespace {

card::Move way(const char* from, const char* to) {
  card::Move move;
  move.from = from;
  move.to = to;
  return move;
}
card::Reset to(card::ResetTo where) {
  card::Reset reset;
  reset.to = where;
  return reset;
}

TEST(CardReaderMove, of_no_card_is_noMedia) {
  CardReaderStage stage;
  EXPECT_EQ(stage.reply(stage.client->move()).error_code, "noMedia");
  EXPECT_EQ(stage.reply(stage.client->move(way("exit", "transport"))).error_code, "noMedia");
}

TEST(CardReaderMove, goes_out_and_in_again) {
  CardReaderStage stage;
  stage.bring_card_in();
  EXPECT_TRUE(stage.reply(stage.client->move(way("transport", "exit"))).ok());
  EXPECT_TRUE(stage.reply(stage.client->move(way("exit", "exit"))).ok());
  EXPECT_EQ(stage.reply(stage.client->move(way("transport", "exit"))).error_code, "noMedia");
  EXPECT_TRUE(stage.reply(stage.client->move(way("exit", "transport"))).ok());
  EXPECT_NE(stage.device->perform("status").find("card inside"), std::string::npos);
}

TEST(CardReaderMove, into_a_retain_unit_until_it_is_full) {
  auto facts = ordinary_card_reader(Type::motor);
  facts.retain_units = {{"unitRETAIN1", 1}};
  CardReaderStage stage(facts);
  stage.bring_card_in();
  stage.client->move(way("transport", "unitRETAIN1"));
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"media":"notPresent","chipPower":"noCard"}})", "completion Move"));
  stage.bring_card_in();
  EXPECT_EQ(stage.reply(stage.client->move(way("transport", "unitRETAIN1"))).error_code, "full");
  EXPECT_NE(stage.device->perform("status").find("card inside"), std::string::npos);
}

TEST(CardReaderMove, to_units_that_do_not_exist_is_unsupportedData) {
  CardReaderStage stage;
  stage.bring_card_in();
  EXPECT_EQ(stage.reply(stage.client->move(way("transport", "unitPARK1"))).code, spi::CompletionCode::unsupportedData);
  EXPECT_EQ(stage.reply(stage.client->move(way("unitRETAIN1", "exit"))).code, spi::CompletionCode::unsupportedData);
}

TEST(CardReaderMove, of_a_card_that_gets_stuck_is_mediaJam) {
  CardReaderStage stage;
  stage.bring_card_in();
  stage.customer("jam");
  EXPECT_EQ(stage.reply(stage.client->move()).error_code, "mediaJam");
}

TEST(CardReaderReset, with_no_card_tells_of_none) {
  CardReaderStage stage;
  stage.client->reset();
  EXPECT_THAT(stage.heard(), ElementsAre("completion Reset"));
}

TEST(CardReaderReset, with_a_card_inside_gives_it_back_and_says_where_it_is) {
  CardReaderStage stage;
  stage.bring_card_in();
  stage.client->reset();
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"media":"entering","chipPower":"noCard"}})",
                                         R"(MediaDetectedEvent {"position":"exit"})", "completion Reset"));
}

TEST(CardReaderReset, leaves_the_card_where_it_is_if_asked_to) {
  CardReaderStage stage;
  stage.bring_card_in();
  stage.client->reset(to(card::ResetTo::currentPosition));
  EXPECT_THAT(stage.heard(), ElementsAre(R"(MediaDetectedEvent {"position":"transport"})", "completion Reset"));
}

TEST(CardReaderReset, retains_the_card_and_names_the_unit) {
  CardReaderStage stage;
  stage.bring_card_in();
  stage.client->reset(to(card::ResetTo::retain));
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"media":"notPresent","chipPower":"noCard"}})",
                                         R"(MediaDetectedEvent {"position":"unitRETAIN1"})", "completion Reset"));
}

TEST(CardReaderReset, a_full_bin_keeps_the_card) {
  auto facts = ordinary_card_reader(Type::motor);
  facts.retain_units = {{"unitRETAIN1", 1}};
  CardReaderStage stage(facts);
  stage.bring_card_in();
  stage.reply(stage.client->move(way("transport", "unitRETAIN1")));
  stage.bring_card_in();
  stage.client->reset(to(card::ResetTo::retain));
  EXPECT_THAT(stage.heard(), ElementsAre(R"(MediaDetectedEvent {"position":"transport"})", "completion Reset commandErrorCode retainBinFull"));
}

TEST(CardReaderReset, cannot_free_a_stuck_card) {
  CardReaderStage stage;
  stage.bring_card_in();
  stage.customer("jam");
  stage.heard();
  stage.client->reset();
  EXPECT_THAT(stage.heard(), ElementsAre(R"(MediaDetectedEvent {"position":"jammed"})", "completion Reset commandErrorCode mediaJam"));
}

TEST(CardReaderReset, names_a_retain_unit_that_does_not_exist) {
  CardReaderStage stage;
  auto reset = to(card::ResetTo::retain);
  reset.storage_id = "unitNONE";
  EXPECT_EQ(stage.reply(stage.client->reset(reset)).code, spi::CompletionCode::unsupportedData);
  reset.to = card::ResetTo::exit;  // then it is not read
  EXPECT_TRUE(stage.reply(stage.client->reset(reset)).ok());
}

TEST(CardReaderReset, waits_for_its_turn_behind_a_pending_read) {
  CardReaderStage stage;
  auto read = stage.read_track2();
  auto reset = stage.client->reset();
  stage.heard();
  EXPECT_FALSE(reset.completed());
  read.cancel();
  EXPECT_THAT(stage.heard(), ElementsAre("completion Cancel", "completion ReadRawData canceled", "completion Reset"));
}

TEST(CardReaderReset, moves_cards_in_motor_readers_only) {
  for (const auto type : {Type::dip, Type::swipe, Type::contactless, Type::latchedDip}) {
    CardReaderStage stage(type);
    EXPECT_EQ(stage.reply(stage.client->reset(to(card::ResetTo::exit))).code, spi::CompletionCode::unsupportedData);
    EXPECT_EQ(stage.reply(stage.client->reset(to(card::ResetTo::retain))).code, spi::CompletionCode::unsupportedData);
    EXPECT_TRUE(stage.reply(stage.client->reset()).ok());
  }
}

}  // namespace
}  // namespace sesame::devices
