#include <gtest/gtest.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "spi/contract/codec.hpp"
#include "tests/unit/contract/samples.hpp"
#include "xfs/biometric.hpp"
#include "xfs/card_reader.hpp"
#include "xfs/common.hpp"
#include "xfs/key_management.hpp"
#include "xfs/printer.hpp"

namespace sesame::contract {
namespace {

namespace json = boost::json;
using samples::Size;

std::string said(const std::optional<Violation>& violation) {
  return violation ? violation->path + ": " + violation->expected : "";
}

json::value there_and_back(const json::value& payload, const TypeInfo& type, const std::string& name) {
  Holder holder(type);
  const auto violation = read(&payload, type, holder.get());
  EXPECT_FALSE(violation) << name << ' ' << said(violation) << ' ' << json::serialize(payload);
  return write(type, holder.get());
}

TEST(EveryMessage, in_its_fullest_form_comes_back_as_it_was) {
  std::size_t messages = 0;
  samples::for_each_message([&](const std::string& name, const ObjectInfo& type) {
    const json::value payload = samples::sample(type, Size::fullest);
    const json::value written = there_and_back(payload, type, name);
    EXPECT_EQ(written.is_null() ? json::value(json::object_kind) : written, payload) << name;
    ++messages;
  });
  EXPECT_EQ(messages, 2u * 192 + 89);
}

TEST(EveryMessage, in_its_smallest_form_gains_only_its_defaults) {
  samples::for_each_message([&](const std::string& name, const ObjectInfo& type) {
    const json::value payload = samples::sample(type, Size::smallest);
    const json::value written = there_and_back(payload, type, name);
    for (const auto& pair : payload.get_object()) {
      ASSERT_TRUE(written.is_object()) << name;
      EXPECT_TRUE(written.get_object().contains(pair.key())) << name << ' ' << pair.key();
    }
    EXPECT_EQ(there_and_back(written, type, name), written) << name;
  });
}

TEST(EveryStatusAndCapability, comes_back_as_it_was) {
  for (const InterfaceInfo* interface : interfaces()) {
    for (const TypeInfo* type : {interface->status, interface->capabilities}) {
      if (!type) continue;
      const json::value payload = samples::sample(*type, Size::fullest);
      EXPECT_EQ(there_and_back(payload, *type, std::string(type->name)), payload);
    }
  }
}

TEST(Read, fills_the_generated_struct) {
  const json::value payload = json::value{{"compareMode", "identity"}, {"threshold", 80.0}, {"maximum", 3}};
  xfs::biometric::Match match;
  ASSERT_EQ(said(read(&payload, match)), "");
  EXPECT_EQ(match.compare_mode, xfs::biometric::MatchCompareMode::identity);
  EXPECT_EQ(match.threshold, 80);
  EXPECT_EQ(match.maximum, 3);
  EXPECT_FALSE(match.identifier);
}

TEST(Read, an_absent_payload_gives_the_defaults) {
  xfs::card_reader::Move move;
  ASSERT_EQ(said(read(nullptr, move)), "");
  EXPECT_EQ(move.from, "transport");
  EXPECT_EQ(move.to, "exit");
}

TEST(Read, null_is_absent_where_null_may_be) {
  const json::value payload = json::value{{"to", "retain"}, {"storageId", nullptr}};
  xfs::card_reader::Reset reset;
  ASSERT_EQ(said(read(&payload, reset)), "");
  EXPECT_FALSE(reset.storage_id);
}

TEST(Read, ignores_properties_it_does_not_know) {
  const json::value payload = json::value{{"track2", true}, {"acmeMagic", json::object{{"deep", 1}}}};
  xfs::card_reader::ReadRawData command;
  ASSERT_EQ(said(read(&payload, command)), "");
  EXPECT_TRUE(command.track2);
}

TEST(Read, keeps_the_order_of_a_map) {
  const json::value payload =
      json::value{{"candidates",
                   {{"idB", {{"confidenceLevel", 99}}}, {"idA", {{"confidenceLevel", 50}}}, {"ignored", 5}}}};
  xfs::biometric::MatchCompletion completion;
  ASSERT_EQ(said(read(&payload, completion)), "");
  ASSERT_EQ(completion.candidates->size(), 2u);
  EXPECT_EQ(completion.candidates->front().key, "idB");
  EXPECT_EQ(find(*completion.candidates, "idA")->confidence_level, 50);
  EXPECT_EQ(find(*completion.candidates, "idC"), nullptr);
}

TEST(Read, takes_vendor_tracks_of_WriteRawData_under_any_name) {
  const json::value payload = json::value{{"track2", {{"data", "MTIz"}}}, {"acmeTrack", {{"data", "NDU2"}}}};
  xfs::card_reader::WriteRawData command;
  ASSERT_EQ(said(read(&payload, command)), "");
  ASSERT_EQ(command.others.size(), 1u);
  EXPECT_EQ(command.others[0].key, "acmeTrack");
  EXPECT_EQ(command.others[0].value->data, "NDU2");
  EXPECT_EQ(write(command), payload);
}

TEST(Read, takes_one_text_or_many_for_a_printed_field) {
  json::value payload =
      samples::sample(describe(static_cast<const xfs::printer::PrintForm*>(nullptr)), Size::smallest);
  payload.at("fields") = {{"one", "a"}, {"many", {"b", "c"}}};
  xfs::printer::PrintForm command;
  ASSERT_EQ(said(read(&payload, command)), "");
  EXPECT_EQ(*find(command.fields, "one"), std::vector<std::string>{"a"});
  EXPECT_EQ(find(command.fields, "many")->size(), 2u);
  EXPECT_EQ(write(command).at("fields"), payload.at("fields"));
}

TEST(Read, an_empty_command_part_that_is_null_is_still_there) {
  const json::value payload = json::value{{"command", {{"initialization", nullptr}}}};
  xfs::key_management::StartAuthenticate command;
  ASSERT_EQ(said(read(&payload, command)), "");
  EXPECT_EQ(write(command), payload);
}

TEST(Read, a_part_that_another_interface_owns_stays_json_but_is_checked) {
  json::value payload =
      json::value{{"common", {{"device", "online"}}}, {"cardReader", {{"media", "present"}}}};
  xfs::common::StatusCompletion completion;
  ASSERT_EQ(said(read(&payload, completion)), "");
  EXPECT_EQ(completion.card_reader->value(), payload.at("cardReader"));
  payload.at("cardReader").at("media") = "gone";
  EXPECT_EQ(read(&payload, completion)->path, "payload.cardReader.media");
}

TEST(Write, nothing_to_say_is_an_absent_payload) {
  EXPECT_TRUE(write(xfs::card_reader::InsertCardEvent{}).is_null());
  EXPECT_TRUE(write(xfs::card_reader::ChipPowerCompletion{}).is_null());
}

TEST(Write, writes_defaults_out_and_leaves_absent_properties_out) {
  EXPECT_EQ(write(xfs::card_reader::Reset{}), (json::value{{"to", "auto"}}));
  xfs::card_reader::ReadRawDataCompletion completion;
  completion.error_code = xfs::card_reader::ReadRawDataError::noMedia;
  EXPECT_EQ(write(completion), (json::value{{"errorCode", "noMedia"}}));
}

}  // namespace
}  // namespace sesame::contract
