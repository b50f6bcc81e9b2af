#include "spi/wire/server.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "spi/wire/client.hpp"
#include "spi/wire/websocket_channel.hpp"

namespace sesame::spi {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using wire::ErrorCode;
using wire::Socket;

namespace {
constexpr std::string_view base_path = "/xfs4iot/v1.0";
constexpr std::uint8_t tls_handshake_record = 0x16;

// "/xfs4iot/v1.0/cardreader/" -> "cardreader"; nothing for a path that is not ours. Both forms of the slash are in use.
std::optional<std::string> service_name(std::string_view target) {
  if (!target.starts_with(base_path)) return std::nullopt;
  target.remove_prefix(base_path.size());
  if (target.ends_with('/')) target.remove_suffix(1);
  if (target.empty()) return "";
  if (!target.starts_with('/')) return std::nullopt;
  target.remove_prefix(1);
  return std::string(target);
}

// Not "null": a sandboxed frame of any page on the web sends that.
bool of_this_machine(std::string_view origin) {
  if (origin == "file://") return true;
  for (std::string_view scheme : {"http://", "https://"})
    for (std::string_view host : {"localhost", "127.0.0.1", "[::1]"}) {
      const std::string prefix = std::string(scheme) + std::string(host);
      if (origin == prefix || origin.starts_with(prefix + ":")) return true;
    }
  return false;
}
}  // namespace

struct Server::State : std::enable_shared_from_this<Server::State> {
  State(AsioExecutor& e, ServerOptions o) : executor(e), options(std::move(o)), acceptor(e.context()), retry(e.context()) {}

  AsioExecutor& executor;
  ServerOptions options;
  asio::basic_socket_acceptor<tcp, wire::Loop> acceptor;
  wire::Timer retry;
  std::optional<ssl::context> tls;
  std::map<std::string, Accept> services;
  std::shared_ptr<wire::SharedMemory> memory = std::make_shared<wire::SharedMemory>(wire::SharedMemory{options.limits.all_bytes});
  std::size_t connections = 0;
  std::uint16_t port = 0;

  void accept();
  ClientIdentity identify(const Socket& socket) const;
};

namespace {

template <class Owner>
void close_after(wire::Timer& timer, std::chrono::seconds time, std::weak_ptr<Owner> weak) {
  timer.expires_after(time);
  timer.async_wait([weak = std::move(weak)](const ErrorCode& stopped) {
    const auto owner = weak.lock();
    if (!stopped && owner) owner->close();
  });
}

// One client from accept to upgrade. Counts as a connection as long as anything holds it.
template <class State>
class Upgrade : public std::enable_shared_from_this<Upgrade<State>> {
 public:
  Upgrade(std::shared_ptr<State> server, ClientIdentity client, std::unique_ptr<wire::Transport> transport)
      : server_(std::move(server)), client_(std::move(client)), stream_(server_->executor, std::move(transport)),
        deadline_(server_->executor.context()) {
    parser_.header_limit(8192);
    parser_.body_limit(0);
  }
  void start() {
    close_after(deadline_, server_->options.limits.handshake, this->weak_from_this());
    stream_.transport().handshake(wire::Handler([self = this->shared_from_this()](const ErrorCode& error) {
      if (!error) self->read_request();
    }));
  }
  void close() { stream_.close(); }

 private:
  void read_request() {
    http::async_read(stream_, buffer_, parser_, [self = this->shared_from_this()](const ErrorCode& error, std::size_t) {
      self->deadline_.cancel();
      if (!error) self->decide();
    });
  }
  void decide() {
    const auto& request = parser_.get();
    const auto name = service_name({request.target().data(), request.target().size()});
    if (!name || !server_->services.contains(*name)) return answer(http::status::not_found, "no service has this path");
    if (!beast::websocket::is_upgrade(request))
      return answer(http::status::bad_request, "an XFS4IoT endpoint speaks WebSocket; this was a plain HTTP request");
    const std::string_view origin(request[http::field::origin].data(), request[http::field::origin].size());
    const auto& allowed = server_->options.allowed_origins;
    if (!origin.empty() && !of_this_machine(origin) && std::find(allowed.begin(), allowed.end(), origin) == allowed.end())
      return answer(http::status::forbidden, "web pages of this origin may not connect (allowed_origins)");
    name_ = *name;
    upgrade();
  }
  void answer(http::status status, const char* text) {
    close_after(deadline_, server_->options.limits.handshake, this->weak_from_this());  // the client may not read
    response_.result(status);
    response_.set(http::field::content_type, "text/plain; charset=utf-8");
    response_.body() = std::string(text) + "\n";
    response_.prepare_payload();
    response_.keep_alive(false);
    http::async_write(stream_, response_, [self = this->shared_from_this()](const ErrorCode&, std::size_t) {
      self->stream_.drain([self] {
        ErrorCode ignored;
        self->stream_.transport().socket().shutdown(tcp::socket::shutdown_send, ignored);
      });
    });
  }
  void upgrade() {
    socket_.emplace(stream_);
    beast::websocket::stream_base::timeout timeout;
    timeout.handshake_timeout = server_->options.limits.handshake;
    timeout.idle_timeout = beast::websocket::stream_base::none();  // the channel's
    timeout.keep_alive_pings = false;
    socket_->set_option(timeout);
    socket_->async_accept(parser_.get(), [self = this->shared_from_this()](const ErrorCode& error) {
      if (!error) self->open();
    });
  }
  void open() {
    const auto& limits = server_->options.limits;
    auto channel = wire::websocket_channel(std::move(*socket_), {limits.message_bytes, limits.message_fragments, limits.outgoing_bytes,
                                                                 limits.messages_per_second, limits.message_time, limits.idle, server_->memory});
    // The count falls when the channel goes, not when this object does.
    auto* const bare = channel.get();
    auto counted = std::shared_ptr<Channel>(bare, [channel = std::move(channel), ticket = std::move(ticket_)](Channel*) mutable {
      channel.reset();
      ticket.reset();
    });
    server_->services.at(name_)(std::move(counted), client_);
  }

  struct Ticket {
    std::shared_ptr<State> server;
    explicit Ticket(std::shared_ptr<State> s) : server(std::move(s)) { ++server->connections; }
    ~Ticket() { --server->connections; }
    Ticket(const Ticket&) = delete;
  };
  std::shared_ptr<State> server_;
  std::shared_ptr<Ticket> ticket_ = std::make_shared<Ticket>(server_);
  ClientIdentity client_;
  wire::GatheringStream stream_;
  wire::Timer deadline_;
  std::optional<wire::WebSocket> socket_;
  beast::flat_buffer buffer_{16384};
  http::request_parser<http::empty_body> parser_;
  http::response<http::string_body> response_;
  std::string name_;
};

// Looks at the first byte without taking it: TLS records of a handshake begin with 0x16, HTTP with a letter.
template <class State>
class FirstByte : public std::enable_shared_from_this<FirstByte<State>> {
 public:
  FirstByte(std::shared_ptr<State> server, Socket socket)
      : server_(std::move(server)), socket_(std::move(socket)), deadline_(server_->executor.context()) {}
  void look() {
    close_after(deadline_, server_->options.limits.handshake, this->weak_from_this());
    socket_.async_receive(asio::buffer(&byte_, 1), tcp::socket::message_peek,
                          [self = this->shared_from_this()](const ErrorCode& error, std::size_t count) {
                            self->deadline_.cancel();
                            if (!error && count == 1) self->branch();
                          });
  }
  void close() { socket_.close(ignored_); }

 private:
  void branch() {
    socket_.set_option(tcp::no_delay(true), ignored_);
    ClientIdentity client = server_->identify(socket_);
    if (byte_ == tls_handshake_record) {
      if (server_->tls) upgrade(std::move(client), wire::tls_server_transport(std::move(socket_), *server_->tls));
    } else if (server_->options.plain) {
      upgrade(std::move(client), wire::plain_transport(std::move(socket_)));
    }
  }
  void upgrade(ClientIdentity client, std::unique_ptr<wire::Transport> transport) {
    std::make_shared<Upgrade<State>>(server_, std::move(client), std::move(transport))->start();
  }

  std::shared_ptr<State> server_;
  Socket socket_;
  wire::Timer deadline_;
  std::uint8_t byte_ = 0;
  ErrorCode ignored_;
};

}  // namespace

void Server::State::accept() {
  acceptor.async_accept([self = shared_from_this()](const ErrorCode& error, Socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error && self->connections < self->options.limits.connections)
      std::make_shared<FirstByte<State>>(self, std::move(socket))->look();
    if (!error) return self->accept();
    // Out of file descriptors or the like: let some go, then go on.
    self->retry.expires_after(std::chrono::milliseconds(100));
    self->retry.async_wait([self](const ErrorCode& stopped) {
      if (!stopped) self->accept();
    });
  });
}

ClientIdentity Server::State::identify(const Socket& socket) const {
  ClientIdentity client;
  ErrorCode error;
  const auto peer = socket.remote_endpoint(error);
  const auto own = socket.local_endpoint(error);
  if (error) return client;
  client.address = peer.address().to_string() + ":" + std::to_string(peer.port());
  if (peer.address().is_loopback())
    client.uid = peer_uid(peer.address().to_string(), peer.port(), own.address().to_string(), own.port());
  return client;
}

Server::Server(AsioExecutor& executor, ServerOptions options)
    : state_(std::make_shared<State>(executor, std::move(options))) {
  if (!state_->options.tls) return;
  auto& context = state_->tls.emplace(ssl::context::tls_server);
  context.set_options(ssl::context::default_workarounds | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
  ErrorCode error;
  context.use_certificate_chain_file(state_->options.tls->certificate_chain_file, error);
  if (error) throw std::runtime_error("TLS certificate " + state_->options.tls->certificate_chain_file + " cannot be used: " + error.message());
  context.use_private_key_file(state_->options.tls->private_key_file, ssl::context::pem, error);
  if (error) throw std::runtime_error("TLS private key " + state_->options.tls->private_key_file + " cannot be used: " + error.message());
}

Server::~Server() { close(); }

void Server::publish(const std::string& name, Accept accept) { state_->services[name] = std::move(accept); }

void Server::listen() {
  auto ports = state_->options.ports;
  if (ports.empty()) ports = standard_ports(state_->tls && !state_->options.plain);
  std::string tried;
  for (const std::uint16_t port : ports) {
    ErrorCode error;
    const tcp::endpoint endpoint(asio::ip::make_address(state_->options.address), port);
    state_->acceptor.open(endpoint.protocol(), error);
    state_->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    state_->acceptor.bind(endpoint, error);
    if (!error) state_->acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (!error) {
      state_->port = state_->acceptor.local_endpoint().port();
      return state_->accept();
    }
    tried += (tried.empty() ? "" : ", ") + std::to_string(port) + " (" + error.message() + ")";
    state_->acceptor.close(error);
  }
  throw std::runtime_error("no port is free on " + state_->options.address + ": " + tried);
}

void Server::close() {
  ErrorCode ignored;
  state_->acceptor.close(ignored);
  state_->retry.cancel();
}

std::uint16_t Server::port() const { return state_->port; }
std::size_t Server::connections() const { return state_->connections; }

std::string Server::uri(const std::string& name) const {
  const auto& address = state_->options.address;
  const std::string host = address.find(':') == std::string::npos ? address : "[" + address + "]";
  return std::string(state_->tls ? "wss://" : "ws://") + host + ":" + std::to_string(state_->port) + std::string(base_path) +
         (name.empty() ? "" : "/" + name);
}

}  // namespace sesame::spi
