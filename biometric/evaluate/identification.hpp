// Identification: searches of one face among many (1:N), in the terms of ISO/IEC 19795-1. Value types; pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "biometric/evaluate/comparisons.hpp"

namespace sesame::evaluation {

// One search of the gallery.
struct Search {
  std::uint32_t person = 0;
  std::optional<double> mate;  // cosine with the person's own template; none when not enrolled
  double best_other = -1;      // the highest cosine with anybody else's
  std::uint32_t rank = 0;      // of the mate, from 1; 0 without one
};

struct Searches {
  std::size_t enrolled = 0;
  std::vector<Search> mated;
  std::vector<Search> non_mated;
  std::string rule;  // who is enrolled and who is a stranger, in a sentence
};

// Enrols each person of two pictures and more with the first and searches with the others; people of one
// picture are strangers. Where fewer than one person in four has one picture, every person of the report half
// (half_of) is a stranger instead. Nothing when nobody is left on either side.
std::optional<Searches> search_everybody(const Samples& samples, const std::vector<std::string>& people,
                                         unsigned workers);

// The share of mated searches whose mate is among the first `rank`.
Rate identification_rate(const Searches& searches, std::uint32_t rank);

// At a threshold with one candidate asked for (R = 1).
Rate false_positive_identification_rate(const Searches& searches, double threshold);  // FPIR
Rate false_negative_identification_rate(const Searches& searches, double threshold);  // FNIR

struct IdentificationPoint {
  double asked_rate = 0;            // FPIR
  std::optional<double> threshold;  // none: `refusal` says why
  std::string refusal;
  Rate false_positive;
  Rate false_negative;
};

struct IdentificationCurvePoint {
  double threshold = 0;
  double false_positive_rate = 0;
  double false_negative_rate = 0;
};
// From loose to strict, one point for each non-mated search that changes it (thinned to a few hundred).
std::vector<IdentificationCurvePoint> identification_curve(const Searches& searches);
// The threshold at which at most `rate` of the non-mated searches return somebody; nothing when there are too
// few to say.
std::optional<double> threshold_at_fpir(const Searches& searches, double rate);

}  // namespace sesame::evaluation
