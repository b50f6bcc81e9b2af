// What is written in one turn of the executor's loop goes out in one piece. The acknowledge and the completion of a command
// that ends at once are then one packet, and one wake-up of the client. Internal to spi/wire; executor thread only.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

#include "spi/service/asio_executor.hpp"
#include "spi/wire/transport.hpp"

namespace sesame::spi::wire {

/// The layer below a WebSocket, as Beast wants one (AsyncReadStream, AsyncWriteStream). A copy of it is the same stream.
class GatheringStream {
 public:
  using executor_type = Loop;

  GatheringStream(AsioExecutor& loop, std::unique_ptr<Transport> transport);

  executor_type get_executor() noexcept;
  Transport& transport();
  void close();

  template <class Buffers, class Done>
  void async_read_some(const Buffers& buffers, Done&& done) {
    transport().read(first(buffers), Handler(std::forward<Done>(done)));
  }

  template <class Buffers, class Done>
  void async_write_some(const Buffers& buffers, Done&& done) {
    const std::size_t count = std::min(asio::buffer_size(buffers), enough);
    asio::buffer_copy(room(count), buffers);
    written(count, Handler(std::forward<Done>(done)));
  }

  /// Calls `then` at the end of this turn, after what was written in it has gone out.
  void at_turn_end(std::function<void()> then);
  /// Calls `then` when nothing is left to be sent.
  void drain(std::function<void()> then);

 private:
  // Beyond this a writer waits until it is sent.
  static constexpr std::size_t enough = 16u << 10;

  template <class Buffers>
  static asio::mutable_buffer first(const Buffers& buffers) {
    for (auto it = asio::buffer_sequence_begin(buffers); it != asio::buffer_sequence_end(buffers); ++it)
      if (const asio::mutable_buffer buffer = *it; buffer.size() > 0) return buffer;
    return {};
  }

  struct State;
  asio::mutable_buffer room(std::size_t bytes);
  void written(std::size_t bytes, Handler done);

  std::shared_ptr<State> state_;
};

inline void beast_close_socket(GatheringStream& stream) { stream.close(); }

/// Found by Beast: the last frame goes out before the stream is shut.
template <class Done>
void async_teardown(boost::beast::role_type role, GatheringStream& stream, Done&& done) {
  stream.drain([role, copy = stream, handler = Handler(std::forward<Done>(done))]() mutable { copy.transport().teardown(role, std::move(handler)); });
}

}  // namespace sesame::spi::wire
