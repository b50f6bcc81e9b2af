// A WebSocket as a Channel, the same for both roles. Internal to spi/wire; executor thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>

#include <boost/beast/websocket/stream.hpp>

#include "spi/service/channel.hpp"
#include "spi/wire/gathering_stream.hpp"

namespace sesame::spi::wire {

/// Without compression, which XFS4IoT does not know.
using WebSocket = boost::beast::websocket::stream<GatheringStream, false>;

/// What all channels of a server hold together: unfinished messages and what is not sent yet.
struct SharedMemory {
  std::size_t limit, used = 0;
};

struct ChannelLimits {
  std::size_t message_bytes, message_fragments, outgoing_bytes;
  double messages_per_second;
  std::chrono::seconds message_time = std::chrono::hours(1);  // from a message's first part to its last
  std::chrono::seconds idle{0};                               // a client that is silent for so long is gone; 0: no limit
  std::shared_ptr<SharedMemory> memory;                       // null: no other limit than this channel's own
};

/// Of a WebSocket that is open.
std::shared_ptr<Channel> websocket_channel(WebSocket&& socket, ChannelLimits limits);

}  // namespace sesame::spi::wire
