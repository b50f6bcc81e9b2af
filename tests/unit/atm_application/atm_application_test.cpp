#include "simulators/atm_application/atm_application.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "spi/service/task_scope.hpp"
#include "tests/unit/atm_application/scripted_service.hpp"

namespace sesame::simulators {
namespace {
namespace json = boost::json;
using namespace std::chrono_literals;
using test::ScriptedService;

// "6012345678901234=29125201234567890"
const json::value good_track{{"track2", {{"data", "NjAxMjM0NTY3ODkwMTIzND0yOTEyNTIwMTIzNDU2Nzg5MA=="}}}};

class AtmApplicationTest : public testing::Test {
 protected:
  void start(const char* type = "motor", bool taken_sensor = true) {
    reader.always("Common.Capabilities", {{"interfaces", json::array{}},
                                          {"common", {{"serviceVersion", "1.0"}, {"deviceInformation", json::array{}}}},
                                          {"cardReader", {{"type", type}, {"cardTakenSensor", taken_sensor}}}});
    for (auto* service : {&keyboard, &display}) service->always("Common.Status", status());
    display.always("TextTerminal.ClearScreen");
    display.always("TextTerminal.Write");
    tasks.spawn(application.run());
    reader.succeed(reader.expect("Common.Status"), status());
  }
  static json::value status(const char* media = nullptr, const char* device = "online") {
    json::object said{{"common", {{"device", device}, {"devicePosition", "inPosition"}}}};
    if (media) said["cardReader"] = json::object{{"media", media}};
    return said;
  }
  ScriptedService::Request insert_card() {
    const auto read = reader.expect("CardReader.ReadRawData");
    reader.event(read, "CardReader.InsertCardEvent");
    reader.event(read, "CardReader.MediaInsertedEvent");
    return read;
  }
  void enter_pin() {
    const auto entry = keyboard.expect("Keyboard.PinEntry");
    keyboard.event(entry, "Keyboard.EnterDataEvent");
    keyboard.succeed(entry, {{"digits", 4}, {"completion", "enter"}});
  }
  std::vector<std::string> saw() {
    executor.run_ready();
    std::vector<std::string> words;
    for (const auto& line : lines) words.emplace_back(json::parse(line).at("saw").as_string());
    return words;
  }
  std::string shown() {
    std::string text;
    for (const auto& request : display.answered()) {
      if (request.name == "TextTerminal.ClearScreen") text.clear();
      if (request.name == "TextTerminal.Write") text += std::string(request.payload.at("text").as_string()) + "\n";
    }
    return text;
  }

  spi::VirtualExecutor executor;
  ScriptedService reader{executor}, keyboard{executor}, display{executor};
  std::vector<std::string> lines;
  Diary diary{executor, [this](const std::string& line) { lines.push_back(line); }};
  AtmApplication application{{reader.connection(), keyboard.connection(), display.connection()}, {}, diary};
  spi::TaskScope tasks{executor};
};

TEST_F(AtmApplicationTest, a_card_is_read_its_PIN_asked_for_and_the_card_given_back) {
  start();
  const auto read = insert_card();
  EXPECT_EQ(read.payload.at("track2"), true);
  EXPECT_EQ(read.timeout, 30'000u);
  EXPECT_EQ(shown(), "Welcome\nPlease insert your card\n");
  reader.succeed(read, good_track);
  enter_pin();
  reader.succeed(reader.expect("CardReader.Move"));
  executor.run_ready();
  EXPECT_EQ(shown(), "Please take your card\n");
  reader.unsolicited("CardReader.MediaRemovedEvent");
  reader.expect("CardReader.ReadRawData");
  EXPECT_THAT(saw(), testing::ElementsAre("connected", "ready", "card", "asked for PIN", "PIN", "ejected", "taken"));
}

TEST_F(AtmApplicationTest, the_diary_has_six_and_four_digits_of_the_card_and_nothing_else_of_the_track) {
  start();
  reader.succeed(insert_card(), good_track);
  enter_pin();
  std::string all;
  for (const auto& line : lines) all += line;
  EXPECT_THAT(all, testing::HasSubstr("601234******1234"));
  EXPECT_THAT(all, testing::Not(testing::HasSubstr("345678")));
  EXPECT_THAT(all, testing::Not(testing::HasSubstr("2912520")));
}

TEST_F(AtmApplicationTest, a_read_that_times_out_is_sent_again_and_the_screen_stays) {
  start();
  for (int i = 0; i < 3; ++i) {
    const auto read = reader.expect("CardReader.ReadRawData");
    reader.event(read, "CardReader.InsertCardEvent");
    reader.fail(read, "timeOut");
  }
  reader.succeed(insert_card(), good_track);
  keyboard.expect("Keyboard.PinEntry");
  EXPECT_EQ(std::ranges::count(display.answered(), std::string("TextTerminal.ClearScreen"), &ScriptedService::Request::name), 2);
}

TEST_F(AtmApplicationTest, a_customer_who_presses_cancel_gets_the_card_back) {
  start();
  reader.succeed(insert_card(), good_track);
  keyboard.succeed(keyboard.expect("Keyboard.PinEntry"), {{"digits", 2}, {"completion", "cancel"}});
  reader.expect("CardReader.Move");
  EXPECT_EQ(shown(), "The transaction was ended\n");
}

TEST_F(AtmApplicationTest, a_PIN_that_does_not_come_in_time_ends_with_the_card_given_back) {
  start();
  reader.succeed(insert_card(), good_track);
  const auto entry = keyboard.expect("Keyboard.PinEntry");
  EXPECT_EQ(entry.timeout, 30'000u);
  keyboard.fail(entry, "timeOut");
  reader.expect("CardReader.Move");
}

TEST_F(AtmApplicationTest, a_card_pulled_out_during_the_PIN_cancels_the_entry_and_is_not_moved) {
  start();
  reader.succeed(insert_card(), good_track);
  const auto entry = keyboard.expect("Keyboard.PinEntry");
  reader.unsolicited("CardReader.MediaRemovedEvent");
  const auto cancel = keyboard.expect("Common.Cancel");
  EXPECT_EQ(cancel.payload.at("requestIds").at(0).to_number<std::int64_t>(), entry.id);
  keyboard.succeed(cancel);
  keyboard.fail(entry, "canceled");
  reader.expect("CardReader.ReadRawData");
  EXPECT_THAT(saw(), testing::Contains("taken"));
}

TEST_F(AtmApplicationTest, a_card_that_is_not_taken_is_retained) {
  start();
  reader.succeed(insert_card(), good_track);
  enter_pin();
  reader.succeed(reader.expect("CardReader.Move"));
  const auto reset = reader.expect("CardReader.Reset");
  EXPECT_EQ(reset.payload.at("to"), "retain");
  reader.succeed(reset);
  reader.expect("CardReader.ReadRawData");
  EXPECT_THAT(saw(), testing::IsSupersetOf({"not taken", "retained"}));
}

TEST_F(AtmApplicationTest, a_swiped_card_is_not_moved_and_not_waited_for) {
  start("swipe", false);
  reader.succeed(insert_card(), good_track);
  enter_pin();
  EXPECT_EQ(reader.next().name, "CardReader.ReadRawData");
}

TEST_F(AtmApplicationTest, a_dipped_card_that_leaves_after_the_read_does_not_end_the_PIN_entry) {
  start("dip");
  reader.succeed(insert_card(), good_track);
  const auto entry = keyboard.expect("Keyboard.PinEntry");
  reader.unsolicited("CardReader.MediaRemovedEvent");
  executor.run_ready();
  keyboard.succeed(entry, {{"digits", 4}, {"completion", "enter"}});
  EXPECT_EQ(reader.next().name, "CardReader.ReadRawData");
}

TEST_F(AtmApplicationTest, a_dipped_card_that_stays_is_waited_for) {
  start("dip");
  const auto read = insert_card();
  reader.unsolicited("Common.StatusChangedEvent", json::object{{"cardReader", json::object{{"media", "present"}}}});
  reader.succeed(read, good_track);
  enter_pin();
  executor.run_ready();
  EXPECT_EQ(shown(), "Please take your card\n");
  EXPECT_TRUE(reader.quiet());
  reader.unsolicited("CardReader.MediaRemovedEvent");
  EXPECT_EQ(reader.next().name, "CardReader.ReadRawData");
}

TEST_F(AtmApplicationTest, an_unreadable_track_gives_the_card_back_without_asking_for_a_PIN) {
  start();
  reader.succeed(insert_card(), {{"track2", {{"status", "dataInvalid"}}}});
  reader.expect("CardReader.Move");
  EXPECT_EQ(shown(), "Your card cannot be read\n");
}

TEST_F(AtmApplicationTest, a_card_pulled_out_while_reading_is_waited_for_anew) {
  start();
  reader.fail(insert_card(), "commandErrorCode", "noMedia");
  reader.expect("CardReader.ReadRawData");
  EXPECT_EQ(shown(), "Welcome\nPlease insert your card\n");
}

TEST_F(AtmApplicationTest, a_jammed_reader_is_reset_and_said_to_be_out_of_order) {
  start();
  reader.fail(insert_card(), "commandErrorCode", "mediaJam");
  const auto reset = reader.expect("CardReader.Reset");
  EXPECT_EQ(shown(), "Out of order\n");
  reader.succeed(reset);
  const auto then = executor.now();
  reader.expect("CardReader.ReadRawData");
  EXPECT_GE(executor.now() - then, 2s);
}

TEST_F(AtmApplicationTest, a_service_that_is_starting_is_asked_for_its_status_alone) {
  reader.always("Common.Capabilities", {{"interfaces", json::array{}},
                                        {"common", {{"serviceVersion", "1.0"}, {"deviceInformation", json::array{}}}},
                                        {"cardReader", {{"type", "motor"}}}});
  for (auto* service : {&keyboard, &display}) service->always("Common.Status", status());
  tasks.spawn(application.run());
  reader.succeed(reader.expect("Common.Status"), status(nullptr, "starting"));
  reader.succeed(reader.expect("Common.Status"), status());
  EXPECT_EQ(display.next().name, "TextTerminal.ClearScreen");
}

TEST_F(AtmApplicationTest, a_lost_connection_ends_it) {
  start();
  insert_card();
  reader.hang_up();
  executor.run_ready();
  EXPECT_EQ(tasks.running(), 0u);
}

TEST_F(AtmApplicationTest, a_lost_display_ends_a_pending_read_too) {
  start();
  insert_card();
  display.hang_up();
  executor.run_ready();
  EXPECT_EQ(tasks.running(), 0u);
}

TEST_F(AtmApplicationTest, a_display_that_refuses_to_write_does_not_hold_up_the_customer) {
  display.fail_always("TextTerminal.ClearScreen", "hardwareError");
  start();
  reader.succeed(insert_card(), good_track);
  keyboard.expect("Keyboard.PinEntry");
  EXPECT_THAT(saw(), testing::Contains("trouble"));
}

}  // namespace
}  // namespace sesame::simulators
