// A two-way stream of text frames: what a service and a client talk over. WebSocket connections (spi/wire) and the
// in-memory pair below are channels with the same codec on both sides. Executor thread only.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace sesame::spi {

class Executor;

class Channel {
 public:
  virtual ~Channel() = default;

  struct Receiver {
    std::function<void(std::string_view frame)> on_frame;
    /// Called once; nothing is called after it. `reason` is for people.
    std::function<void(std::string_view reason)> on_closed;
  };
  /// Frames that arrived before are delivered now. It is guaranteed that no receiver is called from inside send() or close().
  virtual void receive(Receiver receiver) = 0;

  /// Queues a frame. A peer that does not read is cut off when the channel's limit is reached, never waited for.
  virtual void send(std::string frame) = 0;
  virtual void close(std::string_view reason) = 0;
};

/// Two ends of an in-memory channel on one executor. `backlog_limit` frames may wait for a receiver before the pair closes.
std::pair<std::shared_ptr<Channel>, std::shared_ptr<Channel>> local_channel(Executor& executor,
                                                                            std::size_t backlog_limit = 4096);

}  // namespace sesame::spi
