#include "biometric/evaluate/comparisons.hpp"

#include <algorithm>

#include "biometric/evaluate/enrolled.hpp"
#include "biometric/evaluate/parallel.hpp"

namespace sesame::evaluation {
namespace {

// Pictures to show of the closest impostors, whatever the thresholds are.
constexpr std::uint64_t least_kept = 100;
// The loosest false match rate of a report on this data's own thresholds.
constexpr double loosest_own_rate = 1e-2;

bool by_rising_cosine(const Score& a, const Score& b) {
  if (a.cosine != b.cosine) return a.cosine < b.cosine;
  return a.one != b.one ? a.one < b.one : a.other < b.other;
}
bool by_falling_cosine(const Score& a, const Score& b) {
  if (a.cosine != b.cosine) return a.cosine > b.cosine;
  return a.one != b.one ? a.one < b.one : a.other < b.other;
}

struct Counted {
  std::vector<Score> genuine;
  Distribution impostors;
};

enum class Kind { none, genuine, impostor };
struct Trial {
  Kind kind;
  std::uint32_t one;  // rows of the samples
  std::uint32_t other;
};

// Each picture with every other.
struct EveryPair {
  const Samples& samples;

  void sweep(unsigned workers, const Visit& visit, const Progress& progress) const {
    compare_pairs(samples.templates, workers, visit, progress);
  }
  Trial trial(std::size_t one, std::size_t other) const {
    return {samples.persons[one] == samples.persons[other] ? Kind::genuine : Kind::impostor,
            static_cast<std::uint32_t>(one), static_cast<std::uint32_t>(other)};
  }
};

// Each reference with its probe and with other people's pictures.
struct EveryReference {
  const Samples& samples;
  const Enrolled& enrolled;

  void sweep(unsigned workers, const Visit& visit, const Progress&) const {
    compare_with(enrolled.references, samples.templates, workers, visit);
  }
  Trial trial(std::size_t reference, std::size_t row) const {
    const std::uint32_t probe = enrolled.probes[reference];
    const Kind own = row == probe ? Kind::genuine : Kind::none;
    return {samples.persons[row] == samples.persons[probe] ? own : Kind::impostor,
            static_cast<std::uint32_t>(row), enrolled.shown[reference]};
  }
};

// First pass: genuine scores, and how many impostor comparisons had which score.
template <class Trials>
void count_scores(Comparisons& result, const Trials& trials, unsigned workers, const Progress& progress) {
  std::vector<Counted> parts(workers);
  trials.sweep(
      workers,
      [&](unsigned worker, std::size_t one, std::size_t first, std::span<const float> cosines) {
        Counted& part = parts[worker];
        for (std::size_t i = 0; i < cosines.size(); ++i) {
          const Trial trial = trials.trial(one, first + i);
          if (trial.kind == Kind::genuine) part.genuine.push_back({trial.one, trial.other, cosines[i]});
          if (trial.kind == Kind::impostor) part.impostors.add(cosines[i]);
        }
      },
      progress);
  for (const Counted& part : parts) {
    result.genuine.insert(result.genuine.end(), part.genuine.begin(), part.genuine.end());
    result.impostor_scores.add(part.impostors);
  }
  for (const Score& score : result.genuine) result.genuine_scores.add(score.cosine);
  std::sort(result.genuine.begin(), result.genuine.end(), by_rising_cosine);
}

// Second pass: the impostor comparisons from `closest_from` on.
template <class Trials>
void keep_closest(Comparisons& result, const Trials& trials, unsigned workers) {
  std::vector<std::vector<Score>> parts(workers);
  const auto least =
      static_cast<float>(cosine_of(result.closest_from)) - 1e-5F;  // a cheap look before the exact one
  trials.sweep(
      workers,
      [&](unsigned worker, std::size_t one, std::size_t first, std::span<const float> cosines) {
        for (std::size_t i = 0; i < cosines.size(); ++i) {
          if (cosines[i] < least || step_of(cosines[i]) < result.closest_from) continue;
          const Trial trial = trials.trial(one, first + i);
          if (trial.kind == Kind::impostor) parts[worker].push_back({trial.one, trial.other, cosines[i]});
        }
      },
      {});
  for (const auto& part : parts)
    result.closest_impostors.insert(result.closest_impostors.end(), part.begin(), part.end());
  std::sort(result.closest_impostors.begin(), result.closest_impostors.end(), by_falling_cosine);
}

Step kept_from(const Distribution& impostors, Step wanted) {
  const auto above = impostors.at_or_above();
  const double few = static_cast<double>(least_kept) / std::max(1.0, static_cast<double>(above.front()));
  const Step wanted_here =
      std::min({wanted, step_at_rate(above, loosest_own_rate), step_at_rate(above, few)});
  return std::max(wanted_here, step_at_rate(above, std::max(largest_kept_share, few)));
}

template <class Trials>
Comparisons compare(const Trials& trials, Step wanted, unsigned wanted_workers, const Progress& progress) {
  const unsigned workers = workers_for(wanted_workers);
  Comparisons result;
  result.persons = trials.samples.persons;
  result.people = trials.samples.people;
  count_scores(result, trials, workers, progress);
  result.closest_from = kept_from(result.impostor_scores, wanted);
  keep_closest(result, trials, workers);
  return result;
}

}  // namespace

Comparisons compare_everybody(const Samples& samples, Step wanted, unsigned workers, const Progress& progress) {
  return compare(EveryPair{samples}, wanted, workers, progress);
}

Comparisons compare_enrolled(const Samples& samples, const Enrolled& enrolled, Step wanted, unsigned workers,
                             const Progress& progress) {
  Comparisons result = compare(EveryReference{samples, enrolled}, wanted, workers, progress);
  result.references.emplace();
  for (const std::uint32_t probe : enrolled.probes) result.references->push_back(samples.persons[probe]);
  return result;
}

std::vector<std::optional<std::uint32_t>> rows_of_pictures(const Samples& samples, std::size_t pictures) {
  std::vector<std::optional<std::uint32_t>> rows(pictures);
  for (std::uint32_t row = 0; row < samples.pictures.size(); ++row) rows[samples.pictures[row]] = row;
  return rows;
}

Comparisons compare_listed(const Samples& samples, const PairList& pairs) {
  Comparisons result;
  result.persons = samples.persons;
  result.people = samples.people;
  result.listed.emplace();
  std::uint32_t most = 0;
  for (const ListedPair& pair : pairs.pairs) most = std::max({most, pair.one + 1, pair.other + 1});
  const auto rows = rows_of_pictures(
      samples, std::max<std::size_t>(most, samples.pictures.empty() ? 0 : samples.pictures.back() + 1));
  for (const ListedPair& pair : pairs.pairs) {
    const auto one = rows[pair.one];
    const auto other = rows[pair.other];
    if (!one || !other) continue;
    const Score score{*one, *other, static_cast<float>(cosine(samples.templates, *one, *other))};
    if (pair.genuine) {
      result.genuine.push_back(score);
      result.genuine_scores.add(score.cosine);
    } else {
      result.closest_impostors.push_back(score);
      result.impostor_scores.add(score.cosine);
      result.listed->push_back({samples.persons[*one], samples.persons[*other]});
    }
  }
  std::sort(result.genuine.begin(), result.genuine.end(), by_rising_cosine);
  std::sort(result.closest_impostors.begin(), result.closest_impostors.end(), by_falling_cosine);
  return result;
}

CrossTrials trials_among(const Comparisons& comparisons,
                         const std::vector<std::optional<std::uint32_t>>& place, std::size_t members) {
  if (comparisons.listed) {
    std::vector<CrossError> among;
    for (const CrossError& pair : *comparisons.listed)
      if (place[pair.one] && place[pair.other]) among.push_back({*place[pair.one], *place[pair.other]});
    return listed_cross_trials(std::move(among));
  }
  const auto count = [&](const std::vector<std::uint32_t>& persons) {
    std::vector<std::uint32_t> counts(members, 0);
    for (const std::uint32_t person : persons)
      if (place[person]) ++counts[*place[person]];
    return counts;
  };
  if (comparisons.references)
    return reference_cross_trials(count(*comparisons.references), count(comparisons.persons));
  return all_cross_trials(count(comparisons.persons));
}

std::uint64_t trials_between(const Comparisons& comparisons,
                             const std::vector<std::uint32_t>& group_of_person, std::uint32_t one,
                             std::uint32_t other) {
  if (comparisons.listed)
    return static_cast<std::uint64_t>(
        std::count_if(comparisons.listed->begin(), comparisons.listed->end(), [&](const CrossError& pair) {
          const auto a = group_of_person[pair.one];
          const auto b = group_of_person[pair.other];
          return (a == one && b == other) || (a == other && b == one);
        }));
  const auto members = [&](const std::vector<std::uint32_t>& persons, std::uint32_t group) {
    return static_cast<std::uint64_t>(
        std::count_if(persons.begin(), persons.end(),
                      [&](std::uint32_t person) { return group_of_person[person] == group; }));
  };
  const std::vector<std::uint32_t>& pictures = comparisons.persons;
  if (!comparisons.references) return members(pictures, one) * members(pictures, other);
  return members(*comparisons.references, one) * members(pictures, other) +
         members(*comparisons.references, other) * members(pictures, one);
}

}  // namespace sesame::evaluation
