#include "biometric/evaluate/evaluation.hpp"

#include <algorithm>
#include <set>

#include "biometric/evaluate/enrolled.hpp"

namespace sesame::evaluation {
namespace {

constexpr std::size_t shown_pairs = 12;
constexpr Step histogram_step = 1000;  // 0.01 of cosine
constexpr double asked_fpir[] = {1e-1, 1e-2, 1e-3};
constexpr const char* no_group = "(no group)";

std::vector<AskedPoint> points_of_calibration(const std::vector<biometric::CalibrationPoint>& calibration) {
  std::vector<AskedPoint> points;
  for (const auto& point : calibration)
    points.push_back({point.false_match_rate, threshold_step(point.cosine)});
  return points;
}

std::vector<std::uint64_t> histogram(const Distribution& scores) {
  std::vector<std::uint64_t> bars(last_step / histogram_step + 1, 0);
  for (Step step = 0; step <= last_step; ++step) bars[step / histogram_step] += scores.counts()[step];
  return bars;
}

std::vector<ShownPair> first_pairs(const std::vector<Score>& scores, const Samples& samples,
                                   const LabelledData& data) {
  std::vector<ShownPair> shown;
  for (const Score& score : scores) {
    if (shown.size() == shown_pairs) break;
    shown.push_back({data.pictures[samples.pictures[score.one]].file,
                     data.pictures[samples.pictures[score.other]].file,
                     static_cast<double>(score.cosine),
                     {},
                     {}});
  }
  return shown;
}

FoldReport fold_report(const PairList& pairs, const Samples& samples, std::size_t pictures) {
  const auto rows = rows_of_pictures(samples, pictures);
  FoldReport report{pairs.is_official_size, pairs.folds, pairs.pairs.size(), 0, {}};
  std::vector<FoldScore> scores;
  for (const ListedPair& pair : pairs.pairs) {
    FoldScore score{pair.fold, pair.genuine, -1};
    if (rows[pair.one] && rows[pair.other])
      score.cosine = cosine(samples.templates, *rows[pair.one], *rows[pair.other]);
    else
      ++report.not_acquired;
    scores.push_back(score);
  }
  report.accuracy = fold_accuracy(scores, pairs.folds);
  return report;
}

IdentificationPoint engine_point(const Searches& searches,
                                 const std::vector<biometric::CalibrationPoint>& calibration, double fpir) {
  IdentificationPoint point;
  point.asked_rate = fpir;
  try {
    point.threshold = biometric::Calibration(calibration).threshold_for_search(fpir, searches.enrolled);
  } catch (const biometric::CalibrationRefusal& refusal) {
    point.refusal = refusal.what();
    return point;
  }
  point.false_positive = false_positive_identification_rate(searches, *point.threshold);
  point.false_negative = false_negative_identification_rate(searches, *point.threshold);
  return point;
}

std::optional<Identification> identification(const Samples& samples, const EvaluationInput& input) {
  const auto searches = search_everybody(samples, input.data.people, input.jobs);
  if (!searches) return std::nullopt;
  Identification result{
      searches->enrolled, searches->mated.size(), searches->non_mated.size(), searches->rule, {}, {}, {}, {}};
  for (const std::uint32_t rank : {1U, 5U, 10U})
    if (rank <= searches->enrolled) result.ranks.emplace_back(rank, identification_rate(*searches, rank));
  for (const double fpir : asked_fpir) {
    if (!searches->non_mated.empty() && !input.calibration.empty())
      result.engine.push_back(engine_point(*searches, input.calibration, fpir));
    const auto threshold = threshold_at_fpir(*searches, fpir);
    if (!threshold) continue;
    result.own.push_back({fpir,
                          threshold,
                          {},
                          false_positive_identification_rate(*searches, *threshold),
                          false_negative_identification_rate(*searches, *threshold)});
  }
  result.curve = identification_curve(*searches);
  return result;
}

struct Membership {
  std::vector<std::string> names;
  std::vector<std::uint32_t> of_person;
};

Membership membership(const LabelledData& data, const std::map<std::string, std::string>& groups) {
  std::set<std::string> names;
  const auto group_of = [&](const std::string& person) {
    const auto found = groups.find(person);
    return found == groups.end() ? std::string(no_group) : found->second;
  };
  for (const std::string& person : data.people) names.insert(group_of(person));
  Membership result{{names.begin(), names.end()}, {}};
  for (const std::string& person : data.people)
    result.of_person.push_back(
        static_cast<std::uint32_t>(std::distance(names.begin(), names.find(group_of(person)))));
  return result;
}

std::vector<std::optional<AsCustomers>> groups_as_customers(const Membership& groups, const Samples& samples,
                                                            const EvaluationInput& input) {
  const biometric::Calibration calibration(input.calibration);
  std::vector<std::optional<AsCustomers>> trials;
  for (std::uint32_t group = 0; group < groups.names.size(); ++group) {
    std::vector<bool> members(groups.of_person.size());
    for (std::size_t person = 0; person < members.size(); ++person)
      members[person] = groups.of_person[person] == group;
    trials.push_back(as_customers(input.data, samples, members, calibration, input.jobs));
  }
  return trials;
}

Enrolled enrol(Evaluation& evaluation, const EvaluationInput& input, const Samples& samples) {
  Enrolled enrolled = enrol_everybody(samples, input.enrolled, biometric::Calibration(input.calibration));
  evaluation.enrolled = {enrolled.pictures, enrolled.people, enrolled.probes.size(), enrolled.refused,
                         enrolled.left_out};
  if (enrolled.probes.empty())
    throw DataError("nobody can be enrolled from " + std::to_string(input.enrolled) +
                    " pictures and tried with another (expected people with more pictures)");
  return enrolled;
}

}  // namespace

Failures failures_to_acquire(const LabelledData& data, const std::vector<Acquired>& acquired) {
  Failures failures;
  std::vector<Tally> people(data.people.size());
  for (std::size_t i = 0; i < acquired.size(); ++i) {
    if (acquired[i].outcome == Acquired::Outcome::unreadable) {
      failures.unreadable.push_back(data.pictures[i].file);
      continue;
    }
    Tally& person = people[data.pictures[i].person];
    ++person.trials;
    if (acquired[i].outcome == Acquired::Outcome::acquired) continue;
    ++person.errors;
    ++failures.reasons[acquired[i].reason];
  }
  failures.rate = rate_of(people);
  return failures;
}

std::vector<Rate> group_failures(const LabelledData& data, const std::vector<Acquired>& acquired,
                                 const std::map<std::string, std::string>& groups) {
  const Membership members = membership(data, groups);
  std::vector<std::vector<Tally>> tallies(members.names.size(), std::vector<Tally>(data.people.size()));
  for (std::size_t i = 0; i < acquired.size(); ++i) {
    if (acquired[i].outcome == Acquired::Outcome::unreadable) continue;
    const std::uint32_t person = data.pictures[i].person;
    Tally& tally = tallies[members.of_person[person]][person];
    ++tally.trials;
    if (acquired[i].outcome == Acquired::Outcome::failed) ++tally.errors;
  }
  std::vector<Rate> rates;
  for (const auto& people : tallies) rates.push_back(rate_of(people));
  return rates;
}

Samples samples_of(const LabelledData& data, std::vector<Acquired>& acquired) {
  Samples samples;
  samples.people = data.people.size();
  for (std::uint32_t i = 0; i < acquired.size(); ++i) {
    if (acquired[i].outcome != Acquired::Outcome::acquired) continue;
    samples.templates.add(acquired[i].values);
    samples.pictures.push_back(i);
    samples.persons.push_back(data.pictures[i].person);
    acquired[i].values.clear();
  }
  return samples;
}

AttackDetection attack_detection(const LabelledData& attacks, const std::vector<Acquired>& attacked,
                                 const LabelledData& data, const std::vector<Acquired>& acquired,
                                 double threshold) {
  AttackDetection result;
  result.threshold = threshold;
  std::vector<Tally> species(attacks.people.size());
  for (const std::string& name : attacks.people) result.species.push_back({name, {}, 0, 0});
  for (std::size_t i = 0; i < attacked.size(); ++i) {
    if (attacked[i].outcome == Acquired::Outcome::unreadable) continue;
    SpeciesRates& rates = result.species[attacks.pictures[i].person];
    Tally& tally = species[attacks.pictures[i].person];
    ++rates.presented;
    if (!attacked[i].liveness) ++rates.not_answered;
    if (!attacked[i].liveness) continue;
    ++tally.trials;
    if (*attacked[i].liveness >= threshold) ++tally.errors;
  }
  for (std::size_t i = 0; i < species.size(); ++i)
    result.species[i].attack_classification_error = rate_of(std::span(&species[i], 1));
  std::vector<Tally> people(data.people.size());
  for (std::size_t i = 0; i < acquired.size(); ++i) {
    if (acquired[i].outcome == Acquired::Outcome::unreadable) continue;
    if (!acquired[i].liveness) ++result.bona_fide_not_answered;
    if (!acquired[i].liveness) continue;
    Tally& person = people[data.pictures[i].person];
    ++person.trials;
    if (*acquired[i].liveness < threshold) ++person.errors;
  }
  result.bona_fide_classification_error = rate_of(people);
  return result;
}

void evaluate_samples(Evaluation& evaluation, const EvaluationInput& input, const Samples& samples,
                      const Progress& progress) {
  const std::vector<AskedPoint> calibrated = points_of_calibration(input.calibration);
  Step wanted = last_step;
  for (const AskedPoint& point : calibrated) wanted = std::min(wanted, point.step);
  std::optional<Enrolled> enrolled;
  if (input.enrolled > 0) enrolled = enrol(evaluation, input, samples);
  const Comparisons comparisons =
      input.pairs ? compare_listed(samples, *input.pairs)
      : enrolled  ? compare_enrolled(samples, *enrolled, wanted, input.jobs, progress)
                  : compare_everybody(samples, wanted, input.jobs, progress);
  evaluation.people = input.data.people.size();
  evaluation.pictures = input.data.pictures.size();
  evaluation.genuine = comparisons.genuine.size();
  evaluation.impostor = comparisons.impostor_scores.total();
  evaluation.calibrated = operating_points(comparisons, calibrated);
  evaluation.own = operating_points(comparisons, points_of_data(comparisons.impostor_scores));
  evaluation.equal_error_rate = equal_error_rate(comparisons);
  evaluation.det = det_curve(comparisons);
  evaluation.genuine_histogram = histogram(comparisons.genuine_scores);
  evaluation.impostor_histogram = histogram(comparisons.impostor_scores);
  if (input.pairs) evaluation.folds = fold_report(*input.pairs, samples, input.data.pictures.size());
  if (!input.pairs && !enrolled) evaluation.identification = identification(samples, input);
  if (!input.groups.empty()) {
    const Membership members = membership(input.data, input.groups);
    evaluation.groups.emplace();
    evaluation.groups->rates =
        group_rates(comparisons, members.names, members.of_person,
                    calibrated.empty() ? points_of_data(comparisons.impostor_scores) : calibrated);
    if (!input.pairs && !enrolled && !calibrated.empty())
      evaluation.groups->as_customers = groups_as_customers(members, samples, input);
  }
  evaluation.worst_impostors = first_pairs(comparisons.closest_impostors, samples, input.data);
  evaluation.worst_genuine = first_pairs(comparisons.genuine, samples, input.data);
}

MadeCalibration make_calibration(const Samples& samples, std::uint64_t least, unsigned jobs,
                                 const Progress& progress) {
  const Comparisons comparisons = compare_everybody(samples, last_step, jobs, progress);
  const auto asked = calibration_points(comparisons.impostor_scores, least);
  MadeCalibration made;
  made.people = samples.people;
  made.pictures = samples.pictures.size();
  made.impostor_comparisons = comparisons.impostor_scores.total();
  made.genuine_comparisons = comparisons.genuine.size();
  made.points = operating_points(comparisons, asked);
  return made;
}

}  // namespace sesame::evaluation
