#include "camera/uvc_source.hpp"

#include <libuvc/libuvc.h>

#include <charconv>
#include <mutex>
#include <utility>
#include <vector>

#include "camera/picture.hpp"

namespace sesame::camera {
namespace {

struct ExitContext {
  void operator()(uvc_context_t* context) const { uvc_exit(context); }
};
struct UnrefDevice {
  void operator()(uvc_device_t* device) const { uvc_unref_device(device); }
};
struct CloseHandle {
  void operator()(uvc_device_handle_t* handle) const { uvc_close(handle); }
};

std::string uvc_text(uvc_error_t error) { return uvc_strerror(error); }

class UvcSource final : public FrameSource {
 public:
  UvcSource(const UvcAddress& address, const CameraOptions& options) {
    uvc_context_t* context = nullptr;
    if (const uvc_error_t error = uvc_init(&context, nullptr); error != UVC_SUCCESS)
      throw SourceError("libuvc does not start: " + uvc_text(error));
    context_.reset(context);
    open_device(address);
    negotiate(options);
    if (const uvc_error_t error =
            uvc_start_streaming(handle_.get(), &control_, &UvcSource::on_frame, this, 0);
        error != UVC_SUCCESS)
      throw SourceError("the UVC camera does not start streaming: " + uvc_text(error));
  }
  ~UvcSource() override {
    if (handle_) uvc_stop_streaming(handle_.get());  // joins libuvc's thread: no callback after this
  }

  SourceDescription description() const override { return description_; }
  std::optional<FrameTime> next_due() const override { return std::nullopt; }
  std::uint64_t dropped() const override {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

  FramePtr newest(FrameTime now) override {
    std::vector<std::uint8_t> bytes;
    std::size_t stride = 0;
    std::uint64_t sequence = 0;
    {
      const std::lock_guard lock(mutex_);
      bytes.swap(waiting_);
      stride = stride_;
      sequence = sequence_;
    }
    if (bytes.empty()) return nullptr;
    try {
      auto frame =
          std::make_shared<Frame>(description_.pixel_format == PixelFormat::mjpeg
                                      ? decode_jpeg(bytes)
                                      : decode_yuyv(bytes, description_.width, description_.height, stride));
      frame->sequence = sequence;
      frame->captured_at = now;
      return frame;
    } catch (const PictureError&) {
      const std::lock_guard lock(mutex_);
      ++dropped_;
      return nullptr;
    }
  }

 private:
  void open_device(const UvcAddress& address) {
    uvc_device_t* device = nullptr;
    const char* serial = address.serial.empty() ? nullptr : address.serial.c_str();
    if (uvc_find_device(context_.get(), &device, address.vendor, address.product, serial) != UVC_SUCCESS)
      throw SourceError(
          "there is no UVC camera with this address (expected vendor:product[:serial] as lsusb shows them)");
    device_.reset(device);
    uvc_device_handle_t* handle = nullptr;
    if (const uvc_error_t error = uvc_open(device, &handle); error != UVC_SUCCESS)
      throw SourceError("the UVC camera cannot be opened: " + uvc_text(error));
    handle_.reset(handle);
  }

  void negotiate(const CameraOptions& options) {
    const std::pair<uvc_frame_format, PixelFormat> formats[] = {{UVC_FRAME_FORMAT_MJPEG, PixelFormat::mjpeg},
                                                                {UVC_FRAME_FORMAT_YUYV, PixelFormat::yuyv}};
    for (const auto& [uvc_format, format] : formats) {
      if (uvc_get_stream_ctrl_format_size(handle_.get(), &control_, uvc_format, options.width, options.height,
                                          static_cast<int>(options.frames_per_second)) != UVC_SUCCESS)
        continue;
      description_ = {"UVC camera", options.width, options.height, options.frames_per_second, format};
      return;
    }
    throw SourceError("the UVC camera offers neither MJPEG nor YUYV at the configured size and rate");
  }

  // On libuvc's thread: only a copy. Nothing may leave this function by exception, it is called from C.
  static void on_frame(uvc_frame_t* frame, void* self_pointer) noexcept {
    auto* self = static_cast<UvcSource*>(self_pointer);
    if (frame->data_bytes == 0 || frame->data_bytes > largest_picture_bytes) return;
    const auto* data = static_cast<const std::uint8_t*>(frame->data);
    const std::lock_guard lock(self->mutex_);
    if (!self->waiting_.empty()) ++self->dropped_;
    self->waiting_.assign(data, data + frame->data_bytes);
    self->stride_ = frame->step != 0 ? frame->step : static_cast<std::size_t>(frame->width) * 2;
    self->sequence_ = frame->sequence;
  }

  std::unique_ptr<uvc_context_t, ExitContext> context_;
  std::unique_ptr<uvc_device_t, UnrefDevice> device_;
  std::unique_ptr<uvc_device_handle_t, CloseHandle> handle_;
  uvc_stream_ctrl_t control_{};
  SourceDescription description_;
  mutable std::mutex mutex_;
  std::vector<std::uint8_t> waiting_;  // guarded by mutex_, as the three below
  std::size_t stride_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t dropped_ = 0;
};

std::uint16_t parse_hexadecimal(std::string_view text, const std::string& whole) {
  std::uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty())
    throw SourceError("\"" + whole +
                      "\" is not a UVC address (expected vvvv:pppp or vvvv:pppp:serial, or any)");
  return value;
}

}  // namespace

UvcAddress parse_uvc_address(const std::string& text) {
  if (text == "any") return {};
  const std::size_t colon = text.find(':');
  const std::size_t second = colon == std::string::npos ? colon : text.find(':', colon + 1);
  const std::string_view view(text);
  UvcAddress address;
  address.vendor = parse_hexadecimal(view.substr(0, colon), text);
  address.product = parse_hexadecimal(
      colon == std::string::npos
          ? std::string_view{}
          : view.substr(colon + 1, second == std::string::npos ? second : second - colon - 1),
      text);
  if (second != std::string::npos) address.serial = text.substr(second + 1);
  return address;
}

std::unique_ptr<FrameSource> open_uvc(const UvcAddress& address, const CameraOptions& options) {
  return std::make_unique<UvcSource>(address, options);
}

}  // namespace sesame::camera
