// Where a face is in a frame: boxes, points, landmarks, and what follows from them alone. Value types, pixels
// of the frame.
#pragma once

#include <array>
#include <cstddef>

namespace sesame::biometric {

struct Point {
  float x = 0;
  float y = 0;
};

struct Box {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;
  float width() const { return right - left; }
  float height() const { return bottom - top; }
  Point centre() const { return {(left + right) / 2, (top + bottom) / 2}; }
};

struct DetectedFace {
  Box box;
  float score = 0;
};

// The 68 points of the iBUG scheme.
inline constexpr std::size_t landmark_count = 68;
using Landmarks = std::array<Point, landmark_count>;

// Eyes (left and right in the picture), nose tip, mouth corners.
using FivePoints = std::array<Point, 5>;
FivePoints five_points(const Landmarks& landmarks);

// Degrees. Yaw: the nose towards the picture's right is positive. Pitch: chin down is positive. Roll:
// clockwise is positive.
struct HeadPose {
  float yaw = 0;
  float pitch = 0;
  float roll = 0;
};
HeadPose head_pose(const FivePoints& points);

float inter_eye_distance(const FivePoints& points);

// How open the eyes are: lid distance by eye width, the mean of both (about 0.3 open, under 0.15 shut).
float eye_openness(const Landmarks& landmarks);

// What is certainly the person's: hair, ears and shoulders.
Box head_of(const Box& face);
// Beside and above the head, down to the chin; the head is in its middle.
Box surroundings_of(const Box& face);

// The box enlarged `margin` times about its centre, made to fit and shifted to stay inside the frame (never
// padded).
Box enlarge_inside(const Box& box, float margin, int frame_width, int frame_height);

// The similarity (scale, rotation, translation; Umeyama 1991) that maps `from` onto `to` with the least
// squared error: x' = a x - b y + tx, y' = b x + a y + ty.
struct Similarity {
  float a = 1;
  float b = 0;
  float tx = 0;
  float ty = 0;
};
Similarity least_squares_similarity(const FivePoints& from, const FivePoints& to);

// Where eyes, nose and mouth corners lie in an aligned picture of 112x112 (the embedding model's training
// layout).
inline constexpr FivePoints aligned_points = {
    {{38.2946F, 51.6963F}, {73.5318F, 51.5014F}, {56.0252F, 71.7366F}, {41.5493F, 92.3655F}, {70.7299F, 92.2041F}}};

}  // namespace sesame::biometric
