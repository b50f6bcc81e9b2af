// The program `xfs-proxy`: prints its publisher's URI, then one JSON object for each message that passes.
#include <boost/json.hpp>
#include <charconv>
#include <cstdio>
#include <string_view>

#include "simulators/proxy/proxy.hpp"

namespace {
using namespace sesame::spi;
using namespace sesame::simulators;

constexpr const char* usage =
    "xfs-proxy --to URI [--port PORT]...\n\n"
    "Stands before an XFS4IoT publisher and its services, and tells on standard output what passes: order, direction, type,\n"
    "name, version, codes and the names of properties. No values.\n"
    "  --to URI      the publisher: ws://127.0.0.1:5846/xfs4iot/v1.0\n"
    "  --port PORT   ports to try; 0 takes any that is free, which is the default\n";

struct Options {
  std::string to;
  std::vector<std::uint16_t> ports;
  bool help = false;
};

Options read_options(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string_view word = words[i];
    if (word == "--help" || word == "-h") {
      options.help = true;
      continue;
    }
    if (i + 1 >= count || (word != "--to" && word != "--port")) throw std::runtime_error(std::string(word) + ": expected --to URI or --port PORT");
    const std::string_view value = words[++i];
    if (word == "--to") {
      options.to = value;
      continue;
    }
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), port);
    if (error != std::errc{} || end != value.data() + value.size()) throw std::runtime_error("--port: expected a number from 0 to 65535");
    options.ports.push_back(port);
  }
  if (options.to.empty() && !options.help) throw std::runtime_error("expected --to URI");
  if (options.ports.empty()) options.ports.push_back(0);
  return options;
}

Task<void> open(Proxy& proxy, AsioExecutor& executor, int& result) {
  try {
    co_await proxy.open();
    std::printf("%s\n", proxy.uri().c_str());
    std::fflush(stdout);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "xfs-proxy: %s\n", error.what());
    result = 2;
    executor.stop();
  }
}

int run(const Options& options) {
  AsioExecutor executor;
  ServerOptions server;
  server.ports = options.ports;
  Proxy proxy(executor, options.to, server, [](const Message& message) {
    std::printf("%s\n", boost::json::serialize(to_json(message)).c_str());
    std::fflush(stdout);
  });
  int result = 0;
  TaskScope tasks(executor);
  tasks.spawn(open(proxy, executor, result));
  executor.on_termination([&] { executor.stop(); });
  executor.run();
  return result;
}

}  // namespace

int main(int count, char** words) {
  try {
    const Options options = read_options(count, words);
    if (!options.help) return run(options);
    std::fputs(usage, stdout);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "xfs-proxy: %s\n", error.what());
    return 2;
  }
}
