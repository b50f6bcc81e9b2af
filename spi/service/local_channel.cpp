#include <deque>

#include "spi/service/channel.hpp"
#include "spi/service/executor.hpp"

namespace sesame::spi {
namespace {

class LocalEnd final : public Channel, public std::enable_shared_from_this<LocalEnd> {
 public:
  LocalEnd(Executor& executor, std::size_t limit) : executor_(executor), limit_(limit) {}
  ~LocalEnd() override { close("the other side went away"); }

  static void join(const std::shared_ptr<LocalEnd>& a, const std::shared_ptr<LocalEnd>& b) {
    a->peer_ = b;
    b->peer_ = a;
  }

  void receive(Receiver receiver) override {
    receiver_ = std::move(receiver);
    executor_.post([self = weak_from_this()] {
      if (const auto end = self.lock()) end->deliver();
    });
  }

  void send(std::string frame) override {
    const auto peer = peer_.lock();
    if (!peer || closed_) return;
    if (peer->waiting_.size() >= limit_) return close("the other side does not read");
    peer->waiting_.push_back(std::move(frame));
    executor_.post([self = std::weak_ptr(peer)] {
      if (const auto end = self.lock()) end->deliver();
    });
  }

  void close(std::string_view reason) override {
    if (closed_) return;
    closed_ = true;
    if (const auto peer = peer_.lock())
      executor_.post([self = std::weak_ptr(peer), reason = std::string(reason)] {
        if (const auto end = self.lock()) end->peer_closed(reason);
      });
    executor_.post([self = weak_from_this(), reason = std::string(reason)] {
      if (const auto end = self.lock()) end->tell_closed(reason);
    });
  }

 private:
  void deliver() {
    const auto keep = shared_from_this();
    while (receiver_.on_frame && !waiting_.empty() && !closed_) {
      const std::string frame = std::move(waiting_.front());
      waiting_.pop_front();
      receiver_.on_frame(frame);
    }
  }
  void peer_closed(const std::string& reason) {
    deliver();
    closed_ = true;
    tell_closed(reason);
  }
  void tell_closed(const std::string& reason) {
    const auto keep = shared_from_this();
    const Receiver receiver = std::exchange(receiver_, {});
    if (receiver.on_closed) receiver.on_closed(reason);
  }

  Executor& executor_;
  std::size_t limit_;
  std::weak_ptr<LocalEnd> peer_;
  Receiver receiver_;
  std::deque<std::string> waiting_;
  bool closed_ = false;
};

}  // namespace

std::pair<std::shared_ptr<Channel>, std::shared_ptr<Channel>> local_channel(Executor& executor, std::size_t limit) {
  auto a = std::make_shared<LocalEnd>(executor, limit);
  auto b = std::make_shared<LocalEnd>(executor, limit);
  LocalEnd::join(a, b);
  return {a, b};
}

}  // namespace sesame::spi
