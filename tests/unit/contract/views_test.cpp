#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "spi/contract/codec.hpp"
#include "spi/contract/type_info.hpp"
#include "tests/unit/contract/samples.hpp"
#include "xfs/common.hpp"

namespace sesame::contract {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

json::value masked_command(std::string_view name, const json::value& payload) {
  return masked(payload, *find_command(name)->payload);
}
json::value masked_completion(std::string_view name, const json::value& payload) {
  return masked(payload, *find_command(name)->completion);
}

TEST(Masked, shows_what_is_harmless_and_hides_what_is_not) {
  const json::value payload =
      json::value{{"track2", {{"status", "dataMissing"}, {"data", "NDkyOQ=="}}}, {"track1", nullptr}};
  EXPECT_EQ(
      masked_completion("CardReader.ReadRawData", payload),
      (json::value{{"track2", {{"status", "dataMissing"}, {"data", "<string>"}}}, {"track1", nullptr}}));
}

TEST(Masked, tells_no_length) {
  const auto mask = [](std::size_t digits) {
    json::array keys;
    for (std::size_t i = 0; i < digits; ++i) keys.push_back(json::value{{"digit", "one"}});
    return masked_completion("Keyboard.DataEntry", {{"pinKeys", keys}, {"keys", 1}});
  };
  EXPECT_EQ(mask(4), mask(12));
  EXPECT_EQ(mask(4).at("pinKeys"), "<array>");
}

TEST(Masked, hides_every_secret_that_the_design_names) {
  EXPECT_EQ(masked({{"digit", "five"}}, *find_event("Keyboard.KeyEvent")->payload),
            (json::value{{"digit", "<string>"}}));
  EXPECT_EQ(masked({{"key", "5"}}, *find_event("TextTerminal.KeyEvent")->payload),
            (json::value{{"key", "<string>"}}));
  EXPECT_EQ(masked_completion("Camera.TakePicture", {{"pictureFile", "AAAA"}}).at("pictureFile"), "<string>");
  EXPECT_EQ(masked_completion("BarcodeReader.Read", {{"readOutput", {{{"barcodeData", "AAAA"}}}}})
                .at("readOutput")
                .at(0)
                .at("barcodeData"),
            "<string>");
  EXPECT_EQ(masked_completion("Biometric.Match", {{"candidates", {{"id1", {{"templateData", "AAAA"}}}}}})
                .at("candidates")
                .at("id1")
                .at("templateData"),
            "<string>");
  EXPECT_EQ(masked_completion("Biometric.Read", {{"dataRead", {{{"data", "AAAA"}}}}})
                .at("dataRead")
                .at(0)
                .at("data"),
            "<string>");
  EXPECT_EQ(masked_command("Biometric.Import", {{"templates", {{{"data", "AAAA"}}}}})
                .at("templates")
                .at(0)
                .at("data"),
            "<string>");
  EXPECT_EQ(
      masked_command("CardReader.WriteRawData", {{"track2", {{"data", "AAAA"}}}}).at("track2").at("data"),
      "<string>");
  EXPECT_EQ(masked_command("CardReader.WriteRawData", {{"acme", {{"data", "AAAA"}}}}).at("acme").at("data"),
            "<string>");
  EXPECT_EQ(masked_command("CardReader.ChipIO", {{"chipData", "AAAA"}}).at("chipData"), "<string>");
  EXPECT_EQ(masked_completion("CardReader.ChipIO", {{"chipData", "AAAA"}}).at("chipData"), "<string>");
  EXPECT_EQ(masked_completion("PinPad.GetPinBlock", {{"pinBlock", "AAAA"}}).at("pinBlock"), "<string>");
  EXPECT_EQ(masked_command("PinPad.GetPinBlock", {{"customerData", "1234"}}).at("customerData"), "<string>");
  EXPECT_EQ(masked_command("PinPad.LocalVisa", {{"pan", "1234"}}).at("pan"), "<string>");
  EXPECT_EQ(masked_command("PinPad.LocalDES", {{"validationData", "1234"}}).at("validationData"), "<string>");
}

TEST(Masked, hides_what_the_contract_does_not_describe) {
  const json::value payload =
      json::value{{"track2", true}, {"acmeTrack", "4929123"}, {"chip", "4929123"}, {"acmeList", {"4929123"}}};
  const json::value shown = masked_command("CardReader.ReadRawData", payload);
  EXPECT_THAT(json::serialize(shown), Not(HasSubstr("4929123")));
  EXPECT_EQ(shown.at("track2"), true);
  EXPECT_EQ(masked_command("CardReader.Move", "4929123"), "<string>");
  EXPECT_EQ(masked_command("Biometric.Match", {{"compareMode", "4929123"}}).at("compareMode"), "<string>");
}

TEST(Masked, of_every_message_in_its_fullest_form_keeps_names_and_kinds) {
  samples::for_each_message([](const std::string& name, const ObjectInfo& type) {
    const json::value payload = samples::sample(type, samples::Size::fullest);
    const json::value shown = masked(payload, type);
    ASSERT_TRUE(shown.is_object()) << name;
    EXPECT_EQ(shown.get_object().size(), payload.get_object().size()) << name;
  });
}

const TypeInfo& status_of(std::string_view interface) { return *find_interface(interface)->status; }

TEST(Difference, of_equal_states_is_nothing) {
  const json::value state = json::value{{"media", "present"}};
  EXPECT_TRUE(difference(status_of("CardReader"), state, state).is_null());
  EXPECT_TRUE(
      difference(status_of("CardReader"), state, json::value{{"media", "present"}, {"security", nullptr}})
          .is_null());
}

TEST(Difference, names_just_what_changed) {
  EXPECT_EQ(difference(status_of("CardReader"), {{"media", "notPresent"}, {"chipPower", "noCard"}},
                       {{"media", "present"}, {"chipPower", "noCard"}}),
            (json::value{{"media", "present"}}));
}

TEST(Difference, what_is_gone_becomes_null) {
  EXPECT_EQ(difference(status_of("CardReader"), {{"media", "present"}, {"security", "open"}},
                       {{"media", "present"}}),
            (json::value{{"security", nullptr}}));
}

TEST(Difference, a_nested_object_keeps_what_it_requires_so_that_the_event_stays_valid) {
  const json::value before =
      json::value{{"common", {{"device", "online"}, {"exchange", "inactive"}}},
                  {"camera", {{"media", {{"room", "ok"}, {"person", "ok"}}}, {"pictures", {{"room", 1}}}}}};
  json::value after = before;
  after.at("common").at("exchange") = "active";
  after.at("camera").at("media").at("room") = "high";
  const json::value changed =
      difference(describe(static_cast<const xfs::common::StatusCompletion*>(nullptr)), before, after);
  EXPECT_EQ(changed, (json::value{{"common", {{"exchange", "active"}, {"device", "online"}}},
                                  {"camera", {{"media", {{"room", "high"}}}}}}));
  EXPECT_FALSE(validate(&changed, *find_event("Common.StatusChangedEvent")->payload));
}

TEST(Difference, between_any_two_states_of_any_interface_makes_a_valid_event) {
  for (const InterfaceInfo* interface : interfaces()) {
    if (!interface->status || !interface->in_status_changed) continue;
    const json::value small = samples::sample(*interface->status, samples::Size::smallest);
    const json::value full = samples::sample(*interface->status, samples::Size::fullest);
    for (const auto& [before, after] : {std::pair(small, full), std::pair(full, small)}) {
      const json::value changed =
          json::value{{interface->property, difference(*interface->status, before, after)}};
      const auto violation = validate(&changed, *find_event("Common.StatusChangedEvent")->payload);
      EXPECT_FALSE(violation) << violation->path << ": " << violation->expected;
    }
  }
}

}  // namespace
}  // namespace sesame::contract
