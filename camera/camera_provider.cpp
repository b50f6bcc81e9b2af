#include "camera/camera_provider.hpp"

#include <algorithm>
#include <chrono>

#include "spi/contract/base64.hpp"

namespace sesame::camera {
namespace {

namespace xfs = sesame::xfs::camera;
using xfs::MediaState;
using xfs::TakePictureError;

constexpr std::array<const char*, positions> position_words = {"room", "person", "exitSlot"};

bool printable(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7f; });
}

// At most `longest` characters of UTF-8, never half of one.
std::string shortened(const std::string& text, std::size_t longest) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U;
    if (begins && ++characters > longest) return text.substr(0, i);
  }
  return text;
}

// A property of each position that has a camera.
template <class Shape, class Value>
Shape by_position(const std::array<std::unique_ptr<CameraDevice>, positions>& cameras, Value&& value) {
  Shape shape;
  if (cameras[0]) shape.room = value(std::size_t{0});
  if (cameras[1]) shape.person = value(std::size_t{1});
  if (cameras[2]) shape.exit_slot = value(std::size_t{2});
  return shape;
}

std::string text_of(const Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

CameraProvider::CameraProvider(std::array<std::unique_ptr<CameraDevice>, positions> cameras,
                               CameraProviderOptions options)
    : cameras_(std::move(cameras)), options_(std::move(options)) {
  told_ = fill();
}

spi::Task<xfs::ResetCompletion> CameraProvider::reset(const xfs::Reset&, spi::Command&) {
  for (std::size_t i = 0; i < positions; ++i) {
    if (!cameras_[i]) continue;
    const auto done = co_await spi::outcome(cameras_[i]->reset());
    if (done.canceled()) throw spi::Canceled{};
    works_[i] = static_cast<bool>(done);
  }
  note_medium();  // an operator may have emptied it; Reset itself empties nothing
  if (device_state() == spi::DeviceState::hardwareError)
    throw spi::refuse(spi::CompletionCode::hardwareError, "a camera does not work");
  co_return xfs::ResetCompletion{};
}

spi::Task<xfs::TakePictureCompletion> CameraProvider::take_picture(const xfs::TakePicture& payload,
                                                                   spi::Command& command) {
  const auto position = static_cast<std::size_t>(payload.camera);
  const std::string name = position_words.at(position);
  if (!cameras_[position])
    throw spi::refuse(TakePictureError::cameraNotSupported, "there is no camera " + name);
  const std::string caption = caption_of(payload, command);
  note_medium();
  if (fill() == MediaState::full)
    throw spi::refuse(TakePictureError::mediaFull, "the recording medium is full");
  const auto picture = co_await spi::outcome(cameras_[position]->take_picture(caption));
  if (picture.canceled()) throw spi::Canceled{};
  works_[position] = static_cast<bool>(picture);
  if (picture.refusal() != nullptr)
    throw spi::refuse(TakePictureError::cameraInoperable, picture.refusal()->what());
  if (picture.fault() != nullptr)
    throw spi::refuse(TakePictureError::cameraInoperable, picture.fault()->what());
  if (!picture) throw spi::refuse(TakePictureError::cameraInoperable, "the camera took no picture");
  const Bytes& bytes = std::get<0>(picture.how);
  if (options_.medium) {
    const auto wall = service().executor().wall_now().time_since_epoch();
    try {
      options_.medium->keep(name, std::chrono::duration_cast<std::chrono::milliseconds>(wall).count(), bytes);
    } catch (const std::runtime_error& error) {
      throw spi::refuse(TakePictureError::mediaFull, error.what());
    }
    note_medium();
  }
  xfs::TakePictureCompletion completion;
  completion.picture_file = contract::encode_base64(text_of(bytes));
  co_return completion;
}

// Text that cannot be drawn as sent is an event, and the picture is taken all the same.
std::string CameraProvider::caption_of(const xfs::TakePicture& payload, spi::Command& command) const {
  if (!payload.cam_data || payload.cam_data->empty()) return {};
  if (!options_.draws_text)
    throw spi::refuse(spi::CompletionCode::unsupportedData,
                      "camData: this service draws no text on pictures");
  const std::string& text = *payload.cam_data;
  const bool valid = printable(text);
  const std::string caption = shortened(text, options_.longest_text);
  if (!valid || caption.size() != text.size()) command.emit(xfs::InvalidDataEvent{});
  return valid ? caption : std::string();
}

MediaState CameraProvider::fill() const {
  if (!options_.medium) return MediaState::ok;
  const std::int64_t pictures = options_.medium->count();
  if (pictures >= options_.medium->maximum()) return MediaState::full;
  const double share = static_cast<double>(pictures) / static_cast<double>(options_.medium->maximum());
  return share >= options_.high_share ? MediaState::high : MediaState::ok;
}

// MediaThresholdEvent in both directions.
void CameraProvider::note_medium() {
  const MediaState now = fill();
  if (now == told_) return;
  told_ = now;
  service().status_changed();
  broadcast(xfs::MediaThresholdEvent{static_cast<xfs::MediaThresholdEventMediaThreshold>(now)});
}

xfs::Status CameraProvider::status() const {
  xfs::Status status;
  status.cameras = by_position<xfs::StatusCameras>(
      cameras_, [&](std::size_t i) { return works_[i] ? xfs::CamerasState::ok : xfs::CamerasState::inop; });
  status.pictures = by_position<xfs::StatusPictures>(cameras_, [&](std::size_t i) {
    return options_.medium ? options_.medium->count(position_words.at(i)) : std::int64_t{0};
  });
  if (options_.medium)
    status.media = by_position<xfs::StatusMedia>(cameras_, [&](std::size_t) { return fill(); });
  return status;
}

xfs::Capabilities CameraProvider::capabilities() const {
  xfs::Capabilities capabilities;
  capabilities.cameras = by_position<xfs::CapabilitiesCameras>(cameras_, [](std::size_t) { return true; });
  if (options_.medium) capabilities.max_pictures = options_.medium->maximum();
  if (options_.draws_text) {
    capabilities.cam_data = xfs::CapabilitiesCamData{false, true};
    capabilities.max_data_length = static_cast<std::int64_t>(options_.longest_text);
  }
  return capabilities;
}

spi::DeviceState CameraProvider::device_state() const {
  bool any = false;
  for (std::size_t i = 0; i < positions; ++i)
    if (cameras_[i] && works_[i]) any = true;
  return any ? spi::DeviceState::online : spi::DeviceState::hardwareError;
}

}  // namespace sesame::camera
