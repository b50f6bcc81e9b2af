// What dip, swipe, contactless, latched and permanent readers do differently, and chips.
#include "tests/unit/devices/card_reader_stage.hpp"

namespace sesame::devices {
namespace {

constexpr auto has_track2 =
    R"(event TrackDetectedEvent {"track1":false,"track2":true,"track3":false,"watermark":false,"frontTrack1":false})";

card::ReadRawData chip_wanted() {
  card::ReadRawData wanted;
  wanted.chip = true;
  return wanted;
}
card::ChipIO select_command() {
  card::ChipIO request;
  request.chip_data = contract::encode_base64(std::string("\x00\xA4\x04\x00", 4));
  return request;
}

TEST(SwipeReader, tells_the_removal_after_the_completion) {
  CardReaderStage stage(Type::swipe);
  stage.read_track2();
  EXPECT_THAT(stage.heard(), ElementsAre("event InsertCardEvent"));
  stage.customer(std::string("swipe card track2=") + track2_of_anna);
  EXPECT_THAT(stage.heard(), ElementsAre("event MediaInsertedEvent", has_track2, "completion ReadRawData", "MediaRemovedEvent"));
}

TEST(SwipeReader, a_swipe_too_fast_to_read_is_told_and_tried_again) {
  CardReaderStage stage(Type::swipe);
  stage.read_track2();
  stage.heard();
  stage.customer("swipe card misreads=1 track2=1");
  EXPECT_THAT(stage.heard(), ElementsAre("event MediaInsertedEvent", "event InvalidMediaEvent"));
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre("event MediaInsertedEvent", has_track2, "completion ReadRawData", "MediaRemovedEvent"));
}

TEST(DipReader, reads_while_the_card_is_in_and_tells_when_it_is_taken) {
  CardReaderStage stage(Type::dip);
  stage.read_track2();
  stage.heard();
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"chipPower":"poweredOff"}})", "event MediaInsertedEvent",
                                         has_track2, "completion ReadRawData"));
  stage.customer("take card");
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"chipPower":"noCard"}})", "MediaRemovedEvent"));
}

TEST(DipReader, that_reads_on_exit_completes_when_the_card_is_drawn_out) {
  auto facts = ordinary_card_reader(Type::dip);
  facts.reads_on_exit = true;
  facts.chip_protocols.clear();
  CardReaderStage stage(facts);
  stage.read_track2();
  stage.heard();
  stage.insert_anna();
  EXPECT_THAT(stage.heard(), ElementsAre("event MediaInsertedEvent"));
  stage.customer("take card");
  EXPECT_THAT(stage.heard(), ElementsAre(has_track2, "completion ReadRawData", "MediaRemovedEvent"));
}

TEST(DipReader, that_reads_on_exit_refuses_track_and_chip_together) {
  auto facts = ordinary_card_reader(Type::dip);
  facts.reads_on_exit = true;
  CardReaderStage stage(facts);
  auto wanted = chip_wanted();
  wanted.track2 = true;
  EXPECT_EQ(stage.reply(stage.client->read_raw_data(wanted)).code, spi::CompletionCode::invalidData);
}

TEST(DipReader, a_card_pulled_out_while_its_chip_is_contacted_is_noMedia) {
  CardReaderStage stage(Type::dip, {.move = 0ms, .read = 0ms, .chip = 500ms});
  stage.client->read_raw_data(chip_wanted());
  stage.heard();
  stage.customer("insert card chip=3B00");
  stage.after(100ms);
  stage.customer("take card");
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"chipPower":"noCard"}})", "MediaRemovedEvent",
                                         "completion ReadRawData commandErrorCode noMedia"));
}

TEST(NonMotorReaders, do_not_move_cards) {
  for (const auto type : {Type::dip, Type::swipe, Type::contactless}) {
    CardReaderStage stage(type);
    EXPECT_EQ(stage.reply(stage.client->move()).code, spi::CompletionCode::unsupportedCommand);
  }
}

TEST(AllReaders, refuse_the_commands_of_intelligent_contactless_readers) {
  for (const auto type : {Type::motor, Type::dip, Type::contactless}) {
    CardReaderStage stage(type);
    EXPECT_EQ(stage.reply(stage.client->emv_cless_query_applications()).code, spi::CompletionCode::unsupportedCommand);
    card::EMVClessPerformTransaction transaction;
    EXPECT_EQ(stage.reply(stage.client->emv_cless_perform_transaction(transaction)).code, spi::CompletionCode::unsupportedCommand);
  }
}

TEST(ContactlessReader, gives_the_answer_of_a_card_in_the_field) {
  CardReaderStage stage(Type::contactless);
  auto call = stage.client->read_raw_data(chip_wanted());
  EXPECT_THAT(stage.heard(), ElementsAre("event InsertCardEvent"));
  stage.customer("tap card chip=3B8001");
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"chipPower":"poweredOff"}})", "event MediaInsertedEvent",
                                         R"(StatusChangedEvent {"cardReader":{"chipPower":"online"}})", "completion ReadRawData"));
  const auto reply = stage.reply(call);
  ASSERT_EQ(reply.data.chip->size(), 1u);
  EXPECT_EQ(contract::decode_base64(*reply.data.chip->front().data), std::string("\x3B\x80\x01", 3));
  stage.customer("take card");
  EXPECT_EQ(stage.heard().back(), "MediaRemovedEvent");
}

TEST(ContactlessReader, reads_no_tracks) {
  CardReaderStage stage(Type::contactless);
  EXPECT_EQ(stage.reply(stage.read_track2()).code, spi::CompletionCode::unsupportedData);
}

TEST(LatchedDipReader, latches_the_card_while_its_chip_is_used_and_releases_it_by_Move) {
  CardReaderStage stage(Type::latchedDip);
  auto call = stage.client->read_raw_data(chip_wanted());
  stage.heard();
  stage.customer("insert card chip=3B00");
  EXPECT_TRUE(stage.reply(call).ok());
  EXPECT_NE(stage.device->perform("status").find("card latched"), std::string::npos);
  EXPECT_THROW(stage.customer("take card"), simulators::VerbError);
  card::Move in;
  in.from = "exit";
  in.to = "transport";
  EXPECT_EQ(stage.reply(stage.client->move(in)).code, spi::CompletionCode::unsupportedData);
  stage.heard();
  stage.client->move();
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"media":"present","chipPower":"poweredOff"}})", "completion Move"));
  stage.customer("take card");
  EXPECT_EQ(stage.heard().back(), "MediaRemovedEvent");
}

TEST(PermanentReader, knows_its_chip_by_ChipPower_alone) {
  CardReaderStage stage(Type::permanent);
  EXPECT_EQ(stage.reply(stage.client->read_raw_data(chip_wanted())).code, spi::CompletionCode::unsupportedCommand);
  EXPECT_EQ(stage.reply(stage.client->chip_io(select_command())).error_code, "atrNotObtained");
  card::ChipPower power;
  power.chip_power = card::ChipPowerChipPower::cold;
  const auto powered = stage.reply(stage.client->chip_power(power));
  EXPECT_TRUE(powered.ok());
  EXPECT_TRUE(powered.data.chip_data);
  EXPECT_TRUE(stage.reply(stage.client->chip_io(select_command())).ok());
  EXPECT_TRUE(stage.reply(stage.client->reset()).ok());  // powers the chip off
  EXPECT_EQ(stage.reply(stage.client->chip_io(select_command())).error_code, "atrNotObtained");
}

TEST(ChipIO, talks_to_a_contacted_chip_and_to_no_other) {
  CardReaderStage stage;
  EXPECT_EQ(stage.reply(stage.client->chip_io(select_command())).error_code, "noMedia");
  auto read = stage.client->read_raw_data(chip_wanted());
  stage.heard();
  stage.customer("insert card chip=3B00");
  stage.reply(read);
  stage.customer("chip answer command=00A40400 response=6F009000");
  const auto answer = stage.reply(stage.client->chip_io(select_command()));
  EXPECT_EQ(contract::decode_base64(*answer.data.chip_data), std::string("\x6F\x00\x90\x00", 4));
  stage.reply(stage.client->move());
  EXPECT_EQ(stage.reply(stage.client->chip_io(select_command())).error_code, "noMedia");
}

TEST(ChipIO, checks_data_and_protocol_first) {
  CardReaderStage stage;
  card::ChipIO request = select_command();
  request.chip_protocol = card::ChipIOChipProtocol::chipTypeB;
  EXPECT_EQ(stage.reply(stage.client->chip_io(request)).error_code, "protocolNotSupported");
}

TEST(ChipIO, before_the_chip_was_contacted_is_atrNotObtained) {
  CardReaderStage stage;
  stage.bring_card_in();
  EXPECT_EQ(stage.reply(stage.client->chip_io(select_command())).error_code, "atrNotObtained");
  card::ChipPower power;
  power.chip_power = card::ChipPowerChipPower::warm;
  EXPECT_EQ(stage.reply(stage.client->chip_power(power)).error_code, "atrNotObtained");
}

TEST(ReadRawData, of_the_chip_of_a_card_without_one_is_dataMissing) {
  CardReaderStage stage;
  stage.bring_card_in();
  const auto reply = stage.reply(stage.client->read_raw_data(chip_wanted()));
  EXPECT_TRUE(reply.ok());
  EXPECT_EQ(reply.data.chip->front().status, card::CardDataStatus::dataMissing);
}

TEST(CardReaderWithoutASensor, cannot_tell_that_a_card_was_taken) {
  auto facts = ordinary_card_reader(Type::motor);
  facts.card_taken_sensor = false;
  CardReaderStage stage(facts);
  stage.bring_card_in();
  stage.client->move();
  stage.heard();
  stage.customer("take card");
  EXPECT_THAT(stage.heard(), ElementsAre(R"(StatusChangedEvent {"cardReader":{"media":"notPresent"}})"));
}

}  // namespace
}  // namespace sesame::devices
