#include "spi/client/client.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/wire/client.hpp"
#include "xfs/service_publisher_client.hpp"

namespace sesame::spi {
namespace {
using namespace xfs::service_publisher;

// What one port answers; nothing if no publisher is there.
Task<void> ask(AsioExecutor& executor, std::string uri, ConnectOptions options, std::vector<Publisher>& found) {
  std::shared_ptr<Channel> channel;
  try {
    channel = co_await connect(executor, uri, options);
  } catch (const std::runtime_error&) {
    co_return;
  }
  ServiceConnection connection(executor, channel);
  Client publisher(connection);
  auto call = publisher.get_services();
  const auto reply = co_await within(options.timeout, call.completion());
  if (!reply || !reply->ok()) co_return;
  Publisher answer{uri, reply->data.vendor_name, {}};
  if (reply->data.services)
    for (const auto& service : *reply->data.services) answer.services.push_back(service.service_uri);
  found.push_back(std::move(answer));
}

}  // namespace

Task<std::vector<Publisher>> discover(AsioExecutor& executor, std::string host, std::vector<std::uint16_t> ports, bool tls,
                                      ConnectOptions options) {
  if (ports.empty()) ports = standard_ports(tls);
  std::vector<Publisher> found;
  // All ports at once: the order and the parallelism are the client's (service discovery).
  TaskScope asking(executor, (co_await this_context()).scope);
  for (const auto port : ports) {
    const std::string uri = (tls ? "wss://" : "ws://") + host + ":" + std::to_string(port) + "/xfs4iot/v1.0";
    asking.spawn(ask(executor, uri, options, found));
  }
  co_await asking.idle();
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.uri < b.uri; });
  co_return found;
}

}  // namespace sesame::spi
