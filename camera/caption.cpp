#include "camera/caption.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>

namespace sesame::camera {

void draw_caption(Frame& frame, const std::string& text) {
  if (text.empty() || frame.bytes.empty()) return;
  std::string drawn = text;
  std::replace_if(
      drawn.begin(), drawn.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  cv::Mat picture(frame.height, frame.width, CV_8UC3, frame.bytes.data(), frame.stride);
  const int strip = std::clamp(frame.height / 14, 14, frame.height);
  cv::Mat edge = picture(cv::Rect(0, frame.height - strip, frame.width, strip));
  edge *= 0.25;
  cv::putText(picture, drawn, {4, frame.height - strip / 3}, cv::FONT_HERSHEY_SIMPLEX, strip / 32.0,
              cv::Scalar(255, 255, 255), 1, cv::LINE_AA);
}

}  // namespace sesame::camera
