// Error rates by group of people (ISO/IEC 19795-10): within each, and between each two.
#include <algorithm>

#include "biometric/evaluate/verification.hpp"

namespace sesame::evaluation {
namespace {

using Places = std::vector<std::optional<std::uint32_t>>;

Comparisons only_members(const Comparisons& all, const Places& place, std::size_t members) {
  Comparisons kept;
  kept.people = members;
  kept.closest_from = all.closest_from;
  for (const std::uint32_t person : all.persons) kept.persons.push_back(place[person].value_or(0));
  const auto within = [&](const Score& score) {
    return place[all.persons[score.one]].has_value() && place[all.persons[score.other]].has_value();
  };
  std::copy_if(all.genuine.begin(), all.genuine.end(), std::back_inserter(kept.genuine), within);
  std::copy_if(all.closest_impostors.begin(), all.closest_impostors.end(),
               std::back_inserter(kept.closest_impostors), within);
  return kept;
}

// Only points whose false matches were kept one by one can be told by group.
std::vector<OperatingPoint> points_within(const Comparisons& members, const CrossTrials& trials,
                                          std::vector<AskedPoint> asked) {
  std::sort(asked.begin(), asked.end(),
            [](const AskedPoint& a, const AskedPoint& b) { return a.step > b.step; });
  std::vector<CrossError> errors;
  for (const Score& score : members.closest_impostors)
    errors.push_back({members.persons[score.one], members.persons[score.other]});
  std::vector<std::uint64_t> counts;
  for (const AskedPoint& point : asked)
    counts.push_back(static_cast<std::uint64_t>(std::count_if(
        members.closest_impostors.begin(), members.closest_impostors.end(),
        [&](const Score& score) { return step_of(static_cast<double>(score.cosine)) >= point.step; })));
  const auto rates = cross_rates(errors, counts, members.people, trials);
  std::vector<OperatingPoint> points;
  for (std::size_t i = asked.size(); i-- > 0;)
    points.push_back(
        {asked[i].asked_rate, asked[i].step, rates[i], false_non_match_rate(members, asked[i].step)});
  return points;
}

// The strictest point with thirty false matches for each pair of groups on average, else the loosest.
Step matrix_step(const Comparisons& comparisons, const std::vector<AskedPoint>& exact, std::size_t groups) {
  const auto above = comparisons.impostor_scores.at_or_above();
  const std::uint64_t enough = enough_errors * groups * (groups + 1) / 2;
  Step loosest = last_step;
  Step chosen = 0;
  for (const AskedPoint& point : exact) {
    loosest = std::min(loosest, point.step);
    if (above[point.step] >= enough) chosen = std::max(chosen, point.step);
  }
  return std::max(loosest, chosen);
}

std::vector<GroupPair> between_groups(const Comparisons& comparisons, std::size_t groups,
                                      const std::vector<std::uint32_t>& group_of_person,
                                      const std::vector<GroupRates>& within, Step step) {
  std::vector<GroupPair> matrix;
  for (std::uint32_t one = 0; one < groups; ++one)
    for (std::uint32_t other = one; other < groups; ++other) {
      GroupPair pair{one, other, 0, 0};
      if (one == other) {
        for (const OperatingPoint& point : within[one].points)
          if (point.step == step) pair.trials = point.false_match.trials;
      } else {
        pair.trials = trials_between(comparisons, group_of_person, one, other);
      }
      matrix.push_back(pair);
    }
  const auto place = [&](std::uint32_t one, std::uint32_t other) {
    return std::find_if(matrix.begin(), matrix.end(), [&](const GroupPair& pair) {
      return pair.one == std::min(one, other) && pair.other == std::max(one, other);
    });
  };
  for (const Score& score : comparisons.closest_impostors)
    if (step_of(static_cast<double>(score.cosine)) >= step)
      ++place(group_of_person[comparisons.persons[score.one]],
              group_of_person[comparisons.persons[score.other]])
            ->false_matches;
  return matrix;
}

}  // namespace

Groups group_rates(const Comparisons& comparisons, const std::vector<std::string>& names,
                   const std::vector<std::uint32_t>& group_of_person, const std::vector<AskedPoint>& asked) {
  std::vector<AskedPoint> exact;
  for (const AskedPoint& point : asked)
    if (point.step >= comparisons.closest_from) exact.push_back(point);
  Groups result;
  for (std::uint32_t group = 0; group < names.size(); ++group) {
    Places place(comparisons.people);
    std::uint32_t members = 0;
    for (std::uint32_t person = 0; person < comparisons.people; ++person)
      if (group_of_person[person] == group) place[person] = members++;
    GroupRates rates{names[group], members, 0, {}};
    for (const std::uint32_t person : comparisons.persons) rates.pictures += place[person] ? 1U : 0U;
    rates.points = points_within(only_members(comparisons, place, members),
                                 trials_among(comparisons, place, members), exact);
    result.groups.push_back(std::move(rates));
  }
  if (exact.empty()) return result;
  result.matrix_step = matrix_step(comparisons, exact, names.size());
  result.matrix =
      between_groups(comparisons, names.size(), group_of_person, result.groups, result.matrix_step);
  return result;
}

}  // namespace sesame::evaluation
