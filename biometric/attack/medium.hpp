// What a picture becomes on paper or on a display, as texture with `texels` pixels for each pixel of the camera
// that will look at it, so that dots and pixel grids beat against the camera's own grid. Only this room's
// sources include it.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>

namespace sesame::biometric {

// Pixels of a scene for each pixel of the camera, in both directions.
inline constexpr int texels = 3;

// Ink on paper: a smaller gamut, and the dots of a laser printer's four screens or the grain of an ink jet, by
// the seed; a white margin around it.
class Print {
 public:
  explicit Print(std::uint32_t seed) : seed_(seed) {}
  cv::Mat operator()(const cv::Mat& picture) const;

 private:
  std::uint32_t seed_;
};

// A telephone's or tablet's display: bluish, glowing blacks, a black frame, and red, green and blue side by
// side in each of its pixels. By the seed their pitch is 0.8 to 2 of the camera's, or so fine that the camera sees no
// grid, as with every telephone before a camera of few pixels.
class Display {
 public:
  explicit Display(std::uint32_t seed);
  cv::Mat operator()(const cv::Mat& picture);

 private:
  double pitch_;
  double depth_;  // 0: too fine to be seen
  cv::Mat grid_;  // made for the first picture's size
};

}  // namespace sesame::biometric
