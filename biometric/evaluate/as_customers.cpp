#include "biometric/evaluate/as_customers.hpp"

#include "biometric/pipeline/fusion.hpp"
#include "biometric/pipeline/own_impostors.hpp"

namespace sesame::evaluation {
namespace {

using biometric::Template;

// The rows of each person.
std::vector<std::vector<std::uint32_t>> rows_by_person(const Samples& samples) {
  std::vector<std::vector<std::uint32_t>> rows(samples.people);
  for (std::uint32_t row = 0; row < samples.persons.size(); ++row) rows[samples.persons[row]].push_back(row);
  return rows;
}

// Empty where the pictures do not agree on one face.
Template enrol(const Samples& samples, const std::vector<std::uint32_t>& rows,
               const biometric::Calibration& calibration) {
  std::vector<Template> looks;
  for (const std::uint32_t row : rows) {
    if (looks.size() == most_enrolled) break;
    const auto values = samples.templates.values(row);
    looks.emplace_back(values.begin(), values.end());
  }
  Template face = biometric::fuse_one_face(looks, calibration).face;
  for (Template& look : looks) biometric::wipe(look);
  return face;
}

biometric::OwnImpostors compare(const std::vector<Template>& customers,
                                const biometric::Calibration& calibration) {
  biometric::OwnImpostors impostors(calibration, customers.size());
  for (std::size_t i = 0; i < customers.size(); ++i) {
    std::vector<float> scores;
    for (std::size_t j = 0; j < customers.size(); ++j) {
      const auto score = static_cast<float>(biometric::cosine(customers[i], customers[j]));
      if (i != j && score >= static_cast<float>(impostors.least())) scores.push_back(score);
    }
    impostors.add(customers.size() - 1, scores);
  }
  return impostors;
}

}  // namespace

std::optional<AsCustomers> as_customers(const LabelledData& data, const Samples& samples,
                                        const std::vector<bool>& members,
                                        const biometric::Calibration& calibration, unsigned workers) {
  AsCustomers result;
  std::vector<Template> customers;
  Samples others;
  const auto rows = rows_by_person(samples);
  for (std::uint32_t person = 0; person < rows.size(); ++person) {
    if (!members[person] || rows[person].empty()) continue;
    if (half_of(data.people[person]) == Half::calibration) {
      Template face = enrol(samples, rows[person], calibration);
      if (!face.empty()) customers.push_back(std::move(face));
    } else {
      for (const std::uint32_t row : rows[person]) {
        others.templates.add(samples.templates.values(row));
        others.pictures.push_back(samples.pictures[row]);
        others.persons.push_back(static_cast<std::uint32_t>(result.others));
      }
      ++result.others;
    }
  }
  others.people = result.others;
  const biometric::OwnImpostors impostors = compare(customers, calibration);
  for (Template& face : customers) biometric::wipe(face);
  result.customers = customers.size();
  result.pairs = impostors.pairs();
  if (biometric::supported_rates(result.pairs).empty() || result.others < 2) return std::nullopt;

  const biometric::Calibration raised = impostors.raised();
  std::vector<AskedPoint> before, after;
  for (const biometric::CalibrationPoint& point : calibration.points()) {
    before.push_back({point.false_match_rate, threshold_step(point.cosine)});
    if (point.false_match_rate >= raised.strictest_rate())
      after.push_back({point.false_match_rate, threshold_step(raised.threshold_for(point.false_match_rate))});
  }
  const Comparisons comparisons = compare_everybody(others, before.front().step, workers);
  result.calibrated = operating_points(comparisons, before);
  result.raised = operating_points(comparisons, after);
  return result;
}

}  // namespace sesame::evaluation
