// One network in OpenCV's dnn, fed as its description says. Only the stages' sources include this. One
// thread.
#pragma once

#include <opencv2/dnn.hpp>
#include <string>
#include <vector>

#include "biometric/pipeline/model.hpp"
#include "camera/frame.hpp"

namespace sesame::biometric {

// The frame's pixels as OpenCV sees them; valid as long as the frame.
inline cv::Mat pixels(const camera::Frame& frame) {
  return cv::Mat(frame.height, frame.width, CV_8UC3, const_cast<std::uint8_t*>(frame.bytes.data()),
                 frame.stride);
}

class Network {
 public:
  // Throws ModelError when OpenCV cannot read the network.
  explicit Network(const Model& model);

  const Feeding& feeding() const { return feeding_; }
  // Runs it on a picture of the feeding's size, grey or BGR; outputs by the order of `names` (empty: the only
  // one).
  std::vector<cv::Mat> run(const cv::Mat& picture, const std::vector<std::string>& names = {});

 private:
  Feeding feeding_;
  std::string file_;
  cv::dnn::Net net_;
};

}  // namespace sesame::biometric
