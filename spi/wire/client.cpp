#include "spi/wire/client.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/websocket.hpp>

#include "spi/service/waiting.hpp"
#include "spi/wire/websocket_channel.hpp"

namespace sesame::spi {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using wire::ErrorCode;

namespace {

struct Uri {
  bool tls = false;
  std::string host, port, path;
};

Uri parse_uri(const std::string& text) {
  Uri uri;
  std::string_view rest = text;
  const auto bad = [&](const char* expected) { return std::runtime_error(text + ": expected " + expected + " (ws://host:port/path)"); };
  if (rest.starts_with("wss://")) uri.tls = true;
  else if (!rest.starts_with("ws://")) throw bad("a URI that begins with ws:// or wss://");
  rest.remove_prefix(uri.tls ? 6 : 5);
  const auto slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  uri.path = slash == std::string_view::npos ? "/" : std::string(rest.substr(slash));
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  uri.port = has_port ? std::string(authority.substr(colon + 1)) : (uri.tls ? "443" : "80");
  if (has_port) authority = authority.substr(0, colon);
  if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
  uri.host = authority;
  if (uri.host.empty()) throw bad("a host");
  return uri;
}

// What connecting gave: a channel or why not.
struct Connected {
  std::shared_ptr<Channel> channel;
  std::string error;
};

// One attempt: resolve, connect, TLS, upgrade. Ends by itself after options.timeout.
class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(AsioExecutor& executor, Uri uri, ConnectOptions options, std::shared_ptr<ssl::context> tls, std::shared_ptr<OneShot<Connected>> result)
      : executor_(executor), uri_(std::move(uri)), options_(std::move(options)), tls_(std::move(tls)), result_(std::move(result)),
        resolver_(executor.context()), raw_(executor.context()), deadline_(executor.context()) {}

  void start() {
    resolver_.async_resolve(uri_.host, uri_.port, [self = shared_from_this()](const ErrorCode& error, const tcp::resolver::results_type& results) {
      if (error) return self->fail("the host name", error);
      self->end_in_time();
      asio::async_connect(self->raw_, results, [self](const ErrorCode& refused, const tcp::endpoint&) {
        if (refused) return self->fail("the connection", refused);
        self->secure();
      });
    });
  }

 private:
  void end_in_time() {
    deadline_.expires_after(options_.timeout);
    deadline_.async_wait([weak = weak_from_this()](const ErrorCode& stopped) {
      const auto self = weak.lock();
      if (stopped || !self) return;
      ErrorCode ignored;
      self->late_ = true;
      self->raw_.close(ignored);
      if (self->stream_) self->stream_->close();
    });
  }
  void secure() {
    ErrorCode ignored;
    raw_.set_option(tcp::no_delay(true), ignored);
    stream_.emplace(executor_, tls_ ? wire::tls_client_transport(std::move(raw_), tls_, uri_.host) : wire::plain_transport(std::move(raw_)));
    stream_->transport().handshake(wire::Handler([self = shared_from_this()](const ErrorCode& error) {
      if (error) return self->fail("the TLS handshake", error);
      self->upgrade();
    }));
  }
  void upgrade() {
    socket_.emplace(*stream_);
    beast::websocket::stream_base::timeout timeout;
    timeout.handshake_timeout = beast::websocket::stream_base::none();  // ours
    timeout.idle_timeout = beast::websocket::stream_base::none();
    timeout.keep_alive_pings = false;
    socket_->set_option(timeout);
    socket_->async_handshake(uri_.host + ":" + uri_.port, uri_.path, [self = shared_from_this()](const ErrorCode& error) {
      if (error || self->late_) return self->fail("the WebSocket upgrade of " + self->uri_.path, error);
      self->deadline_.cancel();
      constexpr double unlimited = 1e12;
      self->result_->set({wire::websocket_channel(std::move(*self->socket_), {self->options_.message_bytes, 1u << 20, self->options_.outgoing_bytes,
                                                                              unlimited, std::chrono::hours(1), {}, nullptr}),
                          ""});
    });
  }
  void fail(const std::string& what, const ErrorCode& error) {
    deadline_.cancel();
    result_->set({nullptr, what + " failed: " + (late_ ? "it took too long" : error.message())});
  }

  AsioExecutor& executor_;
  Uri uri_;
  ConnectOptions options_;
  std::shared_ptr<ssl::context> tls_;
  std::shared_ptr<OneShot<Connected>> result_;
  asio::ip::basic_resolver<tcp, wire::Loop> resolver_;
  wire::Socket raw_;
  wire::Timer deadline_;
  std::optional<wire::GatheringStream> stream_;
  std::optional<wire::WebSocket> socket_;
  bool late_ = false;
};

ssl::context client_tls(const ConnectOptions& options) {
  ssl::context context(ssl::context::tls_client);
  context.set_verify_mode(ssl::verify_peer);
  if (options.ca_file.empty()) context.set_default_verify_paths();
  else context.load_verify_file(options.ca_file);
  return context;
}

}  // namespace

std::vector<std::uint16_t> standard_ports(bool tls) {
  std::vector<std::uint16_t> ports{static_cast<std::uint16_t>(tls ? 443 : 80)};
  for (std::uint16_t port = 5846; port <= 5856; ++port) ports.push_back(port);
  return ports;
}

Task<std::shared_ptr<Channel>> connect(AsioExecutor& executor, std::string text, ConnectOptions options) {
  const Uri uri = parse_uri(text);
  auto result = std::make_shared<OneShot<Connected>>();
  auto tls = uri.tls ? std::make_shared<ssl::context>(client_tls(options)) : nullptr;
  std::make_shared<Attempt>(executor, uri, options, std::move(tls), result)->start();
  Connected connected = co_await result->wait();
  if (!connected.channel) throw std::runtime_error(text + ": " + connected.error);
  co_return connected.channel;
}

}  // namespace sesame::spi
