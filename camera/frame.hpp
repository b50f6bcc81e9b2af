// Frame: one picture of a camera as a value, 8-bit BGR rows, with when it was taken and which it was.
// Shared between users as FramePtr (never changed once made), so any thread may read it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace sesame::camera {

// Time since an epoch that the owner of the source chooses: the steady clock's in the face process, zero in
// virtual time.
using FrameTime = std::chrono::nanoseconds;

enum class PixelFormat { bgr, yuyv, mjpeg };

struct Frame {
  int width = 0;
  int height = 0;
  std::size_t stride = 0;           // bytes from one row to the next, at least 3 * width
  std::vector<std::uint8_t> bytes;  // stride * height bytes, B G R per pixel
  FrameTime captured_at{};          // when the exposure was taken
  std::uint64_t sequence = 0;       // counts the source's frames, dropped ones included

  const std::uint8_t* row(int y) const { return bytes.data() + stride * static_cast<std::size_t>(y); }
  std::uint8_t* row(int y) { return bytes.data() + stride * static_cast<std::size_t>(y); }
};

using FramePtr = std::shared_ptr<const Frame>;

// A frame of this size, black, rows packed.
inline Frame make_frame(int width, int height) {
  Frame frame;
  frame.width = width;
  frame.height = height;
  frame.stride = static_cast<std::size_t>(width) * 3;
  frame.bytes.resize(frame.stride * static_cast<std::size_t>(height));
  return frame;
}

}  // namespace sesame::camera
