#include "biometric/pipeline/inner_motion.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>

#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

using std::chrono::milliseconds;

constexpr int side = 112;  // of the aligned picture (aligned_points)
constexpr camera::FrameTime compared = milliseconds(2000);
// Whoever was out of sight for longer may be somebody else, or another picture.
constexpr camera::FrameTime out_of_sight = milliseconds(400);
// The first look is compared with for so long; then the next is a first one.
constexpr camera::FrameTime longest_run = milliseconds(10000);
constexpr double least_fit = 0.85;  // correlation; pictures in a hand stay above 0.97

// Eyes, mouth, and what is left of the face, as masks of the aligned picture.
struct Regions {
  cv::Mat eyes, mouth, rest, for_the_fit;
};

cv::Mat ellipses(std::initializer_list<std::array<float, 4>> shapes) {
  cv::Mat mask(side, side, CV_8U, cv::Scalar(0));
  for (const auto& [x, y, wide, high] : shapes)
    cv::ellipse(mask, cv::RotatedRect({x, y}, {2 * wide, 2 * high}, 0), cv::Scalar(255), cv::FILLED);
  return mask;
}

const Regions& regions() {
  static const Regions all = [] {
    constexpr std::array<float, 2> left{38, 52}, right{74, 52};
    Regions made;
    cv::Mat face = ellipses({{56, 72, 34, 42}});
    face.rowRange(0, 31) = 0;
    made.eyes = ellipses({{left[0], left[1], 11, 7}, {right[0], right[1], 11, 7}});
    made.mouth = ellipses({{56, 92, 20, 10}});
    made.rest = face & ~ellipses({{left[0], left[1], 15, 11}, {right[0], right[1], 15, 11}}) & ~made.mouth;
    made.for_the_fit =
        face & ~ellipses({{left[0], left[1], 13, 9}, {right[0], right[1], 13, 9}}) & ~made.mouth;
    return made;
  }();
  return all;
}

// Grey, aligned by the landmarks, with light and contrast taken out of every neighbourhood.
cv::Mat aligned(const camera::Frame& frame, const Landmarks& landmarks) {
  const Similarity s = least_squares_similarity(five_points(landmarks), aligned_points);
  // Twice the size first: large faces are averaged, not picked from.
  const cv::Matx23f map(2 * s.a, -2 * s.b, 2 * s.tx, 2 * s.b, 2 * s.a, 2 * s.ty);
  cv::Mat large, grey, picture;
  cv::warpAffine(pixels(frame), large, map, {2 * side, 2 * side}, cv::INTER_LINEAR);
  cv::cvtColor(large, grey, cv::COLOR_BGR2GRAY);
  cv::resize(grey, picture, {side, side}, 0, 0, cv::INTER_AREA);
  picture.convertTo(picture, CV_32F);
  cv::GaussianBlur(picture, picture, {0, 0}, 0.8);
  constexpr double neighbourhood = 8, noise = 25;  // pixels; squared grey levels
  cv::Mat mean, contrast;
  cv::GaussianBlur(picture, mean, {0, 0}, neighbourhood);
  picture -= mean;
  cv::GaussianBlur(picture.mul(picture), contrast, {0, 0}, neighbourhood);
  cv::sqrt(contrast + noise, contrast);
  return picture / contrast;
}

// `picture` where `anchor` has it, by the best map of a plane; empty where none fits.
cv::Mat fitted(const cv::Mat& anchor, const cv::Mat& picture) {
  using cv::TermCriteria;
  constexpr int kind = TermCriteria::COUNT + TermCriteria::EPS;
  constexpr int smooth = 3;
  cv::Mat affine = cv::Mat::eye(2, 3, CV_32F), plane = cv::Mat::eye(3, 3, CV_32F);
  try {
    // Eyes and mouth are what is asked about.
    const cv::Mat& mask = regions().for_the_fit;
    cv::findTransformECC(anchor, picture, affine, cv::MOTION_AFFINE, TermCriteria(kind, 5, 1e-3), mask,
                         smooth);
    affine.copyTo(plane.rowRange(0, 2));
    if (cv::findTransformECC(anchor, picture, plane, cv::MOTION_HOMOGRAPHY, TermCriteria(kind, 8, 1e-3), mask,
                             smooth) < least_fit)
      return {};
  } catch (const cv::Exception&) {
    return {};  // how OpenCV says that it found none
  }
  cv::Mat there;
  cv::warpPerspective(picture, there, plane, picture.size(), cv::INTER_LINEAR | cv::WARP_INVERSE_MAP,
                      cv::BORDER_REPLICATE);
  return there;
}

double root_mean_square(const cv::Mat& picture, const cv::Mat& mask) {
  return cv::norm(picture, cv::NORM_L2, mask) / std::sqrt(cv::countNonZero(mask));
}

double difference(const cv::Mat& a, const cv::Mat& b) {
  const cv::Mat between = a - b;
  const Regions& of = regions();
  return std::max({root_mean_square(between, of.eyes), root_mean_square(between, of.mouth),
                   root_mean_square(between, of.rest)});
}

}  // namespace

struct InnerMotion::Seen {
  camera::FrameTime at{};
  cv::Mat picture;  // where the first one of the run has it
};

InnerMotion::InnerMotion() = default;
InnerMotion::~InnerMotion() = default;

void InnerMotion::forget() {
  first_.reset();
  seen_.clear();
}

std::optional<float> InnerMotion::look(const camera::Frame& frame, const Landmarks& landmarks) {
  const camera::FrameTime now = frame.captured_at;
  if (first_ && (now <= last_fit_ || now - last_fit_ > out_of_sight || now - first_->at > longest_run))
    forget();
  Seen next{now, aligned(frame, landmarks)};
  if (!first_) {
    first_ = std::make_unique<Seen>(next);
  } else {
    next.picture = fitted(first_->picture, next.picture);
    if (next.picture.empty()) return std::nullopt;
  }
  last_fit_ = now;
  while (!seen_.empty() && now - seen_.front().at > compared) seen_.pop_front();
  std::optional<float> most;
  for (const Seen& before : seen_)
    most = std::max(most.value_or(0), static_cast<float>(difference(before.picture, next.picture)));
  seen_.push_back(std::move(next));
  return most;
}

}  // namespace sesame::biometric
