// The door's messages between host and face process: one JSON object a line over a private Unix socket. Both
// ends use these readers and writers. Every field of a request is limited; a bad one is a DoorError that
// names the field, never its value.
#pragma once

#include <boost/json/fwd.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "biometric/calibration_oversight.hpp"
#include "biometric/camera_oversight.hpp"
#include "biometric/custody.hpp"
#include "biometric/engine.hpp"

namespace sesame::biometric::door {

// A message that breaks the protocol. The text names field and limit.
struct DoorError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t longest_line = 24U << 20;  // pictures in base64
inline constexpr std::size_t most_contexts = 16;        // a connection
inline constexpr std::size_t most_requests = 64;        // running at once, a connection
inline constexpr std::size_t most_references = 64;
inline constexpr std::size_t most_identities = 1000;  // at once
inline constexpr std::chrono::milliseconds heartbeat{500};

// Throws DoorError: not an object, too deep, unknown kind.
boost::json::object parse(std::string_view line);

std::string text_field(const boost::json::object& object, std::string_view name, std::size_t longest);
std::uint64_t number_field(const boost::json::object& object, std::string_view name, std::uint64_t largest);
double rate_field(const boost::json::object& object, std::string_view name);
bool flag_field(const boost::json::object& object, std::string_view name);
// At most `most` objects, which live as long as `object`.
std::vector<const boost::json::object*> objects_field(const boost::json::object& object,
                                                      std::string_view name, std::size_t most);

boost::json::object write(const EngineInfo& info);
boost::json::object write(const PresenceRequest& request);
boost::json::object write(const Presence& presence);
boost::json::object write(const CaptureRequest& request);
boost::json::object write(const CaptureProgress& progress);
boost::json::object write(const CaptureResult& result);
boost::json::object write(const EnrolRequest& request);
boost::json::object write(const Recognition& recognition);
boost::json::object write(const Reference& reference);
boost::json::object write(const TakeProgress& progress);
boost::json::object write(const EnrolledCustomer& enrolled);
boost::json::object write(const ForgottenCustomer& gone);
boost::json::object write(const std::vector<IdentityLine>& lines);
boost::json::object write(const std::optional<HeldFace>& held);
boost::json::object write(const Expiry& expiry);
boost::json::object write(const Rotation& rotation);
boost::json::object write(const CustodyNews& news);
boost::json::object write(const OwnRates& rates);
boost::json::object write(const OwnRatesProgress& progress);
boost::json::object write(const camera::CameraStatus& status);
boost::json::object write_bytes(const Bytes& bytes);

EngineInfo read_info(const boost::json::object& object);
PresenceRequest read_presence_request(const boost::json::object& object);
Presence read_presence(const boost::json::object& object);
CaptureRequest read_capture_request(const boost::json::object& object);
CaptureProgress read_progress(const boost::json::object& object);
CaptureResult read_capture_result(const boost::json::object& object);
EnrolRequest read_enrol_request(const boost::json::object& object);
Recognition read_recognition(const boost::json::object& object);
Reference read_reference(const boost::json::object& object);
TakeProgress read_take_progress(const boost::json::object& object);
EnrolledCustomer read_enrolled(const boost::json::object& object);
ForgottenCustomer read_forgotten(const boost::json::object& object);
std::vector<IdentityLine> read_identities(const boost::json::object& object);
std::optional<HeldFace> read_held(const boost::json::object& object);
Expiry read_expiry(const boost::json::object& object);
Rotation read_rotation(const boost::json::object& object);
CustodyNews read_news(const boost::json::object& object);
OwnRates read_own_rates(const boost::json::object& object);
OwnRatesProgress read_own_rates_progress(const boost::json::object& object);
camera::CameraStatus read_camera_status(const boost::json::object& object);
CustomerStatus read_status(const boost::json::object& object);
Bytes read_bytes(const boost::json::object& object);
ReferenceFormat read_format(const boost::json::object& object);
std::string_view to_string(ReferenceFormat format);
EngineRefusal::Reason read_reason(const boost::json::object& object);

}  // namespace sesame::biometric::door
