// What is written in one turn of the executor's loop goes out in one piece. The acknowledge and the completion of a command
// that ends at once are then one packet, and one wake-up of the client. Internal to spi/wire; executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/websocket.hpp>

#include "spi/service/asio_executor.hpp"

namespace sesame::spi::wire {

/// A layer between a WebSocket and its TCP or TLS stream. A copy of it is the same stream.
template <class Next>
class GatheringStream {
  using ErrorCode = boost::system::error_code;

 public:
  using executor_type = typename Next::executor_type;
  using next_layer_type = Next;

  GatheringStream(AsioExecutor& loop, Next&& next) : state_(std::make_shared<State>(loop, std::move(next))) {}

  executor_type get_executor() noexcept { return state_->next.get_executor(); }
  Next& next_layer() { return state_->next; }
  const Next& next_layer() const { return state_->next; }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return state_->next.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(ErrorCode, std::size_t)>(
        [](auto done, std::shared_ptr<State> state, const Buffers& from) { state->take(from, std::move(done)); }, handler, state_, buffers);
  }

  /// Calls `then` when nothing is left to be sent.
  void drain(std::function<void()> then) { state_->drain(std::move(then)); }

 private:
  // Beyond this a writer waits until it is sent, and what is larger is not copied.
  static constexpr std::size_t enough = 16u << 10;

  using Waiting = std::vector<std::function<void()>>;

  struct State : std::enable_shared_from_this<State> {
    State(AsioExecutor& l, Next&& n) : loop(l), next(std::move(n)) {}

    template <class Buffers, class Done>
    void take(const Buffers& buffers, Done done) {
      const std::size_t bytes = boost::asio::buffer_size(buffers);
      if (error) return complete(std::move(done), 0);
      if (gathered.empty() && sending.empty() && bytes > enough) return next.async_write_some(buffers, std::move(done));
      const std::size_t begin = gathered.size(), count = std::min(bytes, enough - std::min(begin, enough));
      gathered.resize(begin + count);
      boost::asio::buffer_copy(boost::asio::buffer(gathered.data() + begin, count), buffers);
      if (!std::exchange(scheduled, true)) loop.at_turn_end([state = this->shared_from_this()] { state->flush(); });
      if (gathered.size() < enough) return complete(std::move(done), count);
      // A handler can be moved and not copied, a std::function must be copied.
      auto waiting = std::make_shared<Done>(std::move(done));
      drain([this, waiting, count] { complete(std::move(*waiting), count); });
    }

    template <class Done>
    void complete(Done done, std::size_t count) {
      auto waiting = std::make_shared<Done>(std::move(done));
      loop.post([waiting, failed = error, sent = error ? 0 : count] { (*waiting)(failed, sent); });
    }

    void flush() {
      scheduled = false;
      if (sending.empty() && !gathered.empty()) send(std::make_shared<Waiting>());
    }

    // Who waits belongs to the operation, so that both go together when the loop does.
    void send(std::shared_ptr<Waiting> waiting) {
      in_flight = waiting;
      sending.swap(gathered);
      boost::asio::async_write(next, boost::asio::buffer(sending),
                               [state = this->shared_from_this(), waiting](const ErrorCode& failed, std::size_t) { state->sent(failed, waiting); });
    }

    void sent(const ErrorCode& failed, std::shared_ptr<Waiting> waiting) {
      sending.clear();
      error = failed;
      if (error) gathered.clear();
      if (!gathered.empty()) return send(std::move(waiting));
      for (auto& then : *waiting) then();
    }

    void drain(std::function<void()> then) {
      if (sending.empty() && gathered.empty()) return then();
      flush();
      in_flight.lock()->push_back(std::move(then));
    }

    AsioExecutor& loop;
    Next next;
    std::string gathered, sending;
    std::weak_ptr<Waiting> in_flight;  // of what is being sent
    ErrorCode error;
    bool scheduled = false;
  };

  std::shared_ptr<State> state_;
};

template <class Next>
void teardown(boost::beast::role_type role, GatheringStream<Next>& stream, boost::system::error_code& error) {
  using boost::beast::websocket::teardown;
  teardown(role, stream.next_layer(), error);
}

// The last frame goes out before the stream is shut.
template <class Next, class Handler>
void async_teardown(boost::beast::role_type role, GatheringStream<Next>& stream, Handler&& handler) {
  auto waiting = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
  stream.drain([role, copy = stream, waiting]() mutable {
    using boost::beast::websocket::async_teardown;
    async_teardown(role, copy.next_layer(), std::move(*waiting));
  });
}

}  // namespace sesame::spi::wire
