// From the start of a process to `online`, and what it keeps in memory then.
#include <chrono>
#include <fmt/format.h>

#include "spi/client/client.hpp"
#include "spi/host/program/run_client.hpp"
#include "spi/wire/client.hpp"
#include "tests/bench/child.hpp"
#include "tests/bench/parts.hpp"

#include <boost/json.hpp>

namespace sesame::bench {
using namespace spi;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr const char* whole_atm = R"yaml(
simulators: {}
services:
  - {name: cardreader, provider: CardReader, driver: simulated, type: motor}
  - {name: keyboard, provider: Keyboard, driver: simulated}
  - {name: textterminal, provider: TextTerminal, driver: simulated}
scripted_faces: {}
cardless: {card_reader: cardreader, keyboard: keyboard, display: textterminal, profiles: [passcode], issuer: {simulated: true}}
)yaml";

// Until every service says `online`.
Task<int> until_online(AsioExecutor& executor, std::vector<std::string> uris) {
  const ConnectOptions options;
  for (const auto& uri : uris) {
    const auto channel = co_await connect(executor, uri, options);
    ServiceConnection connection(executor, channel);
    for (;;) {
      RawCall call = connection.call("Common.Status", nullptr);
      const RawReply reply = co_await call.completion();
      if (reply.ok() && reply.payload->at("common").at("device").as_string() == "online") break;
      co_await yield();
    }
  }
  co_return 0;
}

double milliseconds_since(SteadyClock::time_point began) { return std::chrono::duration<double, std::milli>(SteadyClock::now() - began).count(); }

}  // namespace

void measure_start(Results& results, const Settings& settings) {
  std::vector<double> host_times, face_times;
  double host_memory = 0, face_memory = 0;
  const std::string no_faces = why_no_faces();
  for (int repeat = 0; repeat < (settings.full ? 10 : 3); ++repeat) {
    const Folder folder;
    auto began = SteadyClock::now();
    Child host({program("sesame"), "serve", folder.file("atm.yaml", whole_atm), "--port", "0", "--run-directory", folder.path() + "/run"});
    const std::string publisher = host.line();
    std::vector<std::string> uris;
    for (const char* name : {"/cardreader", "/keyboard", "/textterminal"}) uris.push_back(publisher + name);
    program::run_client([&](AsioExecutor& executor) { return until_online(executor, uris); });
    host_times.push_back(milliseconds_since(began));
    host_memory = std::max(host_memory, host.resident());
    if (!no_faces.empty()) continue;
    began = SteadyClock::now();
    Child face({program("sesame-face"), "--socket", folder.path() + "/face.sock", "--camera", "empty", "--simulated"}, -1, true);
    while (face.line().find("ready") == std::string::npos) {
    }
    face_times.push_back(milliseconds_since(began));
    face_memory = std::max(face_memory, face.resident());
  }
  results.add({"start", "host with a whole simulated ATM and fronts, to online", "ms", percentile(host_times, 0.5), 500.0});
  results.add({"memory", "host with a whole simulated ATM and fronts", "MB", host_memory, 64.0});
  if (!no_faces.empty()) return results.note("face process not measured: " + no_faces);
  results.add({"start", "face process, models checked and warm", "ms", percentile(face_times, 0.5), 2000.0});
  results.add({"memory", "face process after start", "MB", face_memory, {}});
  results.add({"memory", "host and face process", "MB", host_memory + face_memory, 256.0});
}

}  // namespace sesame::bench
