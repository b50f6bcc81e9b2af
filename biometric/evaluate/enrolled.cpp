#include "biometric/evaluate/enrolled.hpp"

#include "biometric/pipeline/fusion.hpp"

namespace sesame::evaluation {
namespace {

using biometric::OneFace;
using biometric::Template;

Template template_at(const Samples& samples, std::uint32_t row) {
  const auto values = samples.templates.values(row);
  return {values.begin(), values.end()};
}

// The rows of one person: [begin, end).
std::uint32_t end_of_person(const Samples& samples, std::uint32_t begin) {
  std::uint32_t end = begin;
  while (end < samples.persons.size() && samples.persons[end] == samples.persons[begin]) ++end;
  return end;
}

}  // namespace

Enrolled enrol_everybody(const Samples& samples, std::size_t pictures,
                         const biometric::Calibration& calibration) {
  Enrolled enrolled;
  enrolled.pictures = pictures;
  std::vector<Tally> refused(samples.people);
  std::vector<Tally> left_out(samples.people);
  for (std::uint32_t begin = 0, end = 0; begin < samples.persons.size(); begin = end) {
    end = end_of_person(samples, begin);
    const std::uint32_t own = end - begin;
    if (own <= pictures) continue;
    ++enrolled.people;
    for (std::uint32_t probe = 0; probe < own; ++probe) {
      std::vector<Template> looks;
      for (std::uint32_t i = 1; i <= pictures; ++i)
        looks.push_back(template_at(samples, begin + (probe + i) % own));
      OneFace one = biometric::fuse_one_face(looks, calibration);
      for (Template& look : looks) biometric::wipe(look);
      Tally& enrolments = refused[samples.persons[begin]];
      ++enrolments.trials;
      if (one.face.empty()) {
        ++enrolments.errors;
        continue;
      }
      Tally& used = left_out[samples.persons[begin]];
      used.trials += pictures;
      used.errors += pictures - one.agreeing;
      enrolled.references.add(one.face);
      biometric::wipe(one.face);
      enrolled.probes.push_back(begin + probe);
      enrolled.shown.push_back(begin + (probe + 1) % own);
    }
  }
  enrolled.refused = rate_of(refused);
  enrolled.left_out = rate_of(left_out);
  return enrolled;
}

}  // namespace sesame::evaluation
