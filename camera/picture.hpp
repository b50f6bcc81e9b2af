// Pictures as files: JPEG through libjpeg-turbo, without OpenCV's imgcodecs and the 139 libraries it brings.
// Pure functions, any thread.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

#include "camera/frame.hpp"

namespace sesame::camera {

// Bytes that are not the picture they should be. Never names their content.
struct PictureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Both limits guard the process against a picture made to exhaust it.
inline constexpr int largest_picture_side = 8192;
inline constexpr std::size_t largest_picture_bytes = 16U << 20;

// JPEG (also one MJPEG frame) to BGR. Throws PictureError: not JPEG, damaged, larger than the limits.
Frame decode_jpeg(std::span<const std::uint8_t> bytes);
std::vector<std::uint8_t> encode_jpeg(const Frame& frame, int quality = 90);

// YUYV 4:2:2 (two bytes a pixel, BT.601 limited range, as UVC cameras send it) to BGR. `stride` is in bytes,
// at least 2 * width. Throws PictureError when the bytes are fewer than stride * height.
Frame decode_yuyv(std::span<const std::uint8_t> bytes, int width, int height, std::size_t stride);

}  // namespace sesame::camera
