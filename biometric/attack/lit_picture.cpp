#include "biometric/attack/lit_picture.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

namespace sesame::biometric {
namespace {

constexpr double gamma_of_values = 2.2;
constexpr double soft_edge = 0.05;  // of an outline, by the face's height

using Values = std::array<std::uint8_t, 256>;
Values brightened(double share, double veil) {
  Values values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double light = std::pow(static_cast<double>(i) / 255, gamma_of_values) * (1 + share) + veil;
    values.at(i) = cv::saturate_cast<std::uint8_t>(255 * std::pow(light, 1 / gamma_of_values));
  }
  return values;
}

}  // namespace

void brighten(cv::Mat& picture, double share, double veil) {
  const Values values = brightened(share, veil);
  cv::LUT(picture, cv::Mat(1, 256, CV_8U, const_cast<std::uint8_t*>(values.data())), picture);
}

void light_person(cv::Mat& picture, const Box& face, const LampLight& light, double lit) {
  cv::Mat near = picture.clone();
  brighten(near, light.near * lit);
  brighten(picture, light.far * lit);
  cv::Mat mask = outline(picture.size(), face);
  cv::GaussianBlur(mask, mask, {0, 0}, soft_edge * face.height());
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x) {
      const int m = mask.at<std::uint8_t>(y, x);
      cv::Vec3b& pixel = picture.at<cv::Vec3b>(y, x);
      const cv::Vec3b& bright = near.at<cv::Vec3b>(y, x);
      for (int c = 0; c < 3; ++c)
        pixel[c] = static_cast<std::uint8_t>((bright[c] * m + pixel[c] * (255 - m) + 127) / 255);
    }
}

cv::Mat outline(cv::Size picture, const Box& face) {
  cv::Mat mask(picture, CV_8U, cv::Scalar(0));
  const cv::Point2f centre(face.centre().x, face.centre().y);
  const float h = face.height();
  const float floor = static_cast<float>(picture.height);
  cv::ellipse(mask, cv::Point(centre + cv::Point2f(0, -0.08F * h)),
              cv::Size(static_cast<int>(0.52F * h), static_cast<int>(0.75F * h)), 0, 0, 360, cv::Scalar(255),
              -1);
  const std::vector<cv::Point> shoulders = {
      cv::Point(centre + cv::Point2f(-0.35F * h, 0.3F * h)),
      cv::Point(centre + cv::Point2f(0.35F * h, 0.3F * h)),
      cv::Point(centre + cv::Point2f(0.5F * h, 0.8F * h)),
      cv::Point(centre + cv::Point2f(1.2F * h, 1.1F * h)),
      cv::Point(static_cast<int>(centre.x + 1.3F * h), static_cast<int>(floor)),
      cv::Point(static_cast<int>(centre.x - 1.3F * h), static_cast<int>(floor)),
      cv::Point(centre + cv::Point2f(-1.2F * h, 1.1F * h)),
      cv::Point(centre + cv::Point2f(-0.5F * h, 0.8F * h))};
  cv::fillPoly(mask, std::vector<std::vector<cv::Point>>{shoulders}, cv::Scalar(255));
  return mask;
}

}  // namespace sesame::biometric
