#include "biometric/pipeline/quality.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

constexpr int face_side = 112;

// The inner face, upright and grey, 112x112: eyes at fixed places, so that components do not depend on size
// or roll.
cv::Mat upright_face(const camera::Frame& frame, const Landmarks& landmarks) {
  constexpr FivePoints places = {
      {{38.3F, 51.7F}, {73.5F, 51.5F}, {56.0F, 71.7F}, {41.5F, 92.4F}, {70.7F, 92.2F}}};
  const Similarity s = least_squares_similarity(five_points(landmarks), places);
  cv::Mat face;
  cv::Mat grey;
  cv::warpAffine(pixels(frame), face, cv::Matx23f(s.a, -s.b, s.tx, s.b, s.a, s.ty), {face_side, face_side},
                 cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::cvtColor(face, grey, cv::COLOR_BGR2GRAY);
  return grey;
}

using Histogram = std::array<float, 64>;

Histogram histogram_of(const cv::Mat& grey) {
  Histogram histogram{};
  for (int y = 0; y < grey.rows; ++y)
    for (int x = 0; x < grey.cols; ++x) histogram[grey.at<std::uint8_t>(y, x) / 4] += 1;
  for (float& bin : histogram) bin /= static_cast<float>(grey.total());
  return histogram;
}

void measure_light(const cv::Mat& grey, Quality& quality) {
  const cv::Mat inner = grey(cv::Rect(16, 30, 80, 72));
  const Histogram left = histogram_of(inner(cv::Rect(0, 0, 40, 72)));
  const Histogram right = histogram_of(inner(cv::Rect(40, 0, 40, 72)));
  const Histogram all = histogram_of(inner);
  for (std::size_t i = 0; i < all.size(); ++i) {
    quality.illumination_uniformity += std::min(left[i], right[i]);
    if (all[i] > 0) quality.dynamic_range -= all[i] * std::log2(all[i]);
  }
  quality.luminance_mean = static_cast<float>(cv::mean(inner)[0]);
  quality.under_exposure =
      static_cast<float>(cv::countNonZero(inner < 26)) / static_cast<float>(inner.total());
  quality.over_exposure =
      static_cast<float>(cv::countNonZero(inner > 247)) / static_cast<float>(inner.total());
  quality.dynamic_range += 2;  // 64 bins of 4 levels: the entropy of 256 levels, near enough
}

float sharpness_of(const cv::Mat& grey) {
  cv::Mat edges;
  cv::Laplacian(grey(cv::Rect(16, 30, 80, 72)), edges, CV_16S);
  return static_cast<float>(cv::norm(edges, cv::NORM_L1) / static_cast<double>(edges.total()));
}

// The grey level that `share` of the pixels are no lighter than.
float percentile(const cv::Mat& grey, double share) {
  std::vector<std::uint8_t> values;
  for (int y = 0; y < grey.rows; ++y) values.insert(values.end(), grey.ptr(y), grey.ptr(y) + grey.cols);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return static_cast<float>(*at);
}

// Three quarters up, so that the lower rim of plain glasses does not count.
float eyes_visible_in(const cv::Mat& grey) {
  const cv::Rect under_left(30, 58, 17, 5), under_right(65, 58, 17, 5);
  const cv::Rect left_cheek(30, 68, 13, 11), right_cheek(70, 68, 13, 11);
  const float cheek = std::min(percentile(grey(left_cheek), 0.5), percentile(grey(right_cheek), 0.5));
  const float under = std::max(percentile(grey(under_left), 0.75), percentile(grey(under_right), 0.75));
  return (under + 1) / (cheek + 1);
}

void measure_face(const cv::Mat& grey, Quality& quality) {
  measure_light(grey, quality);
  quality.sharpness = sharpness_of(grey);
  quality.eyes_visible = eyes_visible_in(grey);
}

}  // namespace

Quality measure_aligned_quality(const camera::Frame& aligned) {
  constexpr QualityLimits limits;
  Quality quality;
  quality.faces = 1;
  quality.inter_eye_distance = limits.least_inter_eye_distance;
  quality.eyes_open = limits.least_eyes_open;
  cv::Mat grey;
  cv::cvtColor(pixels(aligned), grey, cv::COLOR_BGR2GRAY);
  if (grey.size() != cv::Size(face_side, face_side)) cv::resize(grey, grey, {face_side, face_side});
  measure_face(grey, quality);
  return quality;
}

Quality measure_quality(const camera::Frame& frame, const DetectedFace& face, const Landmarks& landmarks,
                        std::size_t faces) {
  Quality quality;
  const FivePoints points = five_points(landmarks);
  quality.faces = faces;
  quality.head_size = face.box.height() / static_cast<float>(frame.height);
  quality.inter_eye_distance = inter_eye_distance(points);
  quality.crop_margin =
      std::min({face.box.left, face.box.top, static_cast<float>(frame.width) - face.box.right,
                static_cast<float>(frame.height) - face.box.bottom}) /
      face.box.width();
  quality.head_pose = head_pose(points);
  quality.eyes_open = eye_openness(landmarks);
  measure_face(upright_face(frame, landmarks), quality);
  return quality;
}

QualityHint judge_quality(const Quality& q, const QualityLimits& limits) {
  if (q.faces == 0) return QualityHint::no_face;
  if (q.faces > 1) return QualityHint::several_faces;
  if (q.inter_eye_distance < limits.least_inter_eye_distance) return QualityHint::come_closer;
  if (q.head_size > limits.largest_head_size) return QualityHint::step_back;
  if (q.crop_margin < limits.least_crop_margin) return QualityHint::move_to_centre;
  if (std::abs(q.head_pose.yaw) > limits.largest_yaw || std::abs(q.head_pose.pitch) > limits.largest_pitch ||
      std::abs(q.head_pose.roll) > limits.largest_roll)
    return QualityHint::look_straight;
  if (q.luminance_mean < limits.darkest_luminance || q.under_exposure > limits.largest_under_exposure)
    return QualityHint::more_light;
  if (q.luminance_mean > limits.brightest_luminance || q.over_exposure > limits.largest_over_exposure)
    return QualityHint::less_light;
  if (q.illumination_uniformity < limits.least_illumination_uniformity ||
      q.dynamic_range < limits.least_dynamic_range)
    return QualityHint::even_light;
  if (q.sharpness < limits.least_sharpness) return QualityHint::hold_still;
  if (q.eyes_visible < limits.least_eyes_visible) return QualityHint::uncover_eyes;
  if (q.eyes_open < limits.least_eyes_open) return QualityHint::open_eyes;
  return QualityHint::none;
}

}  // namespace sesame::biometric
