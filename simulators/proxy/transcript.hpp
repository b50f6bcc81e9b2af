// What goes over XFS4IoT connections, without its values: who said what, in which order, with which codes and which
// properties. Read from the frames as plain JSON, so that it is a witness independent of the contract's code. Values; any
// thread.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::simulators {

struct Message {
  std::int64_t at_us = 0;  // microseconds of UTC
  std::string service;     // last part of the URI's path; "" is the publisher
  int connection = 0;      // counted by the proxy
  bool from_service = false;
  std::string type, name, version;  // type `unreadable`: no message of the standard
  std::optional<std::int64_t> request_id;
  std::string completion_code, error_code, status;
  std::vector<std::string> header;      // other header properties: timeout, errorDescription
  std::vector<std::string> properties;  // paths in the payload, sorted: "track2.data", "services[].serviceURI"
  std::vector<std::string> states;      // of Common.StatusChangedEvent alone: "cardReader.media=present"
};

using Transcript = std::vector<Message>;

/// What a frame says. Never throws; holds no value of a payload but errorCode and the words of StatusChangedEvent.
Message describe(std::string_view frame);

boost::json::object to_json(const Message& message);
/// Throws std::runtime_error for what to_json() did not write.
Message message_of(const boost::json::value& json);

/// One line for people: "< CardReader.ReadRawData completion 3.0 commandErrorCode/mediaJam {track2.data}".
std::string text_of(const Message& message);

}  // namespace sesame::simulators
