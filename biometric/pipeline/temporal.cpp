#include "biometric/pipeline/temporal.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string_view>

namespace sesame::biometric {
namespace {

constexpr int block = 8;

float block_mean(const camera::Frame& frame, int column, int row) {
  std::uint32_t sum = 0;
  for (int y = 0; y < block; ++y) {
    const std::uint8_t* line = frame.row(row * block + y) + 3 * block * column;
    for (int x = 0; x < 3 * block; ++x) sum += line[x];
  }
  return static_cast<float>(sum) / (3 * block * block);
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

}  // namespace sesame::biometric
