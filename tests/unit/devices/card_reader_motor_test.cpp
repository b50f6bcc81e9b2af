#include "tests/unit/devices/card_reader_stage.hpp"

namespace sesame::devices {
namespace {

constexpr auto present = R"(StatusChangedEvent {"cardReader":{"media":"present","chipPower":"poweredOff"}})";
constexpr auto at_exit = R"(StatusChangedEvent {"cardReader":{"media":"entering","chipPower":"noCard"}})";
constexpr auto gone_from_exit = R"(StatusChangedEvent {"cardReader":{"media":"notPresent"}})";
constexpr auto gone_from_inside = R"(StatusChangedEvent {"cardReader":{"media":"notPresent","chipPower":"noCard"}})";
constexpr auto has_track2 =
    R"(event TrackDetectedEvent {"track1":false,"track2":true,"track3":false,"watermark":false,"frontTrack1":false})";

TEST(MotorReadRawData, insert_read_eject_take_in_the_order_of_the_standard) {
  CardReaderStage stage;
  auto call = stage.read_track2();
  EXPECT_THAT(stage.heard(), ElementsAre("event InsertCardEvent"));
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre(present, "event MediaInsertedEvent", has_track2, "completion ReadRawData"));
  const auto reply = stage.reply(call);
  EXPECT_EQ(contract::decode_base64(reply.data.track2->data.value_or("")), track2_of_anna);
  EXPECT_FALSE(reply.data.track2->status);
  EXPECT_FALSE(reply.data.track1);
  stage.client->move();
  EXPECT_THAT(stage.heard(), ElementsAre(at_exit, "completion Move"));
  stage.customer("take card");
  EXPECT_THAT(stage.heard(), ElementsAre(gone_from_exit, "MediaRemovedEvent"));
}

TEST(MotorReadRawData, a_card_inside_is_read_at_once_without_insert_events) {
  CardReaderStage stage;
  stage.bring_card_in();
  auto call = stage.read_track2();
  EXPECT_THAT(stage.heard(), ElementsAre("completion ReadRawData"));
  EXPECT_EQ(contract::decode_base64(*stage.reply(call).data.track2->data), track2_of_anna);
}

TEST(MotorReadRawData, times_out_and_closes_the_slot_again) {
  CardReaderStage stage;
  stage.read_track2(5000ms);
  stage.heard();
  EXPECT_NE(stage.device->perform("status").find("slot open"), std::string::npos);
  EXPECT_THAT(stage.after(4999ms), IsEmpty());
  EXPECT_THAT(stage.after(1ms), ElementsAre("completion ReadRawData timeOut"));
  EXPECT_NE(stage.device->perform("status").find("slot closed"), std::string::npos);
  EXPECT_THROW(stage.insert_anna(), simulators::VerbError);
}

TEST(MotorReadRawData, cancelled_closes_the_slot_and_the_next_read_opens_it) {
  CardReaderStage stage;
  auto call = stage.read_track2();
  stage.heard();
  call.cancel();
  EXPECT_THAT(stage.heard(), ElementsAre("completion Cancel", "completion ReadRawData canceled"));
  EXPECT_THROW(stage.insert_anna(), simulators::VerbError);
  stage.read_track2();
  EXPECT_THAT(stage.heard(), ElementsAre("event InsertCardEvent"));
  stage.insert_anna();
  EXPECT_EQ(stage.heard().back(), "completion ReadRawData");
}

TEST(MotorReadRawData, cancelled_while_the_card_is_drawn_in_gives_it_back) {
  CardReaderStage stage(Type::motor, {.move = 300ms, .read = 0ms, .chip = 0ms});
  auto call = stage.read_track2();
  stage.insert_anna();
  stage.after(100ms);
  call.cancel();
  EXPECT_THAT(stage.after(1s), ElementsAre("completion Cancel", "completion ReadRawData canceled"));
  EXPECT_NE(stage.device->perform("status").find("no card"), std::string::npos);
}

TEST(MotorReadRawData, a_card_the_wrong_way_round_is_told_and_the_command_goes_on) {
  CardReaderStage stage;
  stage.read_track2();
  stage.heard();
  stage.customer("insert card wrong-way track2=1");
  EXPECT_THAT(stage.heard(), ElementsAre("event InvalidMediaEvent"));
  stage.customer("insert card wrong-way track2=1");
  EXPECT_THAT(stage.heard(), ElementsAre("event InvalidMediaEvent"));
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre(present, "event MediaInsertedEvent", has_track2, "completion ReadRawData"));
}

TEST(MotorReadRawData, a_card_that_cannot_be_read_is_given_back_for_another_try) {
  CardReaderStage stage;
  stage.read_track2();
  stage.heard();
  stage.customer("insert card misreads=1 track2=1");
  EXPECT_THAT(stage.heard(), ElementsAre(present, "event MediaInsertedEvent", "event InvalidMediaEvent", at_exit));
  stage.customer("take card");
  EXPECT_THAT(stage.heard(), ElementsAre(gone_from_exit, "MediaRemovedEvent"));
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre(present, "event MediaInsertedEvent", has_track2, "completion ReadRawData"));
}

TEST(MotorReadRawData, card_pulled_out_while_reading_completes_with_noMedia) {
  CardReaderStage stage(Type::motor, {.move = 0ms, .read = 500ms, .chip = 0ms});
  stage.read_track2();
  stage.insert_anna();
  EXPECT_THAT(stage.after(200ms), ElementsAre("event InsertCardEvent", present, "event MediaInsertedEvent"));
  stage.customer("pull card");
  EXPECT_THAT(stage.heard(), ElementsAre(gone_from_inside, "MediaRemovedEvent", "completion ReadRawData commandErrorCode noMedia"));
  EXPECT_THROW(stage.insert_anna(), simulators::VerbError);  // disabled until the next command
}

TEST(MotorReadRawData, card_stuck_on_its_way_in_completes_with_mediaJam) {
  CardReaderStage stage;
  stage.read_track2();
  stage.heard();
  stage.customer("insert card jams track2=1");
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"media":"jammed"}})",
                                         "completion ReadRawData commandErrorCode mediaJam"));
  stage.read_track2();
  EXPECT_THAT(stage.heard(), ElementsAre("completion ReadRawData commandErrorCode mediaJam"));
  stage.customer("clear jam");
  EXPECT_THAT(stage.heard(), ElementsAre(gone_from_exit));
}

TEST(MotorReadRawData, card_stuck_while_reading_completes_with_mediaJam) {
  CardReaderStage stage(Type::motor, {.move = 0ms, .read = 500ms, .chip = 0ms});
  stage.read_track2();
  stage.insert_anna();
  stage.after(200ms);
  stage.customer("jam");
  EXPECT_EQ(stage.heard().back(), "completion ReadRawData commandErrorCode mediaJam");
}

TEST(MotorReadRawData, a_shutter_that_does_not_open_completes_with_shutterFail_and_no_invitation) {
  CardReaderStage stage;
  stage.customer("break shutter");
  stage.read_track2();
  EXPECT_THAT(stage.heard(), ElementsAre("completion ReadRawData commandErrorCode shutterFail"));
}

TEST(MotorReadRawData, cards_of_wrong_length_stay_at_the_exit) {
  for (const auto& [word, code] : {std::pair("short", "cardTooShort"), std::pair("long", "cardTooLong")}) {
    CardReaderStage stage;
    stage.read_track2();
    stage.heard();
    stage.customer(std::string("insert card track2=1 ") + word);
    EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"media":"entering"}})",
                                           std::string("completion ReadRawData commandErrorCode ") + code));
    stage.customer("take card");
    EXPECT_EQ(stage.heard().back(), "MediaRemovedEvent");
  }
}

TEST(MotorReadRawData, with_nothing_to_read_accepts_a_card_or_finds_one_inside) {
  CardReaderStage stage;
  const card::ReadRawData nothing;
  stage.client->read_raw_data(nothing);
  EXPECT_THAT(stage.heard(), ElementsAre("event InsertCardEvent"));
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre(present, "event MediaInsertedEvent", "completion ReadRawData"));
  const auto reply = stage.reply(stage.client->read_raw_data(nothing));
  EXPECT_TRUE(reply.ok());
  EXPECT_FALSE(reply.data.track2);
  EXPECT_THAT(stage.heard(), ElementsAre("completion ReadRawData"));
}

TEST(MotorReadRawData, missing_and_damaged_tracks_are_told_in_their_status) {
  CardReaderStage stage;
  card::ReadRawData wanted;
  wanted.track1 = wanted.track2 = wanted.track3 = true;
  auto call = stage.client->read_raw_data(wanted);
  stage.heard();
  stage.customer("insert card track2=4111=2512 track3=77 bad=track3");
  const auto reply = stage.reply(call);
  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(reply.data.track1->status.value, card::CardDataStatus::dataMissing);
  EXPECT_TRUE(reply.data.track1->status);
  EXPECT_FALSE(reply.data.track2->status);
  EXPECT_EQ(reply.data.track3->status, card::CardDataStatus::dataInvalid);
  EXPECT_FALSE(reply.data.track3->data);
}

TEST(MotorReadRawData, what_the_reader_lacks_is_unsupportedData) {
  CardReaderStage stage;
  for (auto item : {&card::ReadRawData::watermark, &card::ReadRawData::front_image, &card::ReadRawData::ddi, &card::ReadRawData::security,
                    &card::ReadRawData::memory_chip, &card::ReadRawData::flux_inactive, &card::ReadRawData::track1_jis}) {
    card::ReadRawData wanted;
    wanted.*item = true;
    EXPECT_EQ(stage.reply(stage.client->read_raw_data(wanted)).code, spi::CompletionCode::unsupportedData);
  }
  EXPECT_NE(stage.device->perform("status").find("slot closed"), std::string::npos);
}

TEST(MotorReadRawData, a_card_at_the_exit_is_drawn_in_where_the_reader_can_and_refused_elsewhere) {
  for (const bool can : {true, false}) {
    auto facts = ordinary_card_reader(Type::motor);
    facts.read_write_from_exit = can;
    CardReaderStage stage(facts);
    stage.bring_card_in();
    stage.client->move();
    stage.heard();
    stage.read_track2();
    if (can)
      EXPECT_THAT(stage.heard(), ElementsAre(present, "completion ReadRawData"));
    else
      EXPECT_THAT(stage.heard(), ElementsAre("completion ReadRawData sequenceError"));
  }
}

TEST(MotorReadRawData, security_alone_that_fails_is_an_error_beside_tracks_a_status) {
  auto facts = ordinary_card_reader(Type::motor);
  facts.reads |= card_reader::Source::security;
  facts.security = card_reader::SecurityType::mm;
  CardReaderStage stage(facts);
  stage.bring_card_in();
  card::ReadRawData wanted;
  wanted.security = true;
  EXPECT_EQ(stage.reply(stage.client->read_raw_data(wanted)).error_code, "securityFail");
  wanted.track2 = true;
  const auto reply = stage.reply(stage.client->read_raw_data(wanted));
  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(reply.data.security->status, card::CardDataStatus::dataMissing);
}

TEST(MotorReadRawData, an_unplugged_reader_is_deviceNotReady) {
  CardReaderStage stage;
  stage.read_track2();
  stage.heard();
  stage.customer("unplug");
  const auto heard = stage.heard();
  EXPECT_EQ(heard.back(), "completion ReadRawData deviceNotReady");
  EXPECT_NE(heard.front().find(R"("device":"noDevice")"), std::string::npos) << heard.front();
  stage.read_track2();
  EXPECT_THAT(stage.heard(), ElementsAre("completion ReadRawData deviceNotReady"));
  stage.customer("plug");
  EXPECT_NE(stage.heard().front().find(R"("device":"online")"), std::string::npos);
}

TEST(MotorReadRawData, power_that_comes_back_with_a_card_inside_moves_it_to_the_exit) {
  CardReaderStage stage;
  stage.bring_card_in();
  stage.customer("unplug");
  stage.heard();
  stage.customer("plug");
  EXPECT_EQ(stage.heard().back(), R"(CardActionEvent {"to":"exit","from":"unknown"})");
}

TEST(MotorWriteRawData, writes_with_the_events_of_an_insertion) {
  CardReaderStage stage;
  card::WriteRawData tracks;
  card::WriteTrack track;
  track.data = contract::encode_base64("1234");
  track.write_method = card::WriteTrackWriteMethod::hico;
  tracks.track3 = track;
  stage.client->write_raw_data(tracks);
  EXPECT_THAT(stage.heard(), ElementsAre("event InsertCardEvent"));
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre(present, "event MediaInsertedEvent", "completion WriteRawData"));
  card::ReadRawData wanted;
  wanted.track3 = true;
  EXPECT_EQ(contract::decode_base64(*stage.reply(stage.client->read_raw_data(wanted)).data.track3->data), "1234");
}

TEST(MotorWriteRawData, refuses_what_it_cannot_write) {
  auto facts = ordinary_card_reader(Type::motor);
  facts.writes_hico = false;
  CardReaderStage stage(facts);
  card::WriteTrack track;
  track.data = contract::encode_base64("1234");
  track.write_method = card::WriteTrackWriteMethod::hico;
  card::WriteRawData hico, japanese, none;
  hico.track1 = track;
  EXPECT_EQ(stage.reply(stage.client->write_raw_data(hico)).error_code, "writeMethod");
  japanese.track1_jis = track;
  EXPECT_EQ(stage.reply(stage.client->write_raw_data(japanese)).code, spi::CompletionCode::unsupportedData);
  EXPECT_EQ(stage.reply(stage.client->write_raw_data(none)).code, spi::CompletionCode::invalidData);
}

}  // namespace
}  // namespace sesame::devices
