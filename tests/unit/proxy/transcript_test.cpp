#include "simulators/proxy/transcript.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace sesame::simulators {
namespace {

constexpr const char* completion =
    R"({"header":{"type":"completion","name":"CardReader.ReadRawData","version":"3.0","requestId":7,"completionCode":"commandErrorCode",)"
    R"("errorDescription":"x"},"payload":{"errorCode":"noMedia","track2":{"data":"NjAxMjM0","status":null},"chip":[{"data":"AA=="},{"data":"BB=="}]}})";

TEST(Transcript, a_message_is_its_names_and_codes) {
  const Message message = describe(completion);
  EXPECT_EQ(message.type, "completion");
  EXPECT_EQ(message.name, "CardReader.ReadRawData");
  EXPECT_EQ(message.version, "3.0");
  EXPECT_EQ(message.request_id, 7);
  EXPECT_EQ(message.completion_code, "commandErrorCode");
  EXPECT_EQ(message.error_code, "noMedia");
  EXPECT_THAT(message.header, testing::ElementsAre("errorDescription"));
  EXPECT_THAT(message.properties, testing::ElementsAre("chip[].data", "errorCode", "track2.data", "track2.status"));
}

TEST(Transcript, no_value_of_a_payload_is_kept) {
  const std::string kept = boost::json::serialize(to_json(describe(completion)));
  EXPECT_THAT(kept, testing::Not(testing::HasSubstr("NjAxMjM0")));
  EXPECT_THAT(kept, testing::Not(testing::HasSubstr("AA==")));
}

TEST(Transcript, the_words_of_a_status_change_are_kept) {
  const Message message = describe(
      R"({"header":{"type":"unsolicited","name":"Common.StatusChangedEvent","version":"3.0"},"payload":{"cardReader":{"media":"present"}}})");
  EXPECT_THAT(message.states, testing::ElementsAre("cardReader.media=present"));
  EXPECT_EQ(message.request_id, std::nullopt);
}

TEST(Transcript, what_is_no_message_is_unreadable_and_not_lost) {
  for (const char* frame : {"", "{", "[]", "7", R"({"payload":{}})", R"({"header":7})"}) EXPECT_EQ(describe(frame).type, "unreadable") << frame;
}

TEST(Transcript, a_message_goes_through_JSON_unchanged) {
  Message message = describe(completion);
  message.at_us = 1'700'000'000'123'456;
  message.service = "cardreader";
  message.connection = 3;
  message.from_service = true;
  const Message again = message_of(boost::json::parse(boost::json::serialize(to_json(message))));
  EXPECT_EQ(to_json(again), to_json(message));
}

}  // namespace
}  // namespace sesame::simulators
