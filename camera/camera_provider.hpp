// CameraProvider: the standard's Camera interface (CWA 17852:2024-3, Camera) over up to three cameras and,
// where configured, a recording medium with a limit. Owned by its service; executor thread only.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>

#include "camera/device.hpp"
#include "camera/picture_folder.hpp"
#include "xfs/camera_provider.hpp"

namespace sesame::camera {

// By position: room, person, exit slot. A null device is a camera that the ATM lacks.
inline constexpr std::size_t positions = 3;

struct CameraProviderOptions {
  std::optional<PictureFolder> medium;  // none: pictures are handed out and not kept
  double high_share = 0.8;              // of the medium's maximum
  bool draws_text = true;               // camData.manAdd
  std::size_t longest_text = 64;        // maxDataLength
};

class CameraProvider final : public xfs::camera::ProviderFor<CameraProvider> {
 public:
  CameraProvider(std::array<std::unique_ptr<CameraDevice>, positions> cameras, CameraProviderOptions options);

  spi::Task<xfs::camera::ResetCompletion> reset(const xfs::camera::Reset& payload,
                                                spi::Command& command) override;
  spi::Task<xfs::camera::TakePictureCompletion> take_picture(const xfs::camera::TakePicture& payload,
                                                             spi::Command& command) override;
  xfs::camera::Status status() const override;
  xfs::camera::Capabilities capabilities() const override;
  spi::DeviceState device_state() const override;

 private:
  std::string caption_of(const xfs::camera::TakePicture& payload, spi::Command& command) const;
  xfs::camera::MediaState fill() const;
  void note_medium();

  std::array<std::unique_ptr<CameraDevice>, positions> cameras_;
  std::array<bool, positions> works_{true, true, true};
  CameraProviderOptions options_;
  xfs::camera::MediaState told_ = xfs::camera::MediaState::ok;
};

}  // namespace sesame::camera
