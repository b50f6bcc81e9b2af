#include "biometric/evaluate/calibration_points.hpp"

#include <fmt/format.h>

#include <sstream>

#include "biometric/pipeline/calibration.hpp"

namespace sesame::evaluation {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return out + "\"";
}

std::string calibration_block(const MadeCalibration& made) {
  std::string text = "calibration:\n";
  text += fmt::format("  from: {}\n", quoted(made.from));
  if (!made.corrections.empty()) text += fmt::format("  labels: {}\n", quoted(made.corrections));
  text += fmt::format("  stage: {}\n", quoted(made.stage));
  text += "  made_by: sesame evaluate --calibrate\n";
  text +=
      "  half: people whose name's SHA-256 has 0 as the lowest bit of its first byte; the others are for the "
      "report\n";
  text += fmt::format("  people: {}\n  pictures: {}\n", made.people, made.pictures);
  text += fmt::format("  genuine_comparisons: {}\n", made.genuine_comparisons);
  text += fmt::format("  impostor_comparisons: {}\n", made.impostor_comparisons);
  text += fmt::format("  support: each rate has at least {} expected false matches (rule of 30)\n",
                      biometric::least_false_matches);
  text += fmt::format("  models: {}\n", made.models);
  text += "  # interval: 95 %, bootstrap over people\n  false_match_rate:\n";
  for (const OperatingPoint& point : made.points)
    text +=
        fmt::format("    - {{rate: {:g}, cosine: {:.5f}, false_matches: {}, interval: [{:.3g}, {:.3g}]}}\n",
                    point.asked_rate, cosine_of(point.step), point.false_match.errors,
                    point.false_match.interval.low, point.false_match.interval.high);
  return text;
}

}  // namespace

std::vector<AskedPoint> calibration_points(const Distribution& impostors, std::uint64_t least) {
  const auto above = impostors.at_or_above();
  const std::uint64_t total = above.front();
  if (total < least)
    throw DataError(fmt::format(
        "the calibration half has {} impostor comparisons (expected at least {}: more people or pictures, or "
        "--least-impostors for a calibration that says less)",
        total, least));
  const std::vector<double> rates = biometric::supported_rates(total);
  if (rates.size() < 2)
    throw DataError(fmt::format(
        "{} impostor comparisons support fewer than two rates (each wants {} expected false matches)", total,
        biometric::least_false_matches));
  std::vector<AskedPoint> points;
  for (const double rate : rates) points.push_back({rate, step_at_rate(above, rate)});
  return points;
}

std::string with_calibration(const std::string& description, const MadeCalibration& calibration) {
  std::istringstream lines(description);
  std::string before;
  std::string after;
  bool inside = false;
  bool found = false;
  for (std::string line; std::getline(lines, line);) {
    const bool top_level = !line.empty() && line.front() != ' ' && line.front() != '#';
    if (top_level) inside = line.starts_with("calibration:");
    found = found || inside;
    if (!inside) (found ? after : before) += line + "\n";
  }
  return before + calibration_block(calibration) + after;
}

}  // namespace sesame::evaluation
