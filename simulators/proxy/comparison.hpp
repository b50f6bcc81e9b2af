// Whether two customers looked alike to an application: their transcripts, cut out of the recording of one run, must be equal
// but for ids, times and the values of tracks. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "simulators/proxy/transcript.hpp"

namespace sesame::simulators {

/// One ReadRawData of the application, and all that followed on all its connections until the next one.
struct Visit {
  Transcript messages;
  /// How that ReadRawData ended: "" while it is pending, "success", or its code ("timeOut", "commandErrorCode/noMedia").
  std::string read_ended;
  std::int64_t began_us = 0;
};

/// Cuts a recording at every CardReader.ReadRawData command. What was before the first belongs to no visit.
std::vector<Visit> visits(const Transcript& recording);

struct Difference {
  std::string service;
  std::size_t index = 0;    // in the messages of that service
  std::string left, right;  // text_of() both, or "nothing"; differing request order says so
  friend bool operator==(const Difference&, const Difference&) = default;
};
/// "cardreader, message 4: < CardReader.MediaInsertedEvent ... / < CardReader.TrackDetectedEvent ...".
std::string text_of(const Difference& difference);

/// The first difference, service by service; nothing if there is none. Request ids count by the order in which they first
/// come, so an event that names another request is a difference. Between services the order is not compared: they are
/// connections of their own.
std::optional<Difference> compare_transcripts(const Transcript& left, const Transcript& right);

}  // namespace sesame::simulators
