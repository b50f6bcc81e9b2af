// Opens the frame source that a configuration names: "v4l2:/dev/video0", "uvc:046d:0825", "replay:PATH",
// "empty".
#pragma once

#include <memory>
#include <string>

#include "camera/replay.hpp"
#include "camera/v4l2_source.hpp"

namespace sesame::camera {

struct SourceOptions {
  CameraOptions camera;
  ReplayOptions replay;
};

// Throws SourceError.
std::unique_ptr<FrameSource> open_source(const std::string& address, const SourceOptions& options = {});

}  // namespace sesame::camera
