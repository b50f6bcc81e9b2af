#include "camera/exposure_light.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sesame::camera {

ExposureLight::ExposureLight(ExposureControls controls) : controls_(std::move(controls)) {
  // Whoever used it last may have died in the middle of a challenge.
  controls_.set_mode(controls_.automatic);
}

LightControl ExposureLight::control() const {
  const int now = std::max(own_time_.value_or(controls_.time()), 1);
  return {std::min(0.0, std::log2(static_cast<double>(std::max(controls_.shortest, 1)) / now))};
}

double ExposureLight::ask(std::optional<double> stops) {
  if (!stops) {
    if (own_time_) controls_.set_mode(controls_.automatic);
    own_time_.reset();
    return 0;
  }
  if (!own_time_) {
    own_time_ = std::max(controls_.time(), 1);
    controls_.set_mode(controls_.manual);
  }
  const double wanted = *own_time_ * std::exp2(*stops);
  const int time =
      std::clamp(static_cast<int>(std::lround(wanted)), std::max(controls_.shortest, 1), controls_.longest);
  controls_.set_time(time);
  return std::log2(static_cast<double>(time) / *own_time_);
}

}  // namespace sesame::camera
