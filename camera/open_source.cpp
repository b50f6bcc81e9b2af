#include "camera/open_source.hpp"

#include "camera/uvc_source.hpp"

namespace sesame::camera {

std::unique_ptr<FrameSource> open_source(const std::string& address, const SourceOptions& options) {
  const std::size_t colon = address.find(':');
  const std::string kind = address.substr(0, colon);
  const std::string rest = colon == std::string::npos ? std::string() : address.substr(colon + 1);
  if (kind == "v4l2" && !rest.empty()) return open_v4l2(rest, options.camera);
  if (kind == "uvc" && !rest.empty()) return open_uvc(parse_uvc_address(rest), options.camera);
  if (kind == "replay" && !rest.empty()) return open_replay(rest, options.replay);
  if (address == "empty") return open_empty_scene();
  throw SourceError("\"" + address +
                    "\" is not a camera (expected v4l2:/dev/videoN, uvc:vvvv:pppp, replay:PATH or empty)");
}

}  // namespace sesame::camera
