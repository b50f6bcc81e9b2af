#include "spi/host/endpoint.hpp"

#include "spi/host/publisher.hpp"

namespace sesame::spi {
namespace {

std::uint16_t port_number(const Section& listen, const std::string& text) {
  const bool digits = !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || std::stoul(text) > 65535) listen.fail("ports", "port numbers from 0 to 65535, not " + text);
  return static_cast<std::uint16_t>(std::stoul(text));
}

ServerOptions server_options(const Section& configuration, const std::vector<std::string>& ports) {
  const Section listen = configuration.section("listen");
  listen.allow_only({"address", "ports", "tls", "plain", "allowed_origins", "handshake_seconds", "idle_seconds", "connections", "message_bytes"});
  ServerOptions options;
  options.address = listen.text("address", options.address);
  for (const auto& text : ports.empty() ? listen.texts("ports") : ports) options.ports.push_back(port_number(listen, text));
  if (listen.has("tls")) {
    const Section tls = listen.section("tls");
    tls.allow_only({"certificate", "key"});
    options.tls = TlsOptions{tls.path("certificate"), tls.path("key")};
  }
  options.plain = listen.boolean("plain", true);
  options.allowed_origins = listen.texts("allowed_origins");
  options.limits.handshake = std::chrono::seconds(listen.integer("handshake_seconds", 1, 3600, options.limits.handshake.count()));
  options.limits.idle = std::chrono::seconds(listen.integer("idle_seconds", 1, 86'400, options.limits.idle.count()));
  options.limits.connections = static_cast<std::size_t>(listen.integer("connections", 1, 65'535, static_cast<std::int64_t>(options.limits.connections)));
  options.limits.message_bytes = static_cast<std::size_t>(listen.integer("message_bytes", 1024, 1 << 30, static_cast<std::int64_t>(options.limits.message_bytes)));
  return options;
}

ServiceOptions publisher_options(const std::string& vendor) {
  ServiceOptions options;
  options.name = "publisher";
  options.vendor = vendor;
  options.with_common = false;
  return options;
}

}  // namespace

Endpoint::Endpoint(AsioExecutor& executor, Host& host, const Section& configuration, const std::vector<std::string>& ports)
    : host_(host),
      policy_(configuration),
      server_(executor, server_options(configuration, ports)),
      publisher_(executor, publisher_options(configuration.text("vendor", "Sesame")),
                 service_publisher(configuration.text("vendor", "Sesame"), [this] { return service_uris(); }), &policy_, host.journal()) {
  server_.publish("", [this](std::shared_ptr<Channel> channel, ClientIdentity client) {
    publisher_.connect(std::move(channel), std::move(client));
  });
  for (const auto& name : host_.published())
    server_.publish(name, [this, name](std::shared_ptr<Channel> channel, ClientIdentity client) {
      host_.accept(name, std::move(channel), std::move(client));
    });
  server_.listen();
}

Endpoint::~Endpoint() { server_.close(); }

std::vector<std::string> Endpoint::service_uris() const {
  std::vector<std::string> uris;
  for (const auto& name : host_.published()) uris.push_back(server_.uri(name));
  return uris;
}

}  // namespace sesame::spi
