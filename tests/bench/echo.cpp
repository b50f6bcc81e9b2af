// The yardstick of a round trip: the same library, the same kind of coroutine, nothing else.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <cstdio>

#include "tests/bench/parts.hpp"

namespace sesame::bench {
namespace asio = boost::asio;
namespace beast = boost::beast;
using tcp = asio::ip::tcp;

namespace {

asio::awaitable<void> echo(tcp::socket socket, int copies) {
  try {
    socket.set_option(tcp::no_delay(true));
    beast::websocket::stream<tcp::socket> stream(std::move(socket));
    co_await stream.async_accept(asio::use_awaitable);
    stream.text(true);
    beast::flat_buffer buffer;
    for (;;) {
      co_await stream.async_read(buffer, asio::use_awaitable);
      for (int copy = 0; copy < copies; ++copy) co_await stream.async_write(buffer.cdata(), asio::use_awaitable);
      buffer.consume(buffer.size());
    }
  } catch (const std::exception&) {
    // The client is gone.
  }
}

asio::awaitable<void> accept(tcp::acceptor acceptor, int copies) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
    asio::co_spawn(acceptor.get_executor(), echo(std::move(socket), copies), asio::detached);
  }
}

}  // namespace

int serve_echo(int copies) {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  std::printf("%u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  asio::co_spawn(context, accept(std::move(acceptor), copies), asio::detached);
  context.run();
  return 0;
}

}  // namespace sesame::bench
