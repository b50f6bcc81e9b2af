#include "biometric/pipeline/surroundings.hpp"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <opencv2/video/tracking.hpp>
#include <vector>

#include "biometric/pipeline/median.hpp"
#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

using std::chrono::milliseconds;

constexpr int columns = 400;
constexpr camera::FrameTime shortest = milliseconds(350);
constexpr camera::FrameTime longest = milliseconds(800);
constexpr int most_corners = 60;
constexpr int most_face_corners = 20;
constexpr double least_corner = 0.04;  // of the strongest
constexpr double corner_distance = 5;
constexpr std::size_t least_points = 5;
constexpr double lit_alike = 0.03;      // of the face's light against what is beside it
constexpr double there_and_back = 0.4;  // pixels that a point may miss itself by when it is traced back

cv::Rect2f rectangle(const Box& box) { return {box.left, box.top, box.width(), box.height()}; }

// Without its outline, where the hall shows.
cv::Rect2f inside(const Box& face) {
  const float w = face.width(), h = face.height();
  return {face.left + 0.1F * w, face.top + 0.1F * h, 0.8F * w, 0.85F * h};
}

struct Corners {
  std::vector<cv::Point2f> points;
  std::size_t beside = 0;  // so many of the first are beside the face, the others in it
};

Corners corners_of(const cv::Mat& grey, const Box& face) {
  cv::Mat mask(grey.size(), CV_8U, cv::Scalar(0));
  const cv::Rect whole(0, 0, grey.cols, grey.rows);
  mask(cv::Rect(rectangle(surroundings_of(face))) & whole) = 255;
  mask(cv::Rect(rectangle(head_of(face))) & whole) = 0;
  Corners corners;
  cv::goodFeaturesToTrack(grey, corners.points, most_corners, least_corner, corner_distance, mask);
  corners.beside = corners.points.size();
  const cv::Rect within = cv::Rect(inside(face)) & whole;
  if (corners.beside < least_points || within.empty()) return corners;
  std::vector<cv::Point2f> of_face;
  cv::goodFeaturesToTrack(grey(within), of_face, most_face_corners, least_corner, corner_distance);
  for (const cv::Point2f& corner : of_face) corners.points.push_back(corner + cv::Point2f(within.tl()));
  return corners;
}

std::vector<cv::Point2f> traced(const cv::Mat& from, const cv::Mat& to, const std::vector<cv::Point2f>& points,
                                std::vector<unsigned char>& found) {
  std::vector<cv::Point2f> out;
  std::vector<float> error;
  constexpr int levels = 3;
  const cv::TermCriteria until(cv::TermCriteria::COUNT + cv::TermCriteria::EPS, 20, 0.01);
  cv::calcOpticalFlowPyrLK(from, to, points, out, found, error, {15, 15}, levels, until, 0, 1e-3);
  return out;
}

// The camera's exposure changes, by itself and when it is asked to; what is traced must look the same before and after.
void to_one_exposure(cv::Mat& grey) {
  constexpr double mean = 110, spread = 50;
  cv::Scalar found_mean, found_spread;
  cv::meanStdDev(grey, found_mean, found_spread);
  const double gain = spread / std::max(found_spread[0], 1.0);
  grey.convertTo(grey, CV_8U, gain, mean - gain * found_mean[0]);
}

// How bright the face is against all that is not the person's, which no exposure changes: a lamp near the camera does.
double light_on_face(const cv::Mat& grey, const Box& face) {
  const cv::Rect whole(0, 0, grey.cols, grey.rows);
  cv::Mat beside(grey.size(), CV_8U, cv::Scalar(255));
  beside(cv::Rect(rectangle(head_of(face))) & whole) = 0;
  const cv::Rect within = cv::Rect(inside(face)) & whole;
  if (within.empty() || cv::countNonZero(beside) == 0) return 0;
  return std::log((cv::mean(grey(within))[0] + 1) / (cv::mean(grey, beside)[0] + 1));
}

// Of corners that were found again.
struct Shifts {
  std::vector<float> to_the_right, down;
  void add(const cv::Point2f& shift) {
    to_the_right.push_back(shift.x);
    down.push_back(shift.y);
  }
  bool enough() const { return down.size() >= least_points; }
  cv::Point2f together() { return {median(to_the_right), median(down)}; }
};

}  // namespace

struct Surroundings::Seen {
  camera::FrameTime at{};
  cv::Mat grey;
  std::optional<Corners> corners;  // found when first asked for
  Box face;
  double light_on_face = 0;
};

Surroundings::Surroundings() = default;
Surroundings::~Surroundings() = default;
void Surroundings::forget() { seen_.clear(); }

std::optional<SurroundingsMotion> Surroundings::look(const camera::Frame& frame, const Box& face) {
  const camera::FrameTime now = frame.captured_at;
  const float scale = std::min(1.0F, static_cast<float>(columns) / static_cast<float>(frame.width));
  Seen next{now, {}, {}, {face.left * scale, face.top * scale, face.right * scale, face.bottom * scale}, 0};
  cv::cvtColor(pixels(frame), next.grey, cv::COLOR_BGR2GRAY);
  if (scale < 1) cv::resize(next.grey, next.grey, {}, scale, scale, cv::INTER_AREA);
  cv::GaussianBlur(next.grey, next.grey, {0, 0}, 1);  // corners of noise are none
  if (lamp_expected_) next.light_on_face = light_on_face(next.grey, next.face);
  to_one_exposure(next.grey);
  if (!seen_.empty() && (seen_.back().grey.size() != next.grey.size() || now <= seen_.back().at)) forget();
  while (!seen_.empty() && now - seen_.front().at > longest) seen_.pop_front();
  seen_.push_back(std::move(next));
  const Seen& after = seen_.back();
  // Where a lamp is switched, the oldest that was lit as this one is.
  const auto found = std::find_if(seen_.begin(), seen_.end(), [&](const Seen& seen) {
    return !lamp_expected_ || now - seen.at < shortest || std::abs(seen.light_on_face - after.light_on_face) < lit_alike;
  });
  if (now - found->at < shortest) return std::nullopt;
  Seen& before = *found;
  if (!before.corners) before.corners = corners_of(before.grey, before.face);
  if (before.corners->beside < least_points) return std::nullopt;
  const std::vector<cv::Point2f>& corners = before.corners->points;
  std::vector<unsigned char> there, back;
  const auto moved = traced(before.grey, after.grey, corners, there);
  const auto home = traced(after.grey, before.grey, moved, back);
  Shifts beside, of_face;
  const cv::Rect2f head = rectangle(head_of(after.face));
  for (std::size_t i = 0; i < moved.size(); ++i) {
    if (!there[i] || !back[i] || cv::norm(home[i] - corners[i]) > there_and_back) continue;
    const bool in_face = i >= before.corners->beside;
    if (in_face)
      of_face.add(moved[i] - corners[i]);
    else if (!head.contains(moved[i]))
      beside.add(moved[i] - corners[i]);
  }
  if (!beside.enough()) return std::nullopt;
  const cv::Point2f shift = beside.together();
  SurroundingsMotion motion{beside.down.size(), std::hypot(shift.x, shift.y)};
  if (of_face.enough()) motion.face_shift = static_cast<float>(cv::norm(of_face.together() - shift));
  return motion;
}

}  // namespace sesame::biometric
