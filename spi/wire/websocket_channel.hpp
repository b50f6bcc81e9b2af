// A WebSocket as a Channel, the same for both roles and for plain and TLS streams. Internal to spi/wire: Beast's templates
// are instantiated in server.cpp and client.cpp alone.
#pragma once

#include <deque>
#include <optional>
#include <utility>

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>

#include "spi/service/channel.hpp"

namespace sesame::spi::wire {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using Tcp = beast::tcp_stream;
using Tls = beast::ssl_stream<beast::tcp_stream>;
using ErrorCode = boost::system::error_code;

struct ChannelLimits {
  std::size_t message_bytes, message_fragments, outgoing_bytes;
  double messages_per_second;
};

/// Lets a client that sends faster than its rate wait: no message is lost, none is refused.
class RateLimit {
 public:
  explicit RateLimit(double per_second) : per_second_(per_second), tokens_(per_second) {}
  /// Takes one; how long to wait before the next read.
  std::chrono::duration<double> take() {
    const auto now = std::chrono::steady_clock::now();
    tokens_ = std::min(per_second_, tokens_ + per_second_ * std::chrono::duration<double>(now - last_).count());
    last_ = now;
    tokens_ -= 1;
    return std::chrono::duration<double>(tokens_ >= 0 ? 0.0 : -tokens_ / per_second_);
  }

 private:
  double per_second_, tokens_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

template <class Stream>
class WebSocketChannel final : public Channel, public std::enable_shared_from_this<WebSocketChannel<Stream>> {
 public:
  WebSocketChannel(websocket::stream<Stream>&& stream, ChannelLimits limits)
      : stream_(std::move(stream)), limits_(limits), rate_(limits.messages_per_second), pause_(stream_.get_executor()) {
    stream_.read_message_max(limits_.message_bytes);
    stream_.text(true);
  }

  void receive(Receiver receiver) override {
    receiver_ = std::move(receiver);
    if (!std::exchange(reading_, true)) asio::post(stream_.get_executor(), [self = this->shared_from_this()] { self->read(); });
  }

  void send(std::string frame) override {
    if (closing_) return;
    outgoing_bytes_ += frame.size();
    if (outgoing_bytes_ > limits_.outgoing_bytes) return cut("it does not read what it is sent");
    outgoing_.push_back(std::move(frame));
    if (outgoing_.size() == 1) write();
  }

  void close(std::string_view reason) override {
    if (std::exchange(closing_, true)) return;
    reason_ = reason;
    if (outgoing_.empty()) start_close(websocket::close_code::normal);
  }

 private:
  void read() {
    stream_.async_read_some(incoming_, limits_.message_bytes,
                            [self = this->shared_from_this()](const ErrorCode& error, std::size_t) { self->on_read(error); });
  }

  void on_read(const ErrorCode& error) {
    if (error) return ended(error == websocket::error::closed ? "it closed the connection" : error.message());
    if (++fragments_ > limits_.message_fragments) return refuse(websocket::close_code::too_big, "its message has too many fragments");
    if (!stream_.is_message_done()) return read();
    fragments_ = 0;
    if (!stream_.got_text()) return refuse(websocket::close_code::unknown_data, "it sent a binary message; XFS4IoT messages are text");
    const auto data = incoming_.cdata();
    if (receiver_.on_frame) receiver_.on_frame({static_cast<const char*>(data.data()), data.size()});
    incoming_.consume(incoming_.size());
    if (incoming_.capacity() > 256u << 10) incoming_.shrink_to_fit();
    const auto wait = rate_.take();
    if (wait.count() <= 0) return read();
    pause_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(wait));
    pause_.async_wait([self = this->shared_from_this()](const ErrorCode& stopped) {
      if (!stopped) self->read();
    });
  }

  void write() {
    stream_.async_write(asio::buffer(outgoing_.front()), [self = this->shared_from_this()](const ErrorCode& error, std::size_t) {
      self->on_written(error);
    });
  }

  void on_written(const ErrorCode& error) {
    if (error) return ended(error.message());
    outgoing_bytes_ -= outgoing_.front().size();
    outgoing_.pop_front();
    if (!outgoing_.empty()) return write();
    if (closing_) start_close(websocket::close_code::normal);
  }

  // A client that broke a limit gets a close frame if it can take one, and no more of its data is read.
  void refuse(websocket::close_code code, std::string_view reason) {
    reason_ = reason;
    closing_ = true;
    start_close(code);
    ended(reason);
  }

  void start_close(websocket::close_code code) {
    if (std::exchange(close_sent_, true)) return;
    stream_.async_close({code, reason_}, [self = this->shared_from_this()](const ErrorCode&) { self->ended(self->reason_); });
  }

  void cut(std::string_view reason) {
    closing_ = true;
    reason_ = reason;
    beast::get_lowest_layer(stream_).socket().close(ignored_);
    asio::post(stream_.get_executor(), [self = this->shared_from_this()] { self->ended(self->reason_); });
  }

  void ended(std::string_view reason) {
    closing_ = true;
    pause_.cancel();
    const Receiver receiver = std::exchange(receiver_, {});
    if (receiver.on_closed) receiver.on_closed(reason_.empty() ? reason : reason_);
  }

  websocket::stream<Stream> stream_;
  ChannelLimits limits_;
  RateLimit rate_;
  asio::steady_timer pause_;
  beast::flat_buffer incoming_;
  std::deque<std::string> outgoing_;
  std::size_t outgoing_bytes_ = 0, fragments_ = 0;
  Receiver receiver_;
  std::string reason_;
  ErrorCode ignored_;
  bool reading_ = false, closing_ = false, close_sent_ = false;
};

}  // namespace sesame::spi::wire
