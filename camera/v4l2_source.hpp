// V4L2 camera: memory-mapped streaming of MJPEG or YUYV from /dev/videoN. One thread.
#pragma once

#include <memory>
#include <string>

#include "camera/frame_source.hpp"

namespace sesame::camera {

struct CameraOptions {
  int width = 640;  // wanted; the device may give its nearest
  int height = 480;
  double frames_per_second = 30;
  std::string sysfs = "/sys";  // where the kernel says which hardware it is
};

// Throws SourceError: no such device, busy, not a streaming camera, neither MJPEG nor YUYV.
std::unique_ptr<FrameSource> open_v4l2(const std::string& device, const CameraOptions& options = {});

}  // namespace sesame::camera
