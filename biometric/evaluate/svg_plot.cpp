#include "biometric/evaluate/svg_plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace sesame::evaluation {
namespace {

constexpr double width = 540;
constexpr double height = 350;
constexpr double left = 62;
constexpr double right = 18;
constexpr double top = 30;
constexpr double bottom = 50;
constexpr double label_height = 13;

double share(const PlotAxis& axis, double value) {
  const auto scale = [&](double v) { return axis.logarithmic ? std::log10(std::max(v, 1e-12)) : v; };
  return std::clamp((scale(value) - scale(axis.low)) / (scale(axis.high) - scale(axis.low)), 0.0, 1.0);
}

std::vector<double> ticks(const PlotAxis& axis) {
  std::vector<double> values;
  if (axis.logarithmic) {
    const int first = static_cast<int>(std::ceil(std::log10(axis.low) - 1e-9));
    const int last = static_cast<int>(std::floor(std::log10(axis.high) + 1e-9));
    for (int decade = first; decade <= last; ++decade) values.push_back(std::pow(10.0, decade));
  } else {
    for (int i = 0; axis.low + i * axis.tick <= axis.high + 1e-9; ++i)
      values.push_back(axis.low + i * axis.tick);
  }
  return values;
}

std::string tick_text(const PlotAxis& axis, double value) {
  if (axis.percent) return fmt::format("{:.6g} %", value * 100);
  if (!axis.logarithmic) return fmt::format("{:.3g}", std::abs(value) < 1e-9 ? 0.0 : value);
  const int exponent = static_cast<int>(std::lround(std::log10(value)));
  if (exponent == 0) return "1";
  return fmt::format("10<tspan dy=\"-5\" font-size=\"9\">{}{}</tspan>", exponent < 0 ? "−" : "",
                     std::abs(exponent));
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 && c != '\n' ? ' ' : c;
    }
  }
  return out;
}

SvgPlot::SvgPlot(PlotAxis x, PlotAxis y, std::string description)
    : x_(std::move(x)), y_(std::move(y)), description_(std::move(description)) {}

double SvgPlot::place_x(double value) const { return left + share(x_, value) * (width - left - right); }
double SvgPlot::place_y(double value) const {
  return height - bottom - share(y_, value) * (height - top - bottom);
}

std::string SvgPlot::path(const PlotPoints& points) const {
  std::string text;
  for (const auto& [x, y] : points)
    text += fmt::format("{}{:.1f},{:.1f}", text.empty() ? "M" : " L", place_x(x), place_y(y));
  return text;
}

void SvgPlot::curve(const PlotPoints& points, const std::string& style) {
  if (!points.empty()) body_ += fmt::format("<path class=\"{}\" d=\"{}\"/>\n", style, path(points));
}

void SvgPlot::area(const PlotPoints& points, const std::string& style) {
  if (points.empty()) return;
  PlotPoints closed = points;
  closed.insert(closed.begin(), {points.front().first, y_.low});
  closed.emplace_back(points.back().first, y_.low);
  body_ += fmt::format("<path class=\"{} area\" d=\"{} Z\"/>\n", style, path(closed));
}

void SvgPlot::marker(double x, double y, std::pair<double, double> x_interval,
                     std::pair<double, double> y_interval, const std::string& title) {
  body_ += fmt::format("<g class=\"marker\"><title>{}</title>", escaped(title));
  body_ += fmt::format("<path class=\"bar\" d=\"M{:.1f},{:.1f} H{:.1f} M{:.1f},{:.1f} V{:.1f}\"/>",
                       place_x(x_interval.first), place_y(y), place_x(x_interval.second), place_x(x),
                       place_y(y_interval.first), place_y(y_interval.second));
  body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\"/></g>\n", place_x(x), place_y(y));
}

void SvgPlot::label(double x, double y, const std::string& text, const std::string& style) {
  body_ += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", style, place_x(x),
                       place_y(y), escaped(text));
}

void SvgPlot::vertical(double x, const std::string& text, int level) {
  const double at = place_x(x);
  const double label_at = top - 8 + level * label_height;
  body_ += fmt::format(
      "<path class=\"threshold\" d=\"M{0:.1f},{1:.1f} V{2:.1f}\"/><text class=\"threshold\" x=\"{3:.1f}\" "
      "y=\"{4:.1f}\">{5}</text>\n",
      at, label_at + 3, height - bottom, at + 4, label_at, text);
}

std::string SvgPlot::axes() const {
  std::string text;
  for (const double value : ticks(x_))
    text += fmt::format(
        "<path class=\"grid\" d=\"M{0:.1f},{1:.1f} V{2:.1f}\"/><text class=\"tick\" text-anchor=\"middle\" "
        "x=\"{0:.1f}\" y=\"{3:.1f}\">{4}</text>\n",
        place_x(value), top, height - bottom, height - bottom + 18, tick_text(x_, value));
  for (const double value : ticks(y_))
    text += fmt::format(
        "<path class=\"grid\" d=\"M{0:.1f},{1:.1f} H{2:.1f}\"/><text class=\"tick\" text-anchor=\"end\" "
        "x=\"{3:.1f}\" y=\"{4:.1f}\">{5}</text>\n",
        left, place_y(value), width - right, left - 7, place_y(value) + 4, tick_text(y_, value));
  text += fmt::format("<text class=\"axis\" text-anchor=\"middle\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                      (left + width - right) / 2, height - 10, escaped(x_.label));
  text += fmt::format(
      "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(14 {:.1f}) "
      "rotate(-90)\">{}</text>\n",
      (top + height - bottom) / 2, escaped(y_.label));
  return text;
}

std::string SvgPlot::svg() const {
  return fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n{}{}</svg>\n", width,
                     height, escaped(description_), axes(), body_);
}

}  // namespace sesame::evaluation
