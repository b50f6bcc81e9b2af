// Enrolled: people enrolled from several pictures each, fused as the engine fuses them. Value type; pure
// function.
#pragma once

#include <cstdint>
#include <vector>

#include "biometric/evaluate/comparisons.hpp"
#include "biometric/pipeline/calibration.hpp"

namespace sesame::evaluation {

// One enrolment a picture: the person's next pictures, in the order of their names and from the first again,
// make the reference, and the picture itself is the probe. People with too few pictures are impostors alone.
struct Enrolled {
  Templates references;
  std::vector<std::uint32_t> probes;  // of each reference: the row that it is tried with
  std::vector<std::uint32_t> shown;   // ... and the first of the rows that made it
  std::size_t pictures = 0;           // of one enrolment
  std::size_t people = 0;             // with enough pictures
  Rate refused;                       // failure to enrol: no face on most of the pictures
  Rate left_out;                      // pictures of the other enrolments that are no part of the reference
};
Enrolled enrol_everybody(const Samples& samples, std::size_t pictures,
                         const biometric::Calibration& calibration);

// Each reference with its probe, and with every picture of other people.
Comparisons compare_enrolled(const Samples& samples, const Enrolled& enrolled, Step wanted, unsigned workers,
                             const Progress& progress = {});

}  // namespace sesame::evaluation
