#include "spi/wire/websocket_channel.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

namespace sesame::spi::wire {
namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

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
  std::chrono::steady_clock::time_point last() const { return last_; }

 private:
  double per_second_, tokens_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

class WebSocketChannel final : public Channel, public std::enable_shared_from_this<WebSocketChannel> {
 public:
  WebSocketChannel(WebSocket&& stream, ChannelLimits limits)
      : stream_(std::move(stream)), limits_(limits), rate_(limits.messages_per_second), pause_(stream_.get_executor()), silence_(stream_.get_executor()) {
    stream_.read_message_max(limits_.message_bytes);
    stream_.text(true);
    stream_.control_callback([this](websocket::frame_type, beast::string_view) { last_sign_ = std::chrono::steady_clock::now(); });
  }
  ~WebSocketChannel() override {
    if (limits_.memory) limits_.memory->used -= held_;
  }

  void receive(Receiver receiver) override {
    receiver_ = std::move(receiver);
    if (std::exchange(reading_, true)) return;
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->read(); });
    if (limits_.idle.count() > 0) watch_silence();
  }

  void send(std::string frame) override {
    if (closing_) return;
    outgoing_bytes_ += frame.size();
    if (outgoing_bytes_ > limits_.outgoing_bytes || !may_hold()) return cut("it does not read what it is sent");
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
                            [self = shared_from_this()](const ErrorCode& error, std::size_t) { self->on_read(error); });
  }

  void on_read(const ErrorCode& error) {
    if (error) return ended(error == websocket::error::closed ? "it closed the connection" : error.message());
    if (!stream_.is_message_done()) return on_part();
    if (std::exchange(parts_, 0) > 0) pause_.cancel();
    message_read_ = 0;
    if (!stream_.got_text()) return refuse(websocket::close_code::unknown_data, "it sent a binary message; XFS4IoT messages are text");
    const auto data = incoming_.cdata();
    if (receiver_.on_frame) receiver_.on_frame({static_cast<const char*>(data.data()), data.size()});
    incoming_.consume(incoming_.size());
    if (incoming_.capacity() > 16u << 10) incoming_.shrink_to_fit();
    may_hold();
    const auto wait = rate_.take();
    // The answer first: to ask the system for more costs as much time as a small answer.
    if (wait.count() <= 0) return stream_.next_layer().at_turn_end([self = shared_from_this()] { self->read(); });
    pause_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(wait));
    pause_.async_wait([self = shared_from_this()](const ErrorCode& stopped) {
      if (!stopped) self->read();
    });
  }

  // A large message comes in many reads, as the network cuts it; only small parts count as fragments.
  void on_part() {
    constexpr std::size_t small = 512;
    last_sign_ = std::chrono::steady_clock::now();
    if (parts_ == 0) start_message_time();
    if (incoming_.size() - std::exchange(message_read_, incoming_.size()) < small || parts_ == 0) ++parts_;
    if (parts_ > limits_.message_fragments) return refuse(websocket::close_code::too_big, "its message has too many fragments");
    if (!may_hold()) return refuse(websocket::close_code::try_again_later, "all clients together have sent too much that is unfinished");
    read();
  }

  void start_message_time() {
    pause_.expires_after(limits_.message_time);
    pause_.async_wait([weak = weak_from_this()](const ErrorCode& stopped) {
      const auto self = weak.lock();
      if (!stopped && self) self->cut("its message took too long");
    });
  }

  // A silent client is asked after half of the time whether it is there. Beast can do the same, with a system timer set anew for
  // every message.
  void watch_silence() {
    const auto heard = std::max(rate_.last(), last_sign_);
    const auto half = std::chrono::milliseconds(limits_.idle) / 2;
    const bool ask = heard != asked_after_;
    silence_.expires_at(heard + (ask ? half : 2 * half));
    silence_.async_wait([weak = weak_from_this(), heard, ask](const ErrorCode& stopped) {
      const auto self = weak.lock();
      if (!stopped && self) self->silent_since(heard, ask);
    });
  }

  void silent_since(std::chrono::steady_clock::time_point heard, bool ask) {
    if (std::max(rate_.last(), last_sign_) == heard) {
      if (!ask) return cut("it was silent for too long");
      asked_after_ = heard;
      stream_.async_ping({}, [self = shared_from_this()](const ErrorCode&) {});
    }
    watch_silence();
  }

  // Keeps the account of what all channels hold. False when that is too much and this one has more than a small share.
  bool may_hold() {
    if (!limits_.memory) return true;
    constexpr std::size_t share = 64u << 10;
    auto& memory = *limits_.memory;
    memory.used -= held_;
    held_ = incoming_.size() + outgoing_bytes_;
    memory.used += held_;
    return held_ <= share || memory.used <= memory.limit;
  }

  void write() {
    stream_.async_write(asio::buffer(outgoing_.front()), [self = shared_from_this()](const ErrorCode& error, std::size_t) {
      self->on_written(error);
    });
  }

  void on_written(const ErrorCode& error) {
    if (error) return ended(error.message());
    outgoing_bytes_ -= outgoing_.front().size();
    outgoing_.pop_front();
    may_hold();
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
    stream_.async_close({code, reason_}, [self = shared_from_this()](const ErrorCode&) { self->ended(self->reason_); });
  }

  void cut(std::string_view reason) {
    closing_ = true;
    reason_ = reason;
    stream_.next_layer().close();
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->ended(self->reason_); });
  }

  void ended(std::string_view reason) {
    closing_ = true;
    pause_.cancel();
    silence_.cancel();
    const Receiver receiver = std::exchange(receiver_, {});
    if (receiver.on_closed) receiver.on_closed(reason_.empty() ? reason : reason_);
  }

  WebSocket stream_;
  ChannelLimits limits_;
  RateLimit rate_;
  Timer pause_, silence_;
  std::chrono::steady_clock::time_point last_sign_{}, asked_after_{};
  beast::flat_buffer incoming_;
  std::deque<std::string> outgoing_;
  std::size_t outgoing_bytes_ = 0, held_ = 0, message_read_ = 0, parts_ = 0;
  Receiver receiver_;
  std::string reason_;
  bool reading_ = false, closing_ = false, close_sent_ = false;
};

}  // namespace

std::shared_ptr<Channel> websocket_channel(WebSocket&& socket, ChannelLimits limits) {
  return std::make_shared<WebSocketChannel>(std::move(socket), std::move(limits));
}

}  // namespace sesame::spi::wire
