#include "biometric/attack/camera_model.hpp"

#include <opencv2/imgproc.hpp>
#include <random>

#include "biometric/attack/medium.hpp"
#include "biometric/pipeline/network.hpp"
#include "camera/picture.hpp"

namespace sesame::biometric {

CameraModel::CameraModel(std::uint32_t seed) : seed_(seed) {
  std::mt19937 random(seed * 747796405U + 5);
  const auto between = [&](double low, double high) {
    return low + (high - low) * static_cast<double>(random()) / 4294967296.0;
  };
  blur_ = between(0.5, 0.8);
  exposure_ = between(0.92, 1.08);
  noise_ = between(1, 2.2);
  quality_ = static_cast<int>(between(78, 93));
}

camera::Frame CameraModel::see(const cv::Mat& scene) {
  cv::Mat seen;
  cv::resize(scene, seen, {scene.cols / texels, scene.rows / texels}, 0, 0, cv::INTER_AREA);
  cv::GaussianBlur(seen, seen, {0, 0}, blur_);
  cv::RNG random((seed_ << 32) + ++frames_);
  cv::Mat noise(seen.size(), CV_32FC3);
  random.fill(noise, cv::RNG::NORMAL, 0, noise_);
  cv::Mat light;
  seen.convertTo(light, CV_32FC3, exposure_);
  // Shot noise: as the root of the light, here by a straight line through black and middle grey.
  cv::Mat strength;
  light.convertTo(strength, CV_32FC3, 0.5 / 128, 0.5);
  cv::multiply(noise, strength, noise);
  cv::add(light, noise, seen, cv::noArray(), CV_8UC3);
  camera::Frame frame = camera::make_frame(seen.cols, seen.rows);
  seen.copyTo(pixels(frame));
  return camera::decode_jpeg(camera::encode_jpeg(frame, quality_));
}

camera::Frame CameraModel::operator()(const camera::Frame& live) {
  cv::Mat scene;
  cv::resize(pixels(live), scene, {}, texels, texels, cv::INTER_CUBIC);
  return see(scene);
}

}  // namespace sesame::biometric
