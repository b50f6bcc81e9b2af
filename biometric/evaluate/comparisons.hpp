// Comparisons: every score of a 1:1 evaluation, genuine ones each, impostor ones counted, the closest of them
// each. Value type.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "biometric/evaluate/labelled_data.hpp"
#include "biometric/evaluate/rates.hpp"
#include "biometric/evaluate/scores.hpp"
#include "biometric/evaluate/templates.hpp"

namespace sesame::evaluation {

// What was acquired: a template and whose it is. Rows are in the order of the pictures.
struct Samples {
  Templates templates;
  std::vector<std::uint32_t> pictures;  // of each row: its place in LabelledData::pictures
  std::vector<std::uint32_t> persons;   // of each row
  std::size_t people = 0;               // of the data, those without a row included
};

struct Comparisons {
  std::vector<Score> genuine;  // of rows, by rising cosine: the worst first
  Distribution genuine_scores;
  Distribution impostor_scores;
  std::vector<Score> closest_impostors;  // at or above `closest_from`, by falling cosine: the worst first
  Step closest_from = 0;
  std::vector<std::uint32_t> persons;  // of each row
  std::size_t people = 0;
  // The impostor comparisons when they were listed; nothing: each picture with those of all other people.
  std::optional<std::vector<CrossError>> listed;
  // The person of each reference, where references were compared with pictures; else each picture was compared
  // with every other.
  std::optional<std::vector<std::uint32_t>> references;
};

// Of so many impostor comparisons each one is kept for the bootstrap. Data that matches more often at a
// threshold gets a plain interval there.
inline constexpr double largest_kept_share = 0.05;

// Each pair of rows. Impostor scores from `wanted` on, and those of this data's FMR of 1e-2, are kept one by
// one, within the share above.
Comparisons compare_everybody(const Samples& samples, Step wanted, unsigned workers,
                              const Progress& progress = {});

// Only the pairs whose pictures were both acquired; `rows` of each picture, by its place.
Comparisons compare_listed(const Samples& samples, const PairList& pairs);

// The row of each picture, or nothing where it was not acquired.
std::vector<std::optional<std::uint32_t>> rows_of_pictures(const Samples& samples, std::size_t pictures);

// The impostor trials among the people for whom `member` says yes; persons renumbered by `place` (for those
// alone).
CrossTrials trials_among(const Comparisons& comparisons,
                         const std::vector<std::optional<std::uint32_t>>& place, std::size_t members);
// The trials between the people of one group and those of another.
std::uint64_t trials_between(const Comparisons& comparisons,
                             const std::vector<std::uint32_t>& group_of_person, std::uint32_t one,
                             std::uint32_t other);

}  // namespace sesame::evaluation
