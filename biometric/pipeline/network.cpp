#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {

Network::Network(const Model& model) : feeding_(model.description.feeding), file_(model.description.file) {
  try {
    net_ = cv::dnn::readNetFromONNX(reinterpret_cast<const char*>(model.bytes.data()), model.bytes.size());
  } catch (const cv::Exception&) {
    throw ModelError("the model " + file_ +
                     " cannot be read by OpenCV's dnn (expected ONNX that OpenCV 4.6 imports)");
  }
  net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
  net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
}

std::vector<cv::Mat> Network::run(const cv::Mat& picture, const std::vector<std::string>& names) {
  const cv::Scalar subtract = cv::Scalar::all(feeding_.subtract);
  net_.setInput(
      cv::dnn::blobFromImage(picture, feeding_.multiply, {feeding_.width, feeding_.height}, subtract,
                             feeding_.colour == Colour::rgb));
  std::vector<cv::Mat> outputs;
  try {
    if (names.empty()) {
      outputs.push_back(net_.forward());
    } else {
      net_.forward(outputs, names);
    }
  } catch (const cv::Exception&) {
    throw ModelError("the model " + file_ +
                     " does not run as its description says (input size or output names)");
  }
  return outputs;
}

}  // namespace sesame::biometric
