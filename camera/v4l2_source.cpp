#include "camera/v4l2_source.hpp"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "camera/picture.hpp"

namespace sesame::camera {
namespace {

constexpr unsigned buffer_count = 4;

std::string error_text(int error) { return std::generic_category().message(error); }

int retried_ioctl(int descriptor, unsigned long request, void* argument) {
  int result = 0;
  do {
    result = ::ioctl(descriptor, request, argument);
  } while (result == -1 && errno == EINTR);
  return result;
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

class MappedBuffer {
 public:
  MappedBuffer(void* address, std::size_t length) : address_(address), length_(length) {}
  MappedBuffer(MappedBuffer&& other) noexcept
      : address_(std::exchange(other.address_, nullptr)), length_(other.length_) {}
  MappedBuffer& operator=(MappedBuffer&&) = delete;
  ~MappedBuffer() {
    if (address_ != nullptr) ::munmap(address_, length_);
  }
  std::span<const std::uint8_t> bytes(std::size_t used) const {
    return {static_cast<const std::uint8_t*>(address_), std::min(used, length_)};
  }

 private:
  void* address_;
  std::size_t length_;
};

class V4l2Source final : public FrameSource {
 public:
  V4l2Source(std::string device, const CameraOptions& options)
      : device_(std::move(device)), descriptor_(::open(device_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC)) {
    if (descriptor_.get() < 0)
      throw SourceError(errno == ENOENT
                            ? "there is no camera " + device_
                            : "the camera " + device_ + " cannot be opened: " + error_text(errno));
    check_capabilities();
    choose_format(options);
    map_buffers();
    v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    must(VIDIOC_STREAMON, &type, "does not start streaming");
  }
  ~V4l2Source() override {
    v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    retried_ioctl(descriptor_.get(), VIDIOC_STREAMOFF, &type);
  }

  SourceDescription description() const override { return description_; }
  std::optional<FrameTime> next_due() const override { return std::nullopt; }
  std::uint64_t dropped() const override { return dropped_; }

  // Empties the driver's queue and decodes only the last buffer: a late frame costs no decoding.
  FramePtr newest(FrameTime now) override {
    std::optional<v4l2_buffer> held;
    while (std::optional<v4l2_buffer> next = dequeue()) {
      if (held) {
        ++dropped_;
        must(VIDIOC_QBUF, &*held, "does not take a buffer back");
      }
      held = next;
    }
    // Nobody asked for a while: the driver filled its buffers long ago and waited. What they hold is the
    // past.
    const bool stale = asked_ && now - last_asked_ > std::chrono::seconds(1);
    asked_ = true;
    last_asked_ = now;
    if (!held) return nullptr;
    FramePtr frame = stale || (held->flags & V4L2_BUF_FLAG_ERROR) != 0 ? nullptr : decode(*held, now);
    if (!frame) ++dropped_;
    must(VIDIOC_QBUF, &*held, "does not take a buffer back");
    return frame;
  }

 private:
  void must(unsigned long request, void* argument, const char* otherwise) {
    if (retried_ioctl(descriptor_.get(), request, argument) == -1)
      throw SourceError("the camera " + device_ + " " + otherwise + ": " + error_text(errno));
  }

  void check_capabilities() {
    v4l2_capability capability{};
    must(VIDIOC_QUERYCAP, &capability, "is not a V4L2 device");
    const std::uint32_t can = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? capability.device_caps
                                                                                    : capability.capabilities;
    if ((can & V4L2_CAP_VIDEO_CAPTURE) == 0 || (can & V4L2_CAP_STREAMING) == 0)
      throw SourceError(device_ + " is not a camera that streams (expected video capture and streaming I/O)");
  }

  void choose_format(const CameraOptions& options) {
    for (const std::uint32_t wanted : std::array<std::uint32_t, 2>{V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV}) {
      v4l2_format format{};
      format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      format.fmt.pix.width = static_cast<std::uint32_t>(options.width);
      format.fmt.pix.height = static_cast<std::uint32_t>(options.height);
      format.fmt.pix.pixelformat = wanted;
      if (retried_ioctl(descriptor_.get(), VIDIOC_S_FMT, &format) == -1) {
        if (errno == EBUSY) throw SourceError("the camera " + device_ + " is used by another program");
        continue;
      }
      if (format.fmt.pix.pixelformat != wanted) continue;
      stride_ = format.fmt.pix.bytesperline;
      description_ = {device_, static_cast<int>(format.fmt.pix.width),
                      static_cast<int>(format.fmt.pix.height), options.frames_per_second,
                      wanted == V4L2_PIX_FMT_MJPEG ? PixelFormat::mjpeg : PixelFormat::yuyv};
      return;
    }
    throw SourceError("the camera " + device_ + " offers neither MJPEG nor YUYV");
  }

  void map_buffers() {
    v4l2_requestbuffers request{};
    request.count = buffer_count;
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    request.memory = V4L2_MEMORY_MMAP;
    must(VIDIOC_REQBUFS, &request, "gives no buffers");
    for (std::uint32_t index = 0; index < request.count; ++index) {
      v4l2_buffer buffer{};
      buffer.index = index;
      buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
      buffer.memory = V4L2_MEMORY_MMAP;
      must(VIDIOC_QUERYBUF, &buffer, "does not describe its buffers");
      void* address =
          ::mmap(nullptr, buffer.length, PROT_READ, MAP_SHARED, descriptor_.get(), buffer.m.offset);
      if (address == MAP_FAILED)
        throw SourceError("a buffer of the camera " + device_ + " cannot be mapped: " + error_text(errno));
      buffers_.emplace_back(address, buffer.length);
      must(VIDIOC_QBUF, &buffer, "does not take a buffer");
    }
  }

  std::optional<v4l2_buffer> dequeue() {
    v4l2_buffer buffer{};
    buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    buffer.memory = V4L2_MEMORY_MMAP;
    if (retried_ioctl(descriptor_.get(), VIDIOC_DQBUF, &buffer) == 0) return buffer;
    if (errno == EAGAIN) return std::nullopt;
    throw SourceError(errno == ENODEV ? "the camera " + device_ + " was unplugged"
                                      : "the camera " + device_ + " gives no frame: " + error_text(errno));
  }

  // nullptr for a damaged frame: the next one is 33 ms away.
  FramePtr decode(const v4l2_buffer& buffer, FrameTime now) {
    if (buffer.index >= buffers_.size()) return nullptr;
    const std::span<const std::uint8_t> bytes = buffers_[buffer.index].bytes(buffer.bytesused);
    try {
      auto frame =
          std::make_shared<Frame>(description_.pixel_format == PixelFormat::mjpeg
                                      ? decode_jpeg(bytes)
                                      : decode_yuyv(bytes, description_.width, description_.height, stride_));
      frame->sequence = buffer.sequence;
      frame->captured_at = now;
      return frame;
    } catch (const PictureError&) {
      return nullptr;
    }
  }

  std::string device_;
  Descriptor descriptor_;
  SourceDescription description_;
  std::size_t stride_ = 0;
  std::vector<MappedBuffer> buffers_;
  std::uint64_t dropped_ = 0;
  bool asked_ = false;
  FrameTime last_asked_{};
};

}  // namespace

std::unique_ptr<FrameSource> open_v4l2(const std::string& device, const CameraOptions& options) {
  return std::make_unique<V4l2Source>(device, options);
}

}  // namespace sesame::camera
