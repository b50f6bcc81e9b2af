// The sections of the HTML report that have tables and plots. Each gives HTML, or nothing where there is
// nothing to say.
#pragma once

#include <string>

#include "biometric/evaluate/evaluation.hpp"

namespace sesame::evaluation {

// 12.3 %, 0.045 %, 1.2·10⁻⁵: as few digits as say it.
std::string percent(double rate);
std::string power(double rate);
std::string grouped(std::uint64_t number);  // 7,701

std::string calibration_section(const Evaluation& evaluation);
std::string verification_section(const Evaluation& evaluation);
std::string identification_section(const Evaluation& evaluation);
std::string folds_section(const Evaluation& evaluation);
std::string groups_section(const Evaluation& evaluation);
std::string attacks_section(const Evaluation& evaluation);
std::string presentations_section(const Evaluation& evaluation);
std::string sessions_section(const SessionReport& report);
std::string sessions_summary(const SessionReport& report);  // plain text

}  // namespace sesame::evaluation
