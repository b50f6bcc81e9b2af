#include "biometric/pipeline/temporal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string_view>

namespace sesame::biometric {
namespace {

constexpr int block = 8;
constexpr std::size_t first_inner_landmark = 17;  // 0..16 follow the jaw, which the model places loosely

float block_mean(const camera::Frame& frame, int column, int row) {
  std::uint32_t sum = 0;
  for (int y = 0; y < block; ++y) {
    const std::uint8_t* line = frame.row(row * block + y) + 3 * block * column;
    for (int x = 0; x < 3 * block; ++x) sum += line[x];
  }
  return static_cast<float>(sum) / (3 * block * block);
}

using Row = std::array<double, 3>;
double determinant(const Row& a, const Row& b, const Row& c) {
  return a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0]) +
         a[2] * (b[0] * c[1] - b[1] * c[0]);
}

// Least squares of target = p0 x + p1 y + p2 by Cramer's rule on the (symmetric) normal equations.
Row solve(const std::array<Row, 3>& m, const Row& right) {
  const double whole = determinant(m[0], m[1], m[2]);
  if (std::abs(whole) < 1e-9) return {0, 0, 0};
  return {determinant(right, m[1], m[2]) / whole, determinant(m[0], right, m[2]) / whole,
          determinant(m[0], m[1], right) / whole};
}

}  // namespace

FrameTrace trace_of(const camera::Frame& frame) {
  FrameTrace trace;
  trace.columns = frame.width / block;
  trace.rows = frame.height / block;
  trace.blocks.reserve(static_cast<std::size_t>(trace.columns) * static_cast<std::size_t>(trace.rows));
  for (int row = 0; row < trace.rows; ++row)
    for (int column = 0; column < trace.columns; ++column)
      trace.blocks.push_back(block_mean(frame, column, row));
  trace.hash =
      std::hash<std::string_view>{}({reinterpret_cast<const char*>(frame.bytes.data()), frame.bytes.size()});
  return trace;
}

double region_difference(const FrameTrace& a, const FrameTrace& b, const Box& region) {
  if (a.columns != b.columns || a.rows != b.rows) return 255;
  const int left = std::clamp(static_cast<int>(region.left) / block, 0, a.columns);
  const int right = std::clamp(static_cast<int>(region.right) / block, left, a.columns);
  const int top = std::clamp(static_cast<int>(region.top) / block, 0, a.rows);
  const int bottom = std::clamp(static_cast<int>(region.bottom) / block, top, a.rows);
  double sum = 0;
  for (int row = top; row < bottom; ++row)
    for (int column = left; column < right; ++column) {
      const auto i = static_cast<std::size_t>(row) * static_cast<std::size_t>(a.columns) +
                     static_cast<std::size_t>(column);
      sum += std::abs(a.blocks[i] - b.blocks[i]);
    }
  const int count = (right - left) * (bottom - top);
  return count > 0 ? sum / count : 0;
}

double non_rigid_motion(const Landmarks& a, const Landmarks& b) {
  const Point origin = a[30];  // nose tip: keeps the sums small
  std::array<Row, 3> m{};
  Row right_x{};
  Row right_y{};
  for (std::size_t i = first_inner_landmark; i < landmark_count; ++i) {
    const Row v = {a[i].x - origin.x, a[i].y - origin.y, 1};
    for (std::size_t r = 0; r < 3; ++r) {
      for (std::size_t c = 0; c < 3; ++c) m[r][c] += v[r] * v[c];
      right_x[r] += v[r] * b[i].x;
      right_y[r] += v[r] * b[i].y;
    }
  }
  const Row px = solve(m, right_x);
  const Row py = solve(m, right_y);
  double sum = 0;
  for (std::size_t i = first_inner_landmark; i < landmark_count; ++i) {
    const double x = a[i].x - origin.x;
    const double y = a[i].y - origin.y;
    sum += std::pow(px[0] * x + px[1] * y + px[2] - b[i].x, 2) +
           std::pow(py[0] * x + py[1] * y + py[2] - b[i].y, 2);
  }
  const double eyes = std::max(1.0F, inter_eye_distance(five_points(b)));
  return std::sqrt(sum / static_cast<double>(landmark_count - first_inner_landmark)) / eyes;
}

}  // namespace sesame::biometric
