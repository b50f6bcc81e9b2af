#include "simulators/proxy/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sesame::simulators {
namespace {

Message message(std::string type, std::string name, std::optional<std::int64_t> id, std::string service = "cardreader") {
  Message made;
  made.service = std::move(service);
  made.from_service = type != "command";
  made.type = std::move(type);
  made.name = std::move(name);
  made.version = "2.0";
  made.request_id = id;
  return made;
}

// One customer, as the proxy hears it; ids begin at `id`.
Transcript customer(std::int64_t id) {
  Transcript all{message("command", "CardReader.ReadRawData", id), message("acknowledge", "CardReader.ReadRawData", id),
                 message("event", "CardReader.InsertCardEvent", id), message("event", "CardReader.MediaInsertedEvent", id),
                 message("completion", "CardReader.ReadRawData", id), message("command", "Keyboard.PinEntry", id, "keyboard"),
                 message("completion", "Keyboard.PinEntry", id, "keyboard"), message("command", "CardReader.Move", id + 1),
                 message("completion", "CardReader.Move", id + 1), message("unsolicited", "CardReader.MediaRemovedEvent", std::nullopt)};
  all[4].properties = {"track2", "track2.data"};
  return all;
}

TEST(CompareTranscripts, customers_that_differ_in_ids_and_times_are_equal) {
  Transcript later = customer(40);
  for (auto& each : later) each.at_us += 1'000'000;
  EXPECT_EQ(compare_transcripts(customer(3), later), std::nullopt);
}

TEST(CompareTranscripts, a_swapped_pair_is_the_first_difference) {
  Transcript swapped = customer(3);
  std::swap(swapped[2], swapped[3]);
  const auto difference = compare_transcripts(customer(3), swapped);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->service, "cardreader");
  EXPECT_EQ(difference->index, 2u);
  EXPECT_THAT(difference->left, testing::HasSubstr("InsertCardEvent"));
  EXPECT_THAT(difference->right, testing::HasSubstr("MediaInsertedEvent"));
}

TEST(CompareTranscripts, every_swap_of_neighbours_on_one_connection_is_found) {
  const Transcript original = customer(3);
  for (std::size_t i = 0; i + 1 < original.size(); ++i) {
    if (original[i].service != original[i + 1].service) continue;
    Transcript swapped = original;
    std::swap(swapped[i], swapped[i + 1]);
    EXPECT_TRUE(compare_transcripts(original, swapped)) << i;
  }
}

TEST(CompareTranscripts, the_order_between_connections_does_not_count) {
  Transcript swapped = customer(3);
  std::swap(swapped[6], swapped[7]);
  EXPECT_EQ(compare_transcripts(customer(3), swapped), std::nullopt);
}

TEST(CompareTranscripts, a_message_more_or_less_is_a_difference) {
  Transcript longer = customer(3);
  longer.push_back(message("unsolicited", "Common.StatusChangedEvent", std::nullopt));
  const auto difference = compare_transcripts(customer(3), longer);
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->left, "nothing");
  EXPECT_TRUE(compare_transcripts(longer, customer(3)));
}

TEST(CompareTranscripts, direction_type_name_version_codes_header_and_properties_count) {
  const std::vector<void (*)(Message&)> changes{
      [](Message& m) { m.from_service = !m.from_service; }, [](Message& m) { m.type = "event"; },
      [](Message& m) { m.name = "CardReader.ChipIO"; },     [](Message& m) { m.version = "3.0"; },
      [](Message& m) { m.completion_code = "canceled"; },   [](Message& m) { m.error_code = "noMedia"; },
      [](Message& m) { m.status = "invalidMessage"; },      [](Message& m) { m.header = {"timeout"}; },
      [](Message& m) { m.properties = {"track1"}; },        [](Message& m) { m.states = {"cardReader.media=present"}; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    Transcript changed = customer(3);
    changes[i](changed[4]);
    EXPECT_TRUE(compare_transcripts(customer(3), changed)) << "change " << i;
  }
}

TEST(CompareTranscripts, an_event_of_another_request_is_a_difference) {
  Transcript changed = customer(3);
  changed[8].request_id = 3;
  const auto difference = compare_transcripts(customer(3), changed);
  ASSERT_TRUE(difference);
  EXPECT_THAT(difference->right, testing::HasSubstr("request 1"));
}

TEST(Visits, a_recording_is_cut_at_every_read) {
  Transcript recording{message("command", "TextTerminal.Write", 1, "display")};
  Transcript idle = customer(2);
  idle.resize(5);
  idle[4].completion_code = "timeOut";
  for (const auto& part : {idle, customer(3), customer(7)}) recording.insert(recording.end(), part.begin(), part.end());
  recording.resize(recording.size() - 6);
  const auto found = visits(recording);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].read_ended, "timeOut");
  EXPECT_EQ(found[1].read_ended, "success");
  EXPECT_EQ(found[1].messages.size(), 10u);
  EXPECT_EQ(found[2].read_ended, "");
}

}  // namespace
}  // namespace sesame::simulators
