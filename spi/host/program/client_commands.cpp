#include <boost/json.hpp>
#include <cstdio>
#include <iostream>

#include "spi/client/client.hpp"
#include "spi/contract/envelope.hpp"
#include "spi/host/program/commands.hpp"
#include "spi/host/program/run_client.hpp"
#include "spi/service/task_scope.hpp"
#include "spi/wire/client.hpp"
#include "spi/wire/local_socket.hpp"

namespace sesame::program {
using namespace spi;
namespace json = boost::json;

namespace {

ConnectOptions connect_options(const FindOptions& find) {
  ConnectOptions options;
  options.ca_file = find.ca_file;
  return options;
}

// "cardreader" or a URI -> the URI; says what there is when there is no such service.
Task<std::string> resolve(AsioExecutor& executor, FindOptions find, std::string service) {
  if (service.find("://") != std::string::npos) co_return service;
  const auto publishers = co_await discover(executor, find.host, find.ports, find.tls, connect_options(find));
  std::string known;
  for (const auto& publisher : publishers)
    for (const auto& uri : publisher.services) {
      std::string name = uri.ends_with('/') ? uri.substr(0, uri.size() - 1) : uri;
      name = name.substr(name.rfind('/') + 1);
      if (name == service) co_return uri;
      known += (known.empty() ? "" : ", ") + name;
    }
  if (known.empty()) throw std::runtime_error("no service was found on " + find.host + "; is `sesame serve` running?");
  throw std::runtime_error(service + ": no such service; found: " + known);
}

Task<int> list_services(AsioExecutor& executor, FindOptions find) {
  const auto publishers = co_await discover(executor, find.host, find.ports, find.tls, connect_options(find));
  for (const auto& publisher : publishers) {
    std::printf("%s  %s\n", publisher.uri.c_str(), publisher.vendor.c_str());
    for (const auto& uri : publisher.services) std::printf("  %s\n", uri.c_str());
  }
  if (publishers.empty()) std::fprintf(stderr, "no publisher answers on %s\n", find.host.c_str());
  co_return publishers.empty() ? 1 : 0;
}

void print_part(const json::value& part, const std::string& indent) {
  for (const auto& property : part.as_object()) {
    const std::string_view key(property.key().data(), property.key().size());
    if (property.value().is_object() && !property.value().as_object().empty()) {
      std::printf("%s%.*s:\n", indent.c_str(), static_cast<int>(key.size()), key.data());
      print_part(property.value(), indent + "  ");
    } else {
      std::printf("%s%.*s: %s\n", indent.c_str(), static_cast<int>(key.size()), key.data(), json::serialize(property.value()).c_str());
    }
  }
}

Task<int> show_status(AsioExecutor& executor, FindOptions find, std::vector<std::string> names) {
  if (names.empty())
    for (const auto& publisher : co_await discover(executor, find.host, find.ports, find.tls, connect_options(find)))
      names.insert(names.end(), publisher.services.begin(), publisher.services.end());
  int result = names.empty() ? 1 : 0;
  for (const auto& name : names) {
    const std::string uri = co_await resolve(executor, find, name);
    ServiceConnection connection(executor, co_await connect(executor, uri, connect_options(find)));
    RawCall call = connection.call("Common.Status", nullptr);
    const RawReply reply = co_await call.completion();
    std::printf("%s\n", uri.c_str());
    if (reply.ok() && reply.payload->is_object()) {
      print_part(*reply.payload, "  ");
    } else {
      std::printf("  %s\n", reply.text().c_str());
      result = 1;
    }
  }
  co_return result;
}

Task<int> send_command(AsioExecutor& executor, FindOptions find, std::string service, std::string command, json::value payload,
                       std::chrono::milliseconds timeout, std::string version) {
  const std::string uri = co_await resolve(executor, find, service);
  ServiceConnection connection(executor, co_await connect(executor, uri, connect_options(find)));
  RawCall call = connection.call(command, payload, {timeout}, version);
  while (auto event = co_await call.next_event()) {
    std::printf("%s%s\n", event->name.c_str(), event->payload->is_null() ? "" : (" " + json::serialize(*event->payload)).c_str());
    std::fflush(stdout);
  }
  const RawReply reply = co_await call.completion();
  std::printf("%s\n", reply.text().c_str());
  if (reply.payload && !reply.payload->is_null()) std::printf("%s\n", json::serialize(*reply.payload).c_str());
  co_return reply.ok() ? 0 : 1;
}

json::value parse_payload(const std::string& text) {
  if (text.empty()) return nullptr;
  auto parsed = contract::parse_json(text);
  if (auto* fault = std::get_if<contract::EnvelopeFault>(&parsed)) throw std::runtime_error("payload: " + fault->description);
  return std::get<json::value>(std::move(parsed));
}

std::string socket_path(const std::string& run_directory, const char* name) {
  return (run_directory.empty() ? default_run_directory() : run_directory) + "/" + name;
}

Task<int> follow(AsioExecutor& executor, std::string path, std::vector<std::string> services) {
  const auto channel = co_await connect_local(executor, path);
  auto closed = std::make_shared<OneShot<std::string>>();
  channel->receive({[services](std::string_view line) {
                      const auto service = line.substr(0, line.find(' '));
                      if (!services.empty() && std::find(services.begin(), services.end(), service) == services.end()) return;
                      std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
                      std::fflush(stdout);
                    },
                    [closed](std::string_view reason) { closed->set(std::string(reason)); }});
  const std::string reason = co_await closed->wait();
  std::fprintf(stderr, "sesame watch: the host went away: %s\n", reason.c_str());
  co_return 1;
}

// One verb, one answer: lines up to "ok" or "error: ...".
Task<int> send_verbs(AsioExecutor& executor, std::string path, std::vector<std::string> lines) {
  const auto channel = co_await connect_local(executor, path);
  auto answers = std::make_shared<Stream<std::string>>();
  channel->receive({[answers](std::string_view line) { answers->push(std::string(line)); }, [answers](std::string_view) { answers->close(); }});
  for (const auto& line : lines) {
    channel->send(line);
    for (;;) {
      const auto answer = co_await answers->next();
      if (!answer) throw std::runtime_error("the host went away");
      if (answer->starts_with("error")) {
        std::fprintf(stderr, "%s\n", answer->c_str());
        co_return 1;
      }
      if (*answer == "ok") break;
      std::printf("%s\n", answer->c_str());
    }
  }
  co_return 0;
}

}  // namespace

int services(const FindOptions& find) {
  return run_client([&](AsioExecutor& executor) { return list_services(executor, find); });
}
int status(const FindOptions& find, const std::vector<std::string>& names) {
  return run_client([&](AsioExecutor& executor) { return show_status(executor, find, names); });
}
int call(const FindOptions& find, const std::string& service, const std::string& command, const std::string& payload,
         std::chrono::milliseconds timeout, const std::string& version) {
  const json::value parsed = parse_payload(payload);
  return run_client([&](AsioExecutor& executor) { return send_command(executor, find, service, command, parsed, timeout, version); });
}
int watch(const std::string& run_directory, const std::vector<std::string>& names) {
  return run_client([&](AsioExecutor& executor) { return follow(executor, socket_path(run_directory, "watch.socket"), names); });
}
int sim(const std::string& run_directory, const std::vector<std::string>& verbs) {
  std::vector<std::string> lines;
  std::string line;
  for (const auto& word : verbs) line += (line.empty() ? "" : " ") + word;
  if (!line.empty()) lines.push_back(line);
  if (lines.empty())
    while (std::getline(std::cin, line)) lines.push_back(line);
  return run_client([&](AsioExecutor& executor) { return send_verbs(executor, socket_path(run_directory, "simulators.socket"), lines); });
}

}  // namespace sesame::program
