#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "spi/contract/catalogue.hpp"
#include "spi/contract/type_info.hpp"
#include "xfs/card_reader.hpp"
#include "xfs/storage.hpp"

namespace sesame::contract {
namespace {

TEST(Catalogue, has_the_26_interfaces_192_commands_and_694_error_codes_of_2024_3) {
  std::size_t commands = 0;
  std::size_t error_codes = 0;
  for (const InterfaceInfo* interface : interfaces()) {
    commands += interface->commands.size();
    for (const CommandInfo* command : interface->commands) error_codes += command->error_codes.size();
  }
  EXPECT_EQ(interfaces().size(), 26u);
  EXPECT_EQ(commands, 192u);
  EXPECT_EQ(error_codes, 694u);
}

TEST(Catalogue, has_47_command_events_and_48_unsolicited_events_six_of_them_both) {
  std::size_t command_events = 0;
  std::size_t unsolicited = 0;
  std::size_t both = 0;
  for (const InterfaceInfo* interface : interfaces()) {
    for (const EventInfo* event : interface->events) {
      command_events += event->command_event;
      unsolicited += event->unsolicited;
      both += event->command_event && event->unsolicited;
    }
  }
  EXPECT_EQ(command_events, 47u);
  EXPECT_EQ(unsolicited, 48u);
  EXPECT_EQ(both, 6u);
}

TEST(Catalogue, finds_every_message_by_its_full_name_and_knows_its_place) {
  for (const InterfaceInfo* interface : interfaces()) {
    EXPECT_EQ(find_interface(interface->name), interface);
    for (std::size_t i = 0; i < interface->commands.size(); ++i) {
      EXPECT_EQ(find_command(interface->commands[i]->name), interface->commands[i]);
      EXPECT_EQ(interface->commands[i]->index, i);
      EXPECT_EQ(interface->commands[i]->interface, interface);
    }
    for (const EventInfo* event : interface->events) EXPECT_EQ(find_event(event->name), event);
  }
}

TEST(Catalogue, knows_nothing_else) {
  for (const char* name : {"", ".", "CardReader", "CardReader.", "CardReader.readRawData",
                           "CardReader.ReadRawData2", "Common.GetInterfaceInfo"})
    EXPECT_EQ(find_command(name), nullptr) << name;
  EXPECT_EQ(find_event("CardReader.ReadRawData"), nullptr);
  EXPECT_EQ(find_interface("cardReader"), nullptr);
}

TEST(Catalogue, a_completions_version_is_its_own) {
  const CommandInfo* command = find_command("CardReader.ReadRawData");
  ASSERT_NE(command, nullptr);
  EXPECT_EQ(to_string(command->command_version), "2.0");
  EXPECT_EQ(to_string(command->completion_version), "3.0");
  std::size_t different = 0;
  for (const InterfaceInfo* interface : interfaces())
    for (const CommandInfo* each : interface->commands)
      different += each->command_version.major != each->completion_version.major;
  EXPECT_EQ(different, 49u);
}

TEST(Catalogue, names_the_events_that_a_command_may_send_even_those_of_other_interfaces) {
  std::vector<std::string_view> names;
  for (const EventInfo* event : find_command("CashDispenser.Dispense")->events) names.push_back(event->name);
  EXPECT_THAT(names, ::testing::Contains("Storage.StorageErrorEvent"));
  EXPECT_THAT(names, ::testing::Contains("CashDispenser.StartDispenseEvent"));
}

TEST(Catalogue, an_encryptor_works_while_its_keyboard_waits) {
  EXPECT_EQ(find_command("Keyboard.DataEntry")->lane, Lane::keyboard);
  EXPECT_EQ(find_command("Crypto.CryptoData")->lane, Lane::encryptor);
  EXPECT_EQ(find_command("TextTerminal.Read")->lane, Lane::keyboard);
  EXPECT_EQ(find_command("TextTerminal.Write")->lane, Lane::display);
  EXPECT_EQ(find_command("CardReader.ReadRawData")->lane, Lane::device);
}

TEST(Catalogue, pure_information_waits_for_nothing) {
  for (const char* name :
       {"Common.Status", "Common.Capabilities", "Common.Cancel", "Biometric.GetStorageInfo",
        "Storage.GetStorage", "CashDispenser.GetMixTypes", "CashAcceptor.GetCashInStatus",
        "KeyManagement.GetKeyDetail", "Keyboard.GetLayout", "PinPad.GetQueryPCIPTSDeviceId",
        "Printer.GetFormList", "TextTerminal.GetKeyDetail", "ServicePublisher.GetServices"})
    EXPECT_EQ(find_command(name)->lane, Lane::immediate) << name;
  EXPECT_EQ(find_command("PinPad.GetPinBlock")->lane, Lane::encryptor);
}

TEST(Catalogue, status_changes_of_banknote_neutralization_have_no_place_in_the_event) {
  EXPECT_FALSE(find_interface("BanknoteNeutralization")->in_status_changed);
  EXPECT_TRUE(find_interface("CardReader")->in_status_changed);
  EXPECT_EQ(find_interface("Storage")->status, nullptr);
  EXPECT_EQ(find_interface("VendorMode")->capabilities, nullptr);
}

TEST(GeneratedTypes, lead_back_to_their_messages) {
  EXPECT_EQ(&command_info(static_cast<const xfs::card_reader::ReadRawData*>(nullptr)),
            find_command("CardReader.ReadRawData"));
  EXPECT_EQ(&event_info(static_cast<const xfs::card_reader::MediaInsertedEvent*>(nullptr)),
            find_event("CardReader.MediaInsertedEvent"));
  EXPECT_EQ(&xfs::card_reader::interface_info(), find_interface("CardReader"));
  EXPECT_EQ(xfs::card_reader::to_string(xfs::card_reader::ReadRawDataError::mediaJam), "mediaJam");
}

TEST(Version, is_major_dot_minor_without_leading_zeros) {
  EXPECT_EQ(parse_version("12.10"), (Version{12, 10}));
  for (const char* text : {"", "2", "2.", ".0", "0.1", "02.0", "2.00", "2.01", "2.0.0", "2,0", "2.0 ", " 2.0",
                           "-2.0", "2.-1", "65536.0", "2.65536"})
    EXPECT_FALSE(parse_version(text)) << text;
  EXPECT_LT((Version{2, 1}), (Version{3, 0}));
}

}  // namespace
}  // namespace sesame::contract
