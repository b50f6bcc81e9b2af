// OwnCalibration: the engine's thresholds, made true for the customers who are enrolled. It compares their
// templates with each other when it begins and when one in a hundred is another, in pieces that let whoever
// stands at the machine go first, and raises the thresholds of a calibration under which strangers among them
// match oftener than asked (own_impostors.hpp). Owned by the face process, beside its engine; executor thread
// only.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "biometric/calibration_oversight.hpp"
#include "biometric/gallery.hpp"
#include "biometric/pipeline/own_impostors.hpp"
#include "spi/service/executor.hpp"
#include "spi/service/task_scope.hpp"

namespace sesame::biometric {

struct OwnCalibrationOptions {
  enum class Use { raise, report, off };
  Use use = Use::raise;
  // At most so many comparisons before the first customer, and each time: about a second, and some minutes.
  std::uint64_t first_comparisons = 20'000'000;
  std::uint64_t most_comparisons = 2'000'000'000;
  std::function<std::uint32_t()> random;            // whom to draw; none: always the same
  std::function<void(std::string)> note = nullptr;  // for the operator
};

class OwnCalibration final : public CalibrationOversight {
 public:
  // The gallery outlives it. Has compared what `first_comparisons` allow when it returns.
  OwnCalibration(spi::Executor& executor, Gallery& gallery, const Calibration& calibration,
                 OwnCalibrationOptions options);

  const Calibration& in_use() const { return in_use_; }

  spi::Task<OwnRates> own_rates(std::function<void(OwnRatesProgress)> progress) override;

 private:
  class Comparing;
  std::uint32_t seed() const;
  void use(const Comparing& comparing);
  void tell_trouble(const std::string& trouble);
  spi::Task<void> keep();
  // One customer, then whoever else wants the executor; false when nobody is left.
  spi::Task<bool> look(Comparing& comparing);
  spi::Task<void> compare_again();

  Gallery& gallery_;
  Calibration calibration_;
  Calibration in_use_;
  OwnCalibrationOptions options_;
  std::optional<std::uint64_t> compared_customers_;  // how many there were when all were compared
  double told_raise_ = 0;
  std::string told_trouble_;
  spi::TaskScope tasks_;
};

}  // namespace sesame::biometric
