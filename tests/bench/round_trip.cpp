// A command of 256 bytes over a local WebSocket, against a bare echo of 256 bytes: the same client, the same placement, turn by
// turn in one run. The command is Common.SetTransactionState, which waits in a lane and is answered by an acknowledge and a
// completion, two messages; so there is an echo of one message and one of two.
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <chrono>
#include <fmt/format.h>
#include <memory>
#include <thread>

#include "tests/bench/child.hpp"
#include "tests/bench/parts.hpp"

namespace sesame::bench {
namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t message_bytes = 256;

class Line {
 public:
  Line(unsigned port, std::string path, int answers) : answers_(answers), stream_(context_) {
    stream_.next_layer().connect({asio::ip::make_address("127.0.0.1"), static_cast<unsigned short>(port)});
    stream_.next_layer().set_option(tcp::no_delay(true));
    stream_.handshake("127.0.0.1:" + std::to_string(port), path);
    stream_.text(true);
  }
  /// Microseconds.
  double round_trip() {
    const std::string message = next_message();
    const auto began = Clock::now();
    stream_.write(asio::buffer(message));
    for (int answer = 0; answer < answers_; ++answer) {
      buffer_.clear();
      stream_.read(buffer_);
    }
    return std::chrono::duration<double, std::micro>(Clock::now() - began).count();
  }

 private:
  std::string next_message() {
    std::string head = fmt::format(R"({{"header":{{"type":"command","name":"Common.SetTransactionState","version":"2.0","requestId":{}}},"payload":{{"state":"active","transactionID":")", ++id_);
    const std::string tail = "\"}}";
    head.append(message_bytes - head.size() - tail.size(), 'x');
    return head + tail;
  }

  int answers_;
  std::int64_t id_ = 0;
  asio::io_context context_;
  beast::websocket::stream<tcp::socket> stream_;
  beast::flat_buffer buffer_;
};

struct Server {
  std::string name;
  std::unique_ptr<Child> process;
  unsigned port = 0;
  std::string path;
  int answers = 1;
  std::vector<double> samples;  // microseconds
  double seconds = 0;
};

unsigned port_of(const std::string& uri) {
  const auto colon = uri.rfind(':');
  return static_cast<unsigned>(std::stoul(uri.substr(colon + 1)));
}

std::vector<Server> start_servers(const Folder& folder, int core) {
  std::vector<Server> servers(3);
  servers[0].name = "sesame";
  servers[0].process = std::make_unique<Child>(
      std::vector<std::string>{program("sesame"), "serve", "--simulated", "--port", "0", "--run-directory", folder.path() + "/run" + std::to_string(core)}, core);
  servers[0].port = port_of(servers[0].process->line());
  servers[0].path = "/xfs4iot/v1.0/cardreader";
  servers[0].answers = 2;
  for (const int copies : {1, 2}) {
    Server& echo = servers[static_cast<std::size_t>(copies)];
    echo.name = copies == 1 ? "echo, one message back" : "echo, two messages back";
    echo.process = std::make_unique<Child>(std::vector<std::string>{program("sesame-bench"), "--echo", std::to_string(copies)}, core);
    echo.port = static_cast<unsigned>(std::stoul(echo.process->line()));
    echo.path = "/";
    echo.answers = copies;
  }
  return servers;
}

void run_clients(Server& server, int clients, int rounds) {
  std::vector<std::vector<double>> samples(static_cast<std::size_t>(clients));
  std::vector<std::thread> threads;
  const auto began = Clock::now();
  for (auto& own : samples)
    threads.emplace_back([&server, &own, rounds] {
      Line line(server.port, server.path, server.answers);
      for (int round = 0; round < rounds; ++round) own.push_back(line.round_trip());
    });
  for (auto& thread : threads) thread.join();
  server.seconds += std::chrono::duration<double>(Clock::now() - began).count();
  for (const auto& own : samples) server.samples.insert(server.samples.end(), own.begin(), own.end());
}

void measure_placement(Results& results, const Folder& folder, const std::string& placement, int server_core, int client_core, int rounds, int repeats) {
  auto servers = start_servers(folder, server_core);
  pin(client_core);
  for (const int clients : {1, 16}) {
    for (auto& server : servers) {
      server.samples.clear();
      server.seconds = 0;
      run_clients(server, clients, 50);  // warm
      server.samples.clear();
      server.seconds = 0;
    }
    // Turn by turn, so that what else the machine does meets all alike.
    for (int repeat = 0; repeat < repeats; ++repeat)
      for (auto& server : servers) run_clients(server, clients, std::max(rounds / clients, 20));
    const std::string who = fmt::format("{}, {} client{}", placement, clients, clients == 1 ? "" : "s");
    for (const auto& server : servers) {
      results.add({"round trip", fmt::format("{}: {} p50", who, server.name), "us", percentile(server.samples, 0.5), {}});
      results.add({"round trip", fmt::format("{}: {} p99", who, server.name), "us", percentile(server.samples, 0.99), {}});
      results.add({"round trip", fmt::format("{}: {}", who, server.name), "1/s", static_cast<double>(server.samples.size()) / server.seconds, {}});
    }
    const double p50 = percentile(servers[0].samples, 0.5);
    const auto limit = clients == 1 ? std::optional<double>(1.3) : std::nullopt;
    results.add({"round trip", who + ": sesame p50 / echo of one message", "x", p50 / percentile(servers[1].samples, 0.5), limit});
    results.add({"round trip", who + ": sesame p50 / echo of two messages", "x", p50 / percentile(servers[2].samples, 0.5), {}});
  }
  pin(-1);
}

}  // namespace

void measure_round_trip(Results& results, const Settings& settings) {
  const Folder folder;
  const int rounds = settings.full ? 5000 : 1000, repeats = settings.full ? 10 : 5;
  measure_placement(results, folder, "same core", 0, 0, rounds, repeats);
  if (std::thread::hardware_concurrency() > 1) measure_placement(results, folder, "two cores", 1, 0, rounds, repeats);
}

}  // namespace sesame::bench
