// SvgPlot: a picture of curves as one SVG element, styled by the page's classes. Value type.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sesame::evaluation {

using PlotPoints = std::vector<std::pair<double, double>>;

struct PlotAxis {
  double low = 0;
  double high = 1;
  bool logarithmic = false;
  bool percent = false;  // tick labels
  double tick = 0.1;     // distance of ticks on a linear axis
  std::string label;
};

class SvgPlot {
 public:
  // `description` is what a screen reader says.
  SvgPlot(PlotAxis x, PlotAxis y, std::string description);

  // Classes: "genuine", "impostor", "curve", "line", whatever the page's style knows.
  void curve(const PlotPoints& points, const std::string& style);
  void area(const PlotPoints& points, const std::string& style);
  // A point with its intervals on both axes and a text that is shown on hovering.
  void marker(double x, double y, std::pair<double, double> x_interval, std::pair<double, double> y_interval,
              const std::string& title);
  void label(double x, double y, const std::string& text, const std::string& style);
  // A vertical line through the whole plot; labels of neighbours are staggered by `level`.
  void vertical(double x, const std::string& text, int level);

  std::string svg() const;

 private:
  double place_x(double value) const;
  double place_y(double value) const;
  std::string axes() const;
  std::string path(const PlotPoints& points) const;

  PlotAxis x_;
  PlotAxis y_;
  std::string description_;
  std::string body_;
};

// Text in HTML or SVG.
std::string escaped(const std::string& text);

}  // namespace sesame::evaluation
