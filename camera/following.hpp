// How well what was seen follows what was asked for, over time. What drifts evenly, as daylight and a
// camera's own exposure do, is left out. Pure functions; any thread.
#pragma once

#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace sesame::camera {

struct Following {
  double correlation = 0;  // 0 where nothing changed
  double response = 0;     // of what was seen, for one of what was asked for
};

// What a straight line over `times` leaves of the values.
inline std::vector<double> without_drift(const std::vector<double>& times, std::vector<double> values) {
  const auto n = static_cast<double>(times.size());
  double t = 0, v = 0, tt = 0, tv = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    t += times[i];
    v += values[i];
    tt += times[i] * times[i];
    tv += times[i] * values[i];
  }
  const double spread = tt - t * t / n;
  const double slope = spread > 0 ? (tv - t * v / n) / spread : 0;
  for (std::size_t i = 0; i < times.size(); ++i) values[i] -= v / n + slope * (times[i] - t / n);
  return values;
}

// All three are of one size.
inline Following following(const std::vector<double>& times, std::vector<double> asked,
                           std::vector<double> seen) {
  const std::vector<double> x = without_drift(times, std::move(asked));
  const std::vector<double> y = without_drift(times, std::move(seen));
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += x[i] * x[i];
    yy += y[i] * y[i];
    xy += x[i] * y[i];
  }
  if (xx <= 0 || yy <= 0) return {};
  return {xy / std::sqrt(xx * yy), xy / xx};
}

}  // namespace sesame::camera
