// CalibrationOversight: what an operator may know of how often strangers match among the customers.
// OwnCalibration has it, the command line reaches it through RemoteEngine. Executor thread only; throws as
// Engine does.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "spi/service/task.hpp"

namespace sesame::biometric {

struct OwnRates {
  struct Point {
    double asked = 0;  // a false match rate of the calibration
    double found = 0;  // among these customers, at the calibration's own threshold
    double low = 0;    // 95 %
    double high = 1;
    std::uint64_t matches = 0;  // pairs of customers
    double threshold = 0;       // cosines: the calibration's,
    double in_use = 0;          // and what a match takes now; 1: the rate is not offered any more
  };
  // Two customers who look like one person to the models: enrolled under two names, twins, or very much
  // alike.
  struct Alike {
    std::string one;
    std::string other;
    double rate = 1;               // the strictest of the calibration at which they match
    bool like_one_person = false;  // beyond what any rate is made of
  };

  std::uint64_t customers = 0;     // in all
  std::uint64_t drawn = 0;         // of them compared with all others
  std::uint64_t pairs = 0;         // of customers, each once
  std::uint64_t pairs_wanted = 0;  // fewer raise nothing
  std::vector<Point> points;       // from loose to strict; empty without two customers
  double strictest_rate = 0;       // in use
  bool raises = false;             // whether thresholds are raised by what is found
  std::vector<Alike> alike;        // who match at the calibration's strictest rate, the most alike first
  std::uint64_t alike_in_all = 0;
};
inline constexpr std::size_t most_alike = 100;

struct OwnRatesProgress {
  std::uint64_t done = 0;
  std::uint64_t wanted = 0;
};

class CalibrationOversight {
 public:
  virtual ~CalibrationOversight() = default;

  // Compares anew, and uses what is found from then on.
  virtual spi::Task<OwnRates> own_rates(std::function<void(OwnRatesProgress)> progress) = 0;
};

}  // namespace sesame::biometric
