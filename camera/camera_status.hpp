// What an operator is told of the camera behind the faces. Value type.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "camera/camera_identity.hpp"

namespace sesame::camera {

struct CameraStatus {
  std::string name;
  CameraIdentity found;
  bool is_pinned = false;
  CameraIdentity pinned;
  std::string tamper;                            // what happened; empty: nothing, or an operator cleared it
  std::string fault;                             // why there are no frames; empty: it works
  std::string light_challenge;                   // "on", or why not
  std::string lamp;                              // the same of switching its lamp
  std::string site;                              // whether the hall before it is known to the engine; "off": not asked for
  std::map<std::string, std::uint64_t> refused;  // frames by what was wrong with them, since the start
};

}  // namespace sesame::camera
