#include "camera/picture.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <memory>

namespace sesame::camera {
namespace {

struct TurboClose {
  void operator()(void* handle) const { tjDestroy(handle); }
};
using Turbo = std::unique_ptr<void, TurboClose>;

std::uint8_t clamp_to_byte(int value) { return static_cast<std::uint8_t>(std::clamp(value, 0, 255)); }

// BT.601 limited range in 8-bit fixed point.
void put_pixel(std::uint8_t* out, int luma, int u, int v) {
  const int c = 298 * (luma - 16);
  const int d = u - 128;
  const int e = v - 128;
  out[0] = clamp_to_byte((c + 516 * d + 128) >> 8);
  out[1] = clamp_to_byte((c - 100 * d - 208 * e + 128) >> 8);
  out[2] = clamp_to_byte((c + 409 * e + 128) >> 8);
}

}  // namespace

Frame decode_jpeg(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > largest_picture_bytes) throw PictureError("the picture has more than 16 MiB");
  const Turbo turbo(tjInitDecompress());
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colour_space = 0;
  const auto size = static_cast<unsigned long>(bytes.size());
  if (bytes.empty() ||
      tjDecompressHeader3(turbo.get(), bytes.data(), size, &width, &height, &subsampling, &colour_space) != 0)
    throw PictureError("the bytes are not a JPEG picture");
  if (width > largest_picture_side || height > largest_picture_side)
    throw PictureError("the picture is larger than 8192 x 8192 pixels");
  Frame frame = make_frame(width, height);
  // UVC cameras leave the end marker out now and then: a warning is no reason to lose the frame.
  if (tjDecompress2(turbo.get(), bytes.data(), size, frame.bytes.data(), width,
                    static_cast<int>(frame.stride), height, TJPF_BGR, 0) != 0 &&
      tjGetErrorCode(turbo.get()) == TJERR_FATAL)
    throw PictureError("the JPEG picture is damaged");
  return frame;
}

std::vector<std::uint8_t> encode_jpeg(const Frame& frame, int quality) {
  const Turbo turbo(tjInitCompress());
  unsigned char* data = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(turbo.get(), frame.bytes.data(), frame.width, static_cast<int>(frame.stride),
                                 frame.height, TJPF_BGR, &data, &size, TJSAMP_420, quality, 0);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owned(data, tjFree);
  if (failed != 0) throw PictureError("the picture could not be written as JPEG");
  return {data, data + size};
}

Frame decode_yuyv(std::span<const std::uint8_t> bytes, int width, int height, std::size_t stride) {
  if (width <= 0 || height <= 0 || width % 2 != 0 || width > largest_picture_side ||
      height > largest_picture_side)
    throw PictureError("a YUYV picture needs an even width and sides of 1 to 8192 pixels");
  if (stride < static_cast<std::size_t>(width) * 2 ||
      bytes.size() < stride * static_cast<std::size_t>(height))
    throw PictureError("the YUYV picture is shorter than its size says");
  Frame frame = make_frame(width, height);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* in = bytes.data() + stride * static_cast<std::size_t>(y);
    std::uint8_t* out = frame.row(y);
    for (int x = 0; x < width; x += 2, in += 4, out += 6) {
      put_pixel(out, in[0], in[1], in[3]);
      put_pixel(out + 3, in[2], in[1], in[3]);
    }
  }
  return frame;
}

}  // namespace sesame::camera
