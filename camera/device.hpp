// CameraDevice: what the Camera provider needs of one camera, in the words of the hardware. A driver
// implements it; the provider owns it. Executor thread only.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spi/service/task.hpp"

namespace sesame::camera {

using Bytes = std::vector<std::uint8_t>;

class CameraDevice {
 public:
  virtual ~CameraDevice() = default;

  // One picture as JPEG, with `caption` drawn on it (empty: none). Throws spi::Fault when the camera does not
  // work.
  virtual spi::Task<Bytes> take_picture(std::string caption) = 0;
  // To the power-on state. Throws spi::Fault.
  virtual spi::Task<void> reset() = 0;
};

}  // namespace sesame::camera
