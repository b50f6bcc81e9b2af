#include "camera/v4l2_source.hpp"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "camera/exposure_light.hpp"
#include "camera/picture.hpp"

namespace sesame::camera {
namespace {

constexpr unsigned buffer_count = 4;
constexpr FrameTime longest_pause = std::chrono::milliseconds(400);

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
    check_capabilities(options);
    choose_format(options);
    choose_rate(options);
    map_buffers();
    v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    must(VIDIOC_STREAMON, &type, "does not start streaming");
    find_exposure();
    has_lamp_ = control(V4L2_CID_ILLUMINATORS_1).has_value();
  }
  ~V4l2Source() override {
    try {
      V4l2Source::ask_light(std::nullopt);
    } catch (const SourceError&) {  // it is gone
    }
    v4l2_buf_type type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    retried_ioctl(descriptor_.get(), VIDIOC_STREAMOFF, &type);
  }

  SourceDescription description() const override { return description_; }
  CameraIdentity identity() const override { return identity_; }
  std::optional<FrameTime> next_due() const override { return std::nullopt; }
  std::uint64_t dropped() const override { return dropped_; }
  std::optional<LightControl> light_control() const override {
    if (!light_) return std::nullopt;
    return light_->control();
  }
  double ask_light(std::optional<double> stops) override { return light_ ? light_->ask(stops) : 0; }
  std::optional<Lamp> lamp() const override { return has_lamp_ ? std::optional(Lamp{}) : std::nullopt; }
  void switch_lamp(bool on) override {
    if (has_lamp_) set_control(V4L2_CID_ILLUMINATORS_1, on ? 1 : 0, "does not switch its lamp");
  }

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
    // Nobody asked for a while, or ever: the driver filled its buffers long ago and waited. What they hold is
    // the past.
    const bool stale = !last_asked_ || now - *last_asked_ > longest_pause;
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

  void check_capabilities(const CameraOptions& options) {
    v4l2_capability capability{};
    must(VIDIOC_QUERYCAP, &capability, "is not a V4L2 device");
    const std::uint32_t can = (capability.capabilities & V4L2_CAP_DEVICE_CAPS) != 0 ? capability.device_caps
                                                                                    : capability.capabilities;
    if ((can & V4L2_CAP_VIDEO_CAPTURE) == 0 || (can & V4L2_CAP_STREAMING) == 0)
      throw SourceError(device_ + " is not a camera that streams (expected video capture and streaming I/O)");
    struct stat opened {};
    if (::fstat(descriptor_.get(), &opened) == 0)
      identity_ = identity_of_device(options.sysfs, major(opened.st_rdev), minor(opened.st_rdev));
    const auto text = [](const auto& field) {
      const char* const begin = reinterpret_cast<const char*>(field);
      return std::string(begin, ::strnlen(begin, sizeof field));
    };
    identity_.driver = text(capability.driver);
    identity_.bus = text(capability.bus_info);
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

  // What it then makes is its own affair; the description says what it promised.
  void choose_rate(const CameraOptions& options) {
    v4l2_streamparm parameters{};
    parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    v4l2_fract& period = parameters.parm.capture.timeperframe;
    period = {1000, static_cast<std::uint32_t>(options.frames_per_second * 1000)};
    const bool told = retried_ioctl(descriptor_.get(), VIDIOC_S_PARM, &parameters) == 0 &&
                      (parameters.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) != 0 &&
                      period.numerator != 0;
    description_.frames_per_second =
        told ? static_cast<double>(period.denominator) / static_cast<double>(period.numerator) : 0;
    description_.by_sensor = true;
  }

  std::optional<v4l2_queryctrl> control(std::uint32_t id) {
    v4l2_queryctrl query{};
    query.id = id;
    if (retried_ioctl(descriptor_.get(), VIDIOC_QUERYCTRL, &query) != 0 ||
        (query.flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_READ_ONLY)) != 0)
      return std::nullopt;
    return query;
  }
  void set_control(std::uint32_t id, int value, const char* otherwise = "does not take an exposure") {
    v4l2_control control{id, value};
    must(VIDIOC_S_CTRL, &control, otherwise);
  }

  void find_exposure() {
    const auto mode = control(V4L2_CID_EXPOSURE_AUTO);
    const auto time = control(V4L2_CID_EXPOSURE_ABSOLUTE);
    if (!mode || !time || mode->default_value == V4L2_EXPOSURE_MANUAL) return;
    ExposureControls controls;
    controls.automatic = mode->default_value;
    controls.manual = V4L2_EXPOSURE_MANUAL;
    controls.shortest = time->minimum;
    controls.longest = time->maximum;
    controls.set_mode = [this](int value) { set_control(V4L2_CID_EXPOSURE_AUTO, value); };
    controls.set_time = [this](int value) { set_control(V4L2_CID_EXPOSURE_ABSOLUTE, value); };
    controls.time = [this] {
      v4l2_control control{V4L2_CID_EXPOSURE_ABSOLUTE, 0};
      must(VIDIOC_G_CTRL, &control, "does not say its exposure");
      return control.value;
    };
    try {
      light_.emplace(std::move(controls));
    } catch (const SourceError&) {  // its light is its own affair
    }
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
      frame->captured_at = taken_at(buffer, now);
      return frame;
    } catch (const PictureError&) {
      return nullptr;
    }
  }

  // The driver's own time, where it is of the clock that `now` is of.
  static FrameTime taken_at(const v4l2_buffer& buffer, FrameTime now) {
    if ((buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC) return now;
    return std::chrono::seconds(buffer.timestamp.tv_sec) +
           std::chrono::microseconds(buffer.timestamp.tv_usec);
  }

  std::string device_;
  Descriptor descriptor_;
  CameraIdentity identity_;
  std::optional<ExposureLight> light_;
  bool has_lamp_ = false;
  SourceDescription description_;
  std::size_t stride_ = 0;
  std::vector<MappedBuffer> buffers_;
  std::uint64_t dropped_ = 0;
  std::optional<FrameTime> last_asked_;
};

}  // namespace

std::unique_ptr<FrameSource> open_v4l2(const std::string& device, const CameraOptions& options) {
  return std::make_unique<V4l2Source>(device, options);
}

}  // namespace sesame::camera
