// A TCP connection, plain or TLS, behind one type: Beast's templates are instantiated once for both, and for both roles.
// Internal to spi/wire; executor thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/core/role.hpp>

namespace sesame::spi::wire {
namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
// Of the loop itself: Asio's default, an executor of any type, costs time at every step and in every compilation.
using Loop = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Loop>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Loop>;

/// What is called when an operation has ended, of any type, once. Copies are the same handler.
class Handler {
 public:
  template <class Function>
    requires(!std::is_same_v<std::remove_cvref_t<Function>, Handler>)
  explicit Handler(Function&& function)
      : body_(std::make_shared<Of<std::remove_cvref_t<Function>>>(std::forward<Function>(function))) {}

  void operator()(const ErrorCode& error, std::size_t count = 0) { std::exchange(body_, nullptr)->call(error, count); }

 private:
  struct Body {
    virtual ~Body() = default;
    virtual void call(const ErrorCode& error, std::size_t count) = 0;
  };
  template <class Function>
  struct Of final : Body {
    template <class From>
    explicit Of(From&& from) : function(std::forward<From>(from)) {}
    void call(const ErrorCode& error, std::size_t count) override {
      Function once = std::move(function);  // it may end what it belongs to
      if constexpr (std::is_invocable_v<Function&, const ErrorCode&, std::size_t>) once(error, count);
      else once(error);
    }
    Function function;
  };
  std::shared_ptr<Body> body_;
};

class Transport {
 public:
  virtual ~Transport() = default;
  virtual Socket& socket() = 0;
  /// Before anything else.
  virtual void handshake(Handler done) = 0;
  /// Up to the size of `into`, at least one byte.
  virtual void read(asio::mutable_buffer into, Handler done) = 0;
  /// All of `bytes`, which stay until `done`. Where the system takes them at once, `done` is called before this returns.
  virtual void write(asio::const_buffer bytes, Handler done) = 0;
  /// Ends the stream in an orderly way, as the WebSocket standard wants it after the last frame (RFC 6455, 7.1.1).
  virtual void teardown(boost::beast::role_type role, Handler done) = 0;
};

std::unique_ptr<Transport> plain_transport(Socket socket);

/// The context must outlive it.
std::unique_ptr<Transport> tls_server_transport(Socket socket, asio::ssl::context& context);
/// Verifies that the server has the name `host`.
std::unique_ptr<Transport> tls_client_transport(Socket socket, std::shared_ptr<asio::ssl::context> context, const std::string& host);

}  // namespace sesame::spi::wire
