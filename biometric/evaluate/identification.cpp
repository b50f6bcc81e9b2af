#include "biometric/evaluate/identification.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "biometric/evaluate/parallel.hpp"

namespace sesame::evaluation {
namespace {

constexpr double least_share_of_single_pictures = 0.25;
constexpr std::size_t curve_points = 400;

struct Plan {
  std::vector<std::uint32_t> enrolled;  // rows
  std::vector<std::uint32_t> probes;    // rows
  std::string rule;
};

std::vector<std::vector<std::uint32_t>> rows_of_people(const Samples& samples) {
  std::vector<std::vector<std::uint32_t>> rows(samples.people);
  for (std::uint32_t row = 0; row < samples.persons.size(); ++row) rows[samples.persons[row]].push_back(row);
  return rows;
}

Plan plan_searches(const Samples& samples, const std::vector<std::string>& people) {
  const auto rows = rows_of_people(samples);
  const auto with_template =
      std::count_if(rows.begin(), rows.end(), [](const auto& own) { return !own.empty(); });
  const auto single =
      std::count_if(rows.begin(), rows.end(), [](const auto& own) { return own.size() == 1; });
  const bool strangers_by_half =
      static_cast<double>(single) < least_share_of_single_pictures * static_cast<double>(with_template);
  Plan plan;
  plan.rule = strangers_by_half
                  ? "People of one half (SHA-256 of the name) are strangers with all their pictures; of the "
                    "others each "
                    "who has two pictures or more is enrolled with the first and searched with the rest."
                  : "Each person with two pictures or more is enrolled with the first and searched with the "
                    "rest; people "
                    "with one picture are strangers.";
  for (std::size_t person = 0; person < rows.size(); ++person) {
    const auto& own = rows[person];
    const bool stranger = strangers_by_half ? half_of(people[person]) == Half::report : own.size() == 1;
    if (own.empty() || (!stranger && own.size() < 2)) continue;
    if (!stranger) plan.enrolled.push_back(own.front());
    plan.probes.insert(plan.probes.end(), own.begin() + (stranger ? 0 : 1), own.end());
  }
  return plan;
}

Templates rows_of(const Samples& samples, const std::vector<std::uint32_t>& rows) {
  Templates templates;
  for (const std::uint32_t row : rows)
    templates.add(samples.templates.values(row));
  return templates;
}

// The cosine of each probe with its mate, where it has one.
std::vector<Search> begin_searches(const Samples& samples, const Plan& plan) {
  std::map<std::uint32_t, std::uint32_t> enrolled_row;
  for (const std::uint32_t row : plan.enrolled) enrolled_row.emplace(samples.persons[row], row);
  std::vector<Search> searches;
  for (const std::uint32_t row : plan.probes) {
    Search search;
    search.person = samples.persons[row];
    const auto mate = enrolled_row.find(search.person);
    if (mate != enrolled_row.end()) {
      search.mate = cosine(samples.templates, row, mate->second);
      search.rank = 1;
    }
    searches.push_back(search);
  }
  return searches;
}

Rate rate_over(const std::vector<Search>& searches, const std::function<bool(const Search&)>& is_error) {
  std::map<std::uint32_t, Tally> people;
  for (const Search& search : searches) {
    Tally& person = people[search.person];
    ++person.trials;
    if (is_error(search)) ++person.errors;
  }
  std::vector<Tally> tallies;
  for (const auto& [person, tally] : people) tallies.push_back(tally);
  return rate_of(tallies);
}

bool missed(const Search& search, double threshold) { return search.rank != 1 || *search.mate < threshold; }

// The best cosines of the strangers, highest first.
std::vector<double> stranger_cosines(const Searches& searches) {
  std::vector<double> cosines;
  for (const Search& search : searches.non_mated) cosines.push_back(search.best_other);
  std::sort(cosines.begin(), cosines.end(), std::greater<>());
  return cosines;
}

}  // namespace

std::optional<Searches> search_everybody(const Samples& samples, const std::vector<std::string>& people,
                                         unsigned workers) {
  const Plan plan = plan_searches(samples, people);
  if (plan.enrolled.empty() || plan.probes.empty()) return std::nullopt;
  std::vector<Search> searches = begin_searches(samples, plan);
  compare_with(rows_of(samples, plan.probes), rows_of(samples, plan.enrolled), workers,
               [&](unsigned, std::size_t probe, std::size_t first, std::span<const float> cosines) {
                 Search& search = searches[probe];  // one worker has all blocks of a probe
                 for (std::size_t i = 0; i < cosines.size(); ++i) {
                   if (samples.persons[plan.enrolled[first + i]] == search.person) continue;
                   const auto other = static_cast<double>(cosines[i]);
                   search.best_other = std::max(search.best_other, other);
                   if (search.mate && other >= *search.mate) ++search.rank;
                 }
               });
  Searches result;
  result.enrolled = plan.enrolled.size();
  result.rule = plan.rule;
  for (const Search& search : searches) (search.mate ? result.mated : result.non_mated).push_back(search);
  return result;
}

Rate identification_rate(const Searches& searches, std::uint32_t rank) {
  return rate_over(searches.mated, [&](const Search& search) { return search.rank <= rank; });
}

Rate false_positive_identification_rate(const Searches& searches, double threshold) {
  return rate_over(searches.non_mated, [&](const Search& search) { return search.best_other >= threshold; });
}

Rate false_negative_identification_rate(const Searches& searches, double threshold) {
  return rate_over(searches.mated, [&](const Search& search) { return missed(search, threshold); });
}

std::optional<double> threshold_at_fpir(const Searches& searches, double rate) {
  const std::vector<double> cosines = stranger_cosines(searches);
  const double most = rate * static_cast<double>(cosines.size());
  if (most < 1) return std::nullopt;
  const auto allowed = static_cast<std::size_t>(most);
  if (allowed >= cosines.size()) return -1.0;
  return cosine_of(step_of(cosines[allowed]) + 1);
}

std::vector<IdentificationCurvePoint> identification_curve(const Searches& searches) {
  const std::vector<double> cosines = stranger_cosines(searches);
  std::vector<IdentificationCurvePoint> curve;
  if (cosines.empty() || searches.mated.empty()) return curve;
  std::size_t last = 0;
  for (std::size_t i = 0; i <= curve_points; ++i) {
    const double share =
        std::pow(static_cast<double>(cosines.size()), -static_cast<double>(i) / curve_points);
    const auto allowed = static_cast<std::size_t>(std::llround(share * static_cast<double>(cosines.size())));
    if (allowed == last || allowed == 0) continue;
    last = allowed;
    const double threshold = cosines[allowed - 1];
    const auto misses = std::count_if(searches.mated.begin(), searches.mated.end(),
                                      [&](const Search& search) { return missed(search, threshold); });
    curve.push_back({threshold, static_cast<double>(allowed) / static_cast<double>(cosines.size()),
                     static_cast<double>(misses) / static_cast<double>(searches.mated.size())});
  }
  return curve;
}

}  // namespace sesame::evaluation
