#include "simulators/control/control_panel.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "simulators/devices/card_reader/simulated_card_reader.hpp"
#include "simulators/devices/keyboard/simulated_keyboard.hpp"
#include "spi/service/virtual_executor.hpp"
#include "spi/wire/local_socket.hpp"

namespace sesame::simulators {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

struct Panel {
  spi::VirtualExecutor executor;
  std::shared_ptr<ControlPanel> panel = std::make_shared<ControlPanel>(executor);
  SimulatedCardReader reader{executor, ordinary_card_reader(card_reader::Type::motor), "cardreader"};
  SimulatedKeyboard keyboard{ordinary_keyboard(), "keyboard"};
  Panel() {
    panel->add(reader);
    panel->add(keyboard);
  }
};

/// A client of the panel over an in-memory channel, and what it was answered.
struct Client {
  std::shared_ptr<spi::Channel> channel;
  std::vector<std::string> answers;
  spi::TaskScope serving;
  explicit Client(Panel& p) : serving(p.executor) {
    auto [ours, theirs] = spi::local_channel(p.executor);
    channel = ours;
    channel->receive({[this](std::string_view line) { answers.emplace_back(line); }, [](std::string_view) {}});
    serving.spawn(p.panel->serve(theirs));
    p.executor.run_ready();
  }
};

TEST(ControlPanel, routes_verbs_to_devices_by_name_and_answers_ok) {
  Panel p;
  Client client(p);
  client.channel->send("cardreader status");
  client.channel->send("keyboard status");
  p.executor.run_ready();
  EXPECT_THAT(client.answers, ElementsAre("no card, slot closed, unitRETAIN1 0 cards", "ok", "no entry, no PIN", "ok"));
}

TEST(ControlPanel, says_what_was_wrong_and_what_was_expected) {
  Panel p;
  Client client(p);
  for (const char* line : {"cardreader insert card track2=1", "cardreader take card", "cardreader dance", "teapot status", "", "keyboard type 12x",
                           "keyboard press enter", "cardreader wait forever", "cardreader insert card track2=\"1", "cardreader status now",
                           "cardreader insert card chip=3"})
    client.channel->send(line);
  p.executor.run_ready();
  ASSERT_EQ(client.answers.size(), 11u);
  for (const auto& answer : client.answers) {
    EXPECT_THAT(answer, StartsWith("error: "));
    EXPECT_THAT(answer, HasSubstr("expected")) << answer;
  }
}

TEST(ControlPanel, a_wait_answers_when_it_is_so_and_holds_what_comes_after_it) {
  Panel p;
  Client client(p);
  client.channel->send("cardreader wait slot-open");
  client.channel->send("cardreader insert card track2=1");
  p.executor.run_ready();
  EXPECT_TRUE(client.answers.empty());
  spi::TaskScope scope(p.executor);
  scope.spawn(p.reader.open_slot());
  scope.spawn(p.reader.accept_card());
  p.executor.run_ready();
  EXPECT_THAT(client.answers, ElementsAre("ok", "ok"));
}

TEST(ControlPanel, a_client_that_leaves_while_it_waits_takes_the_wait_with_it) {
  Panel p;
  Client client(p);
  client.channel->send("cardreader wait slot-open");
  p.executor.run_ready();
  EXPECT_EQ(client.serving.running(), 1u);
  client.channel->close("done");
  p.executor.run_ready();
  EXPECT_EQ(client.serving.running(), 0u);
}

TEST(ControlPanel, forgets_a_device_that_is_gone) {
  spi::VirtualExecutor executor;
  auto panel = std::make_shared<ControlPanel>(executor);
  {
    SimulatedKeyboard keyboard;
    panel->add(keyboard);
  }
  spi::TaskScope scope(executor);
  std::string said;
  scope.spawn([](std::shared_ptr<ControlPanel> asked, std::string& answer) -> spi::Task<void> { answer = co_await asked->answer("keyboard status"); }(panel, said));
  executor.run_ready();
  EXPECT_THAT(said, StartsWith("error: "));
}

TEST(ControlPanel, quotes_keep_blanks_together) {
  Panel p;
  spi::TaskScope scope(p.executor);
  scope.spawn(p.reader.open_slot());
  scope.spawn(p.reader.accept_card());
  p.executor.run_ready();
  EXPECT_EQ(p.reader.perform("insert card track1=\"B4111^DOE JOHN^2512\" track2=4111=2512"), "");
  p.executor.run_ready();
  EXPECT_EQ(p.reader.state().card, card_reader::Place::inside);
}

TEST(SimulatedDevices, list_their_verbs) {
  Panel p;
  EXPECT_THAT(p.reader.perform("help"), HasSubstr("insert card"));
  EXPECT_THAT(p.reader.perform("help"), HasSubstr("wait "));
  EXPECT_THAT(p.keyboard.perform("help"), HasSubstr("type DIGITS"));
}

// The real socket, in real time but without a sleep: the executor runs until the answer is there.
TEST(ControlSocket, is_private_to_its_user_and_answers) {
  char folder[] = "/tmp/sesame-control-XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/simulators.socket";
  {
    spi::AsioExecutor executor;
    auto panel = std::make_shared<ControlPanel>(executor);
    SimulatedKeyboard keyboard;
    panel->add(keyboard);
    spi::TaskScope sessions(executor);
    spi::LocalServer server(executor, path, [&](std::shared_ptr<spi::Channel> channel, spi::ClientIdentity) { sessions.spawn(panel->serve(std::move(channel))); });
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u);
    std::vector<std::string> answers;
    const auto ask = [](spi::AsioExecutor& where, std::string socket, std::vector<std::string>& heard) -> spi::Task<void> {
      const auto channel = co_await spi::connect_local(where, socket);
      channel->receive({[&heard, &where](std::string_view line) {
                          heard.emplace_back(line);
                          if (line == "ok") where.stop();
                        },
                        [](std::string_view) {}});
      channel->send("keyboard status");
    };
    spi::TaskScope asking(executor);
    asking.spawn(ask(executor, path, answers));
    const auto limit = executor.call_at(executor.now() + 10s, [&] { executor.stop(); });
    executor.run();
    executor.cancel(limit);
    EXPECT_THAT(answers, ElementsAre("no entry, no PIN", "ok"));
  }
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace sesame::simulators
