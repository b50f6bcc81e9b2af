// What more light makes of a picture. Pure functions. Only this room's sources include it.
#pragma once

#include <opencv2/core.hpp>

#include "biometric/attack/simulated_lamp.hpp"
#include "biometric/pipeline/geometry.hpp"

namespace sesame::biometric {

// Adds `share` of its own light to each pixel, and `veil` of white.
void brighten(cv::Mat& picture, double share, double veil = 0);
// The same of a live picture for so much of its exposure (0 to 1): head and shoulders are near, the rest is
// far.
void light_person(cv::Mat& picture, const Box& face, const LampLight& light, double lit);
// Head and shoulders of a face there, white on black.
cv::Mat outline(cv::Size picture, const Box& face);

}  // namespace sesame::biometric
