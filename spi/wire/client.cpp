#include "spi/wire/client.hpp"

#include <charconv>
#include <optional>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>

#include "spi/service/waiting.hpp"
#include "spi/wire/websocket_channel.hpp"

namespace sesame::spi {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using wire::ErrorCode;
using wire::Tcp;
using wire::Tls;

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
template <class Stream>
class Attempt : public std::enable_shared_from_this<Attempt<Stream>> {
 public:
  template <class... Args>
  Attempt(AsioExecutor& executor, Uri uri, ConnectOptions options, std::shared_ptr<OneShot<Connected>> result, Args&&... args)
      : uri_(std::move(uri)), options_(std::move(options)), result_(std::move(result)), resolver_(executor.context()),
        socket_(std::in_place, executor.context(), std::forward<Args>(args)...) {}

  void start() {
    resolver_.async_resolve(uri_.host, uri_.port, [self = this->shared_from_this()](const ErrorCode& error, auto results) {
      if (error) return self->fail("the host name", error);
      beast::get_lowest_layer(*self->socket_).expires_after(self->options_.timeout);
      beast::get_lowest_layer(*self->socket_).async_connect(results, [self](const ErrorCode& refused, const tcp::endpoint&) {
        if (refused) return self->fail("the connection", refused);
        self->secure();
      });
    });
  }

 private:
  void secure() {
    ErrorCode ignored;
    beast::get_lowest_layer(*socket_).socket().set_option(tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, Tls>) {
      SSL_set_tlsext_host_name(socket_->next_layer().native_handle(), uri_.host.c_str());
      socket_->next_layer().set_verify_callback(ssl::host_name_verification(uri_.host));
      socket_->next_layer().async_handshake(ssl::stream_base::client, [self = this->shared_from_this()](const ErrorCode& error) {
        if (error) return self->fail("the TLS handshake", error);
        self->upgrade();
      });
    } else {
      upgrade();
    }
  }
  void upgrade() {
    beast::get_lowest_layer(*socket_).expires_never();
    beast::websocket::stream_base::timeout timeout;
    timeout.handshake_timeout = options_.timeout;
    timeout.idle_timeout = beast::websocket::stream_base::none();
    timeout.keep_alive_pings = false;
    socket_->set_option(timeout);
    socket_->async_handshake(uri_.host + ":" + uri_.port, uri_.path, [self = this->shared_from_this()](const ErrorCode& error) {
      if (error) return self->fail("the WebSocket upgrade of " + self->uri_.path, error);
      constexpr double unlimited = 1e12;
      self->result_->set({std::make_shared<wire::WebSocketChannel<Stream>>(
                              std::move(*self->socket_), wire::ChannelLimits{self->options_.message_bytes, 1u << 20,
                                                                             self->options_.outgoing_bytes, unlimited,
                                                                             std::chrono::hours(1), {}, nullptr}),
                          ""});
    });
  }
  void fail(const std::string& what, const ErrorCode& error) { result_->set({nullptr, what + " failed: " + error.message()}); }

  Uri uri_;
  ConnectOptions options_;
  std::shared_ptr<OneShot<Connected>> result_;
  tcp::resolver resolver_;
  std::optional<beast::websocket::stream<Stream>> socket_;
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
  std::shared_ptr<ssl::context> tls;
  if (uri.tls) {
    tls = std::make_shared<ssl::context>(client_tls(options));
    auto attempt = std::make_shared<Attempt<Tls>>(executor, uri, options, result, *tls);
    attempt->start();
  } else {
    std::make_shared<Attempt<Tcp>>(executor, uri, options, result)->start();
  }
  Connected connected = co_await result->wait();
  if (!connected.channel) throw std::runtime_error(text + ": " + connected.error);
  co_return connected.channel;
}

}  // namespace sesame::spi
