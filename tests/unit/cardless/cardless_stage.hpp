// A whole simulated ATM in virtual time: host, simulated devices, scripted faces and the cardless session,
// with clients that know the standard alone.
#pragma once

#include "biometric/host_engine.hpp"
#include "biometric/scripted_engine.hpp"
#include "cardless/session/session_desk.hpp"
#include "simulators/control/control_panel.hpp"
#include "spi/contract/base64.hpp"
#include "spi/host/host.hpp"
#include "tests/unit/devices/stage.hpp"

namespace sesame::devices {
void register_barcode_reader(spi::Registry&);
void register_card_reader(spi::Registry&);
void register_keyboard(spi::Registry&);
void register_lights(spi::Registry&);
void register_text_terminal(spi::Registry&);
}  // namespace sesame::devices
namespace sesame::simulators {
void register_simulated_devices(spi::Registry&);
}
namespace sesame::cardless {
void register_cardless(spi::Registry&);

using namespace std::chrono_literals;
namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

inline constexpr const char* anna_card = "4761739001010119=29122011143804400000";
inline constexpr const char* bea_token = "9999010000000011";

/// One client of one service.
struct Client {
  Client(spi::Executor& executor, std::shared_ptr<spi::Channel> channel)
      : transcript(std::make_shared<devices::Transcript>(std::move(channel))),
        connection(std::make_unique<spi::ServiceConnection>(executor, transcript)) {}
  std::vector<std::string> heard() { return std::exchange(transcript->lines, {}); }
  spi::RawCall call(std::string_view name, json::value payload = nullptr,
                    std::chrono::milliseconds timeout = 0ms) {
    return connection->call(name, payload, {timeout});
  }

  std::shared_ptr<devices::Transcript> transcript;
  std::unique_ptr<spi::ServiceConnection> connection;
};

class CardlessStage {
 public:
  explicit CardlessStage(const std::string& profiles = "[passcode]",
                         const std::string& reader = "type: motor", bool with_session = true,
                         const std::string& issuer = "{simulated: true}", spi::Journal* journal = nullptr) {
    devices::register_barcode_reader(registry);
    devices::register_card_reader(registry);
    devices::register_keyboard(registry);
    devices::register_lights(registry);
    devices::register_text_terminal(registry);
    simulators::register_simulated_devices(registry);
    register_cardless(registry);
    std::string text = "services:\n  - {name: cardreader, provider: CardReader, driver: simulated, " +
                       reader +
                       "}\n  - {name: keyboard, provider: Keyboard, driver: simulated}\n"
                       "  - {name: textterminal, provider: TextTerminal, driver: simulated}\n"
                       "  - {name: barcodereader, provider: BarcodeReader, driver: simulated}\n"
                       "  - {name: lights, provider: Lights, driver: simulated}\n";
    if (with_session)
      text +=
          "cardless: {card_reader: cardreader, keyboard: keyboard, display: textterminal, barcode_reader: barcodereader, lights: lights, "
          "terminal: atm-1, "
          "profiles: " +
          profiles + ", issuer: " + issuer + "}\n";
    host = std::make_unique<spi::Host>(executor, registry, spi::Section::from_text(text, "atm.yaml"), journal);
    engine = std::make_shared<biometric::ScriptedEngine>();
    host->context().shared<biometric::HostEngine>()->use(engine);
    enrol("bea", "face of bea",
          {{"passcode", "123456"}, {"phone", "09012345678"}, {"id", "11010519491231002X"}, {"qr", "https://bank.example/9f3c"}}, bea_token);
    settle();  // the fronts know their originals
    reader_client = std::make_unique<Client>(executor, host->open("cardreader"));
    keyboard_client = std::make_unique<Client>(executor, host->open("keyboard"));
    display_client = std::make_unique<Client>(executor, host->open("textterminal"));
    settle();
  }

  void enrol(const std::string& customer, const std::string& person, std::vector<biometric::Claim> claims,
             const std::string& pan) {
    biometric::EnrolRequest request;
    request.customer_id = customer;
    request.issuer = "bank";
    request.claims = std::move(claims);
    request.consent.reference = "paper";
    request.token_pan = pan;
    engine->enrol_person(request, person);
  }

  /// Runs what is ready; no time passes.
  void settle() { executor.run_ready(); }
  void pass(spi::Duration time) { executor.advance(time); }
  /// A verb of a simulated device; "ok" or what it said.
  std::string verb(const std::string& line) {
    std::string said;
    spi::TaskScope scope(executor);
    scope.spawn(answer(line, said));
    settle();
    return said;
  }
  std::vector<std::string> screen() {
    std::vector<std::string> rows;
    std::string framed = verb("textterminal screen");
    for (std::size_t begin = 0, end; (end = framed.find('\n', begin)) != std::string::npos; begin = end + 1) {
      std::string row = framed.substr(begin, end - begin);
      if (row.empty() || row[0] != '|') continue;
      row = row.substr(1, row.size() - 2);
      row.erase(row.find_last_not_of(' ') + 1);
      rows.push_back(row);
    }
    return rows;
  }
  spi::RawCall read(std::chrono::milliseconds timeout = 0ms,
                    json::value wanted = json::object{{"track2", true}}) {
    auto call = reader_client->call("CardReader.ReadRawData", std::move(wanted), timeout);
    settle();
    return call;
  }
  spi::RawReply reply(spi::RawCall call) {
    spi::RawReply result;
    bool done = false;
    spi::TaskScope scope(executor);
    scope.spawn(take(call, result, done));
    EXPECT_TRUE(executor.run_until([&] { return done; })) << "no completion";
    return result;
  }
  static std::string track2(const spi::RawReply& reply) {
    const auto* track = reply.payload && reply.payload->is_object()
                            ? reply.payload->as_object().if_contains("track2")
                            : nullptr;
    const auto* data = track && track->is_object() ? track->as_object().if_contains("data") : nullptr;
    return data && data->is_string() ? contract::decode_base64(data->as_string()).value_or("") : "";
  }
  /// Start key, passcode, face: all that a customer does.
  void log_in(const std::string& passcode = "123456", const std::string& person = "face of bea") {
    EXPECT_EQ(verb("keyboard press fdk01"), "ok");
    EXPECT_EQ(verb("keyboard type " + passcode), "ok");
    EXPECT_EQ(verb("keyboard press enter"), "ok");
    engine->show({person});
  }
  spi::Task<void> answer(std::string line, std::string& said) {
    said = co_await host->context().shared<simulators::ControlPanel>()->answer(line);
  }
  SessionDesk& desk() { return *host->context().get<SessionDesk>(); }

  spi::VirtualExecutor executor;
  spi::Registry registry;
  std::unique_ptr<spi::Host> host;
  std::shared_ptr<biometric::ScriptedEngine> engine;
  std::unique_ptr<Client> reader_client, keyboard_client, display_client;

 private:
  static spi::Task<void> take(spi::RawCall call, spi::RawReply& result, bool& done) {
    result = co_await call.completion();
    done = true;
  }
};

}  // namespace sesame::cardless
