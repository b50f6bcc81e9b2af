#include "camera/uvc_source.hpp"

#include <libusb-1.0/libusb.h>
#include <libuvc/libuvc.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <mutex>
#include <utility>
#include <vector>

#include "camera/exposure_light.hpp"
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

struct FreeDescriptor {
  void operator()(uvc_device_descriptor_t* descriptor) const { uvc_free_device_descriptor(descriptor); }
};

constexpr int manual_mode = 1;             // UVC 1.5, 4.2.2.1.2
constexpr int aperture_priority_mode = 8;  // the exposure time is the camera's
constexpr int automatic_mode = 2;

std::string uvc_text(uvc_error_t error) { return uvc_strerror(error); }

std::string hexadecimal(std::uint16_t value) {
  std::array<char, 5> text{};
  std::snprintf(text.data(), text.size(), "%04x", value);
  return text.data();
}

// As the kernel writes it: bus, then the ports from the root hub down.
std::string port_of(libusb_device* device) {
  std::array<std::uint8_t, 7> ports{};
  const int count = libusb_get_port_numbers(device, ports.data(), static_cast<int>(ports.size()));
  std::string text = std::to_string(libusb_get_bus_number(device));
  for (int i = 0; i < count; ++i)
    text += (i == 0 ? "-" : ".") + std::to_string(ports[static_cast<std::size_t>(i)]);
  return text;
}

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
            uvc_start_streaming(handle_.get(), &control_, &UvcSource::on_frame, arrival_.get(), 0);
        error != UVC_SUCCESS)
      throw SourceError("the UVC camera does not start streaming: " + uvc_text(error));
    find_exposure();
  }
  ~UvcSource() override {
    if (!handle_) return;
    if (is_gone()) {
      abandon();
      return;
    }
    try {
      UvcSource::ask_light(std::nullopt);
    } catch (const SourceError&) {  // it keeps the exposure until it is opened again
    }
    uvc_stop_streaming(handle_.get());  // joins libuvc's thread: no callback after this
  }

  SourceDescription description() const override { return description_; }
  CameraIdentity identity() const override { return identity_; }
  std::optional<LightControl> light_control() const override {
    if (!light_) return std::nullopt;
    return light_->control();
  }
  double ask_light(std::optional<double> stops) override { return light_ ? light_->ask(stops) : 0; }
  std::optional<FrameTime> next_due() const override { return std::nullopt; }
  std::uint64_t dropped() const override {
    const std::lock_guard lock(arrival_->mutex);
    return arrival_->dropped;
  }

  FramePtr newest(FrameTime) override {
    std::vector<std::uint8_t> bytes;
    FrameTime taken{};
    std::size_t stride = 0;
    std::uint64_t sequence = 0;
    {
      const std::lock_guard lock(arrival_->mutex);
      bytes.swap(arrival_->bytes);
      stride = arrival_->stride;
      sequence = arrival_->sequence;
      taken = arrival_->taken;
    }
    if (bytes.empty()) return nullptr;
    try {
      auto frame =
          std::make_shared<Frame>(description_.pixel_format == PixelFormat::mjpeg
                                      ? decode_jpeg(bytes)
                                      : decode_yuyv(bytes, description_.width, description_.height, stride));
      frame->sequence = sequence;
      frame->captured_at = taken;
      return frame;
    } catch (const PictureError&) {
      const std::lock_guard lock(arrival_->mutex);
      ++arrival_->dropped;
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
    identify(device, handle);
  }

  void identify(uvc_device_t* device, uvc_device_handle_t* handle) {
    uvc_device_descriptor_t* found = nullptr;
    if (const uvc_error_t error = uvc_get_device_descriptor(device, &found); error != UVC_SUCCESS)
      throw SourceError("the UVC camera does not say what it is: " + uvc_text(error));
    const std::unique_ptr<uvc_device_descriptor_t, FreeDescriptor> descriptor(found);
    identity_.vendor = hexadecimal(descriptor->idVendor);
    identity_.product = hexadecimal(descriptor->idProduct);
    if (descriptor->serialNumber != nullptr) identity_.serial = descriptor->serialNumber;
    libusb_device* const usb = libusb_get_device(uvc_get_libusb_handle(handle));
    identity_.port = port_of(usb);
    identity_.number =
        std::to_string(libusb_get_bus_number(usb)) + ":" + std::to_string(libusb_get_device_address(usb));
    identity_.driver = "libuvc";
  }

  void must(uvc_error_t error, const char* otherwise) const {
    if (error != UVC_SUCCESS)
      throw SourceError(std::string("the UVC camera ") + otherwise + ": " + uvc_text(error));
  }

  void find_exposure() {
    uvc_device_handle_t* const handle = handle_.get();
    std::uint32_t shortest = 0, longest = 0;
    if (uvc_get_exposure_abs(handle, &shortest, UVC_GET_MIN) != UVC_SUCCESS ||
        uvc_get_exposure_abs(handle, &longest, UVC_GET_MAX) != UVC_SUCCESS)
      return;
    ExposureControls controls;
    controls.manual = manual_mode;
    controls.automatic = uvc_set_ae_mode(handle, aperture_priority_mode) == UVC_SUCCESS
                             ? aperture_priority_mode
                             : automatic_mode;
    controls.shortest = static_cast<int>(shortest);
    controls.longest = static_cast<int>(longest);
    controls.set_mode = [this, handle](int mode) {
      must(uvc_set_ae_mode(handle, static_cast<std::uint8_t>(mode)), "does not take an exposure mode");
    };
    controls.set_time = [this, handle](int time) {
      must(uvc_set_exposure_abs(handle, static_cast<std::uint32_t>(time)), "does not take an exposure");
    };
    controls.time = [this, handle] {
      std::uint32_t time = 0;
      must(uvc_get_exposure_abs(handle, &time, UVC_GET_CUR), "does not say its exposure");
      return static_cast<int>(time);
    };
    try {
      light_.emplace(std::move(controls));
    } catch (const SourceError&) {  // no automatic mode: its light is its own affair
    }
  }

  void negotiate(const CameraOptions& options) {
    const std::pair<uvc_frame_format, PixelFormat> formats[] = {{UVC_FRAME_FORMAT_MJPEG, PixelFormat::mjpeg},
                                                                {UVC_FRAME_FORMAT_YUYV, PixelFormat::yuyv}};
    for (const auto& [uvc_format, format] : formats) {
      if (uvc_get_stream_ctrl_format_size(handle_.get(), &control_, uvc_format, options.width, options.height,
                                          static_cast<int>(options.frames_per_second)) != UVC_SUCCESS)
        continue;
      description_ = {"UVC camera", options.width, options.height, options.frames_per_second, format, true};
      return;
    }
    throw SourceError("the UVC camera offers neither MJPEG nor YUYV at the configured size and rate");
  }

  // The newest frame on its way between libuvc's thread and ours.
  struct Arrival {
    std::mutex mutex;  // guards the rest
    std::vector<std::uint8_t> bytes;
    std::size_t stride = 0;
    std::uint64_t sequence = 0;
    FrameTime taken{};
    std::uint64_t dropped = 0;
  };

  // On libuvc's thread: only a copy. Nothing may leave this function by exception, it is called from C.
  static void on_frame(uvc_frame_t* frame, void* arrival_pointer) noexcept {
    auto* arrival = static_cast<Arrival*>(arrival_pointer);
    if (frame->data_bytes == 0 || frame->data_bytes > largest_picture_bytes) return;
    const auto* data = static_cast<const std::uint8_t*>(frame->data);
    const std::lock_guard lock(arrival->mutex);
    if (!arrival->bytes.empty()) ++arrival->dropped;
    arrival->bytes.assign(data, data + frame->data_bytes);
    arrival->stride = frame->step != 0 ? frame->step : static_cast<std::size_t>(frame->width) * 2;
    arrival->sequence = frame->sequence;
    arrival->taken = std::chrono::steady_clock::now().time_since_epoch();
  }

  bool is_gone() const {
    std::array<std::uint8_t, 2> status{};
    return libusb_control_transfer(uvc_get_libusb_handle(handle_.get()), LIBUSB_ENDPOINT_IN,
                                   LIBUSB_REQUEST_GET_STATUS, 0, 0, status.data(), status.size(),
                                   200) == LIBUSB_ERROR_NO_DEVICE;
  }
  // libuvc 0.0.6 waits for ever for the transfers of a device that was pulled out. What it holds is left to
  // it.
  void abandon() {
    static_cast<void>(arrival_.release());
    static_cast<void>(handle_.release());
    static_cast<void>(device_.release());
    static_cast<void>(context_.release());
  }

  std::unique_ptr<uvc_context_t, ExitContext> context_;
  std::unique_ptr<uvc_device_t, UnrefDevice> device_;
  std::unique_ptr<uvc_device_handle_t, CloseHandle> handle_;
  uvc_stream_ctrl_t control_{};
  SourceDescription description_;
  std::unique_ptr<Arrival> arrival_ = std::make_unique<Arrival>();
  CameraIdentity identity_;
  std::optional<ExposureLight> light_;
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
