// The door's messages about the camera: which it is, whether it was tampered with, what was refused of it.
#include <boost/json.hpp>

#include "biometric/process/door.hpp"

namespace sesame::biometric::door {

namespace {

namespace json = boost::json;
using json::object;

constexpr std::size_t longest_fact = 256;
constexpr std::size_t longest_text = 2048;
constexpr std::size_t most_kinds = 32;

object write(const camera::CameraIdentity& identity) {
  return {{"vendor", identity.vendor}, {"product", identity.product}, {"serial", identity.serial},
          {"port", identity.port},     {"driver", identity.driver},   {"bus", identity.bus}};
}

const object& part(const object& from, std::string_view name) {
  const json::value* const found = from.if_contains(name);
  if (found == nullptr || !found->is_object())
    throw DoorError("\"" + std::string(name) + "\" is not an object");
  return found->get_object();
}

camera::CameraIdentity read_identity(const object& from) {
  camera::CameraIdentity identity;
  identity.vendor = text_field(from, "vendor", longest_fact);
  identity.product = text_field(from, "product", longest_fact);
  identity.serial = text_field(from, "serial", longest_fact);
  identity.port = text_field(from, "port", longest_fact);
  identity.driver = text_field(from, "driver", longest_fact);
  identity.bus = text_field(from, "bus", longest_fact);
  return identity;
}

}  // namespace

object write(const camera::CameraStatus& status) {
  object refused;
  for (const auto& [fault, frames] : status.refused) refused[fault] = frames;
  return {{"name", status.name},
          {"found", write(status.found)},
          {"isPinned", status.is_pinned},
          {"pinned", write(status.pinned)},
          {"tamper", status.tamper},
          {"fault", status.fault},
          {"lightChallenge", status.light_challenge},
          {"lamp", status.lamp},
          {"site", status.site},
          {"refused", refused}};
}

camera::CameraStatus read_camera_status(const object& from) {
  camera::CameraStatus status;
  status.name = text_field(from, "name", longest_text);
  status.found = read_identity(part(from, "found"));
  status.is_pinned = flag_field(from, "isPinned");
  status.pinned = read_identity(part(from, "pinned"));
  status.tamper = text_field(from, "tamper", longest_text);
  status.fault = text_field(from, "fault", longest_text);
  status.light_challenge = text_field(from, "lightChallenge", longest_fact);
  status.lamp = text_field(from, "lamp", longest_fact);
  status.site = text_field(from, "site", longest_fact);
  const object& refused = part(from, "refused");
  if (refused.size() > most_kinds) throw DoorError("\"refused\" is not within its limit");
  for (const auto& count : refused)
    status.refused[std::string(count.key())] = number_field(refused, count.key(), 1ULL << 53U);
  return status;
}

}  // namespace sesame::biometric::door
