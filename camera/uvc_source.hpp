// UVC camera through libuvc, without the kernel's driver. libuvc calls from a thread of its own; the newest
// frame waits behind a mutex, the rest is one thread's.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "camera/frame_source.hpp"
#include "camera/v4l2_source.hpp"

namespace sesame::camera {

struct UvcAddress {
  std::uint16_t vendor = 0;   // 0: any
  std::uint16_t product = 0;  // 0: any
  std::string serial;         // empty: any
};

// "vvvv:pppp[:serial]" in hexadecimal, or "any". Throws SourceError.
UvcAddress parse_uvc_address(const std::string& text);

// Throws SourceError: no such camera, no permission, neither MJPEG nor YUYV at the wanted size.
std::unique_ptr<FrameSource> open_uvc(const UvcAddress& address, const CameraOptions& options = {});

}  // namespace sesame::camera
