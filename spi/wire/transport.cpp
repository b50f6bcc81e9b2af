#include "spi/wire/transport.hpp"

#include <boost/asio/ssl.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/websocket/teardown.hpp>

namespace sesame::spi::wire {
namespace ssl = asio::ssl;
namespace websocket = boost::beast::websocket;

namespace {

class Plain final : public Transport {
 public:
  explicit Plain(Socket socket) : socket_(std::move(socket)) {
    ErrorCode ignored;
    socket_.non_blocking(true, ignored);
  }
  Socket& socket() override { return socket_; }
  void handshake(Handler done) override { done({}); }
  void read(asio::mutable_buffer into, Handler done) override { socket_.async_read_some(asio::buffer(into), std::move(done)); }
  void write(asio::const_buffer bytes, Handler done) override {
    ErrorCode error;
    const std::size_t sent = socket_.write_some(asio::buffer(bytes), error);
    const bool later = error == asio::error::would_block || error == asio::error::try_again;
    if (sent == bytes.size() || (error && !later)) return done(error, sent);
    asio::async_write(socket_, asio::buffer(bytes + sent), std::move(done));
  }
  void teardown(boost::beast::role_type role, Handler done) override { websocket::async_teardown(role, socket_, std::move(done)); }

 private:
  Socket socket_;
};

class Secure final : public Transport {
 public:
  using Role = ssl::stream_base::handshake_type;
  Secure(Socket socket, ssl::context& context, Role role) : stream_(std::move(socket), context), role_(role) {}
  Socket& socket() override { return stream_.next_layer(); }
  void handshake(Handler done) override { stream_.async_handshake(role_, std::move(done)); }
  void read(asio::mutable_buffer into, Handler done) override { stream_.async_read_some(asio::buffer(into), std::move(done)); }
  void write(asio::const_buffer bytes, Handler done) override { asio::async_write(stream_, asio::buffer(bytes), std::move(done)); }
  void teardown(boost::beast::role_type, Handler done) override { stream_.async_shutdown(std::move(done)); }

  void verify(std::shared_ptr<ssl::context> context, const std::string& host) {
    context_ = std::move(context);
    SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
    stream_.set_verify_callback(ssl::host_name_verification(host));
  }

 private:
  std::shared_ptr<ssl::context> context_;
  ssl::stream<Socket> stream_;
  Role role_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(Socket socket) { return std::make_unique<Plain>(std::move(socket)); }

std::unique_ptr<Transport> tls_server_transport(Socket socket, ssl::context& context) {
  return std::make_unique<Secure>(std::move(socket), context, ssl::stream_base::server);
}

std::unique_ptr<Transport> tls_client_transport(Socket socket, std::shared_ptr<ssl::context> context, const std::string& host) {
  auto transport = std::make_unique<Secure>(std::move(socket), *context, ssl::stream_base::client);
  transport->verify(std::move(context), host);
  return transport;
}

}  // namespace sesame::spi::wire
