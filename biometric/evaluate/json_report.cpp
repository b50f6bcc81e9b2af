#include <array>
#include <boost/json.hpp>

#include "biometric/evaluate/report.hpp"

namespace sesame::evaluation {
namespace {

namespace json = boost::json;

json::object of(const Rate& rate) {
  return {{"errors", rate.errors},
          {"trials", rate.trials},
          {"rate", rate.value()},
          {"interval", json::array{rate.interval.low, rate.interval.high}},
          {"method", to_string(rate.method)}};
}

json::array of(const std::vector<OperatingPoint>& points) {
  json::array list;
  for (const OperatingPoint& point : points)
    list.push_back(json::object{{"askedFalseMatchRate", point.asked_rate},
                                {"threshold", cosine_of(point.step)},
                                {"falseMatchRate", of(point.false_match)},
                                {"falseNonMatchRate", of(point.false_non_match)},
                                {"enoughFalseMatches", point.false_match.errors >= enough_errors}});
  return list;
}

json::object of(const MadeCalibration& made, const std::string& file) {
  return {{"file", file},
          {"from", made.from},
          {"stage", made.stage},
          {"models", made.models},
          {"half", "lowest bit of the first byte of the SHA-256 of the person's name: 0"},
          {"people", made.people},
          {"pictures", made.pictures},
          {"genuineComparisons", made.genuine_comparisons},
          {"impostorComparisons", made.impostor_comparisons},
          {"points", of(made.points)}};
}

json::object acquisition(const Evaluation& evaluation) {
  json::object reasons;
  for (const auto& [reason, count] : evaluation.failures.reasons) reasons[reason] = count;
  json::array unreadable;
  for (const auto& file : evaluation.failures.unreadable) unreadable.emplace_back(file);
  json::object result{{"reasons", std::move(reasons)}, {"unreadable", std::move(unreadable)}};
  // Aligned pictures come behind detection: what the rest of the gate refuses of them is less than a failure rate.
  result["failureToAcquire"] = evaluation.aligned ? json::value(nullptr) : of(evaluation.failures.rate);
  if (evaluation.aligned && evaluation.gate) result["refusedByGate"] = of(evaluation.failures.rate);
  return result;
}

json::object verification(const Evaluation& evaluation) {
  json::array det;
  for (const DetPoint& point : evaluation.det)
    det.push_back(json::array{point.threshold, point.false_match_rate, point.false_non_match_rate});
  return {{"genuineComparisons", evaluation.genuine},
          {"impostorComparisons", evaluation.impostor},
          {"atCalibratedThresholds", of(evaluation.calibrated)},
          {"atThresholdsOfThisData", of(evaluation.own)},
          {"equalErrorRate", evaluation.equal_error_rate},
          {"det", std::move(det)},
          {"histogram", json::object{{"from", -1},
                                     {"step", 0.01},
                                     {"genuine", json::array(evaluation.genuine_histogram.begin(),
                                                             evaluation.genuine_histogram.end())},
                                     {"impostor", json::array(evaluation.impostor_histogram.begin(),
                                                              evaluation.impostor_histogram.end())}}}};
}

json::value of(const EnrolledFacts& enrolled) {
  return json::object{{"pictures", enrolled.pictures},
                      {"people", enrolled.people},
                      {"references", enrolled.references},
                      {"failureToEnrol", of(enrolled.refused)},
                      {"picturesLeftOut", of(enrolled.left_out)}};
}

json::value of(const FoldReport& report) {
  return json::object{
      {"isOfficialSize", report.is_official},
      {"folds", report.folds},
      {"pairs", report.pairs},
      {"notAcquired", report.not_acquired},
      {"accuracy", json::array(report.accuracy.accuracy.begin(), report.accuracy.accuracy.end())},
      {"mean", report.accuracy.mean},
      {"standardDeviation", report.accuracy.standard_deviation},
      {"standardError", report.accuracy.standard_error}};
}

json::array of(const std::vector<IdentificationPoint>& points) {
  json::array list;
  for (const IdentificationPoint& point : points) {
    json::object entry{{"askedFalsePositiveIdentificationRate", point.asked_rate}};
    if (point.threshold) {
      entry["threshold"] = *point.threshold;
      entry["falsePositiveIdentificationRate"] = of(point.false_positive);
      entry["falseNegativeIdentificationRate"] = of(point.false_negative);
    } else {
      entry["refusal"] = point.refusal;
    }
    list.push_back(std::move(entry));
  }
  return list;
}

json::value of(const Identification& result) {
  json::array ranks;
  for (const auto& [rank, rate] : result.ranks)
    ranks.push_back(json::object{{"rank", rank}, {"identificationRate", of(rate)}});
  json::array curve;
  for (const auto& point : result.curve)
    curve.push_back(json::array{point.threshold, point.false_positive_rate, point.false_negative_rate});
  return json::object{{"rule", result.rule},
                      {"enrolled", result.enrolled},
                      {"matedSearches", result.mated},
                      {"nonMatedSearches", result.non_mated},
                      {"ranks", std::move(ranks)},
                      {"atCalibratedThresholds", of(result.engine)},
                      {"atThresholdsOfThisData", of(result.own)},
                      {"curve", std::move(curve)}};
}

json::value groups(const Evaluation& evaluation) {
  const GroupReport& report = *evaluation.groups;
  json::array list;
  for (std::size_t i = 0; i < report.rates.groups.size(); ++i) {
    const GroupRates& group = report.rates.groups[i];
    json::object entry{{"name", group.name},
                       {"people", group.people},
                       {"pictures", group.pictures},
                       {"points", of(group.points)}};
    if (!evaluation.aligned && i < report.failures_to_acquire.size())
      entry["failureToAcquire"] = of(report.failures_to_acquire[i]);
    if (i < report.as_customers.size() && report.as_customers[i]) {
      const AsCustomers& trial = *report.as_customers[i];
      entry["asCustomers"] = json::object{{"customers", trial.customers},
                                          {"pairs", trial.pairs},
                                          {"others", trial.others},
                                          {"calibrated", of(trial.calibrated)},
                                          {"raised", of(trial.raised)}};
    }
    list.push_back(std::move(entry));
  }
  json::array matrix;
  for (const GroupPair& pair : report.rates.matrix)
    matrix.push_back(json::object{
        {"groups", json::array{report.rates.groups[pair.one].name, report.rates.groups[pair.other].name}},
        {"falseMatches", pair.false_matches},
        {"trials", pair.trials}});
  return json::object{{"file", report.file},
                      {"groups", std::move(list)},
                      {"matrixThreshold", cosine_of(report.rates.matrix_step)},
                      {"matrix", std::move(matrix)}};
}

json::value of(const AttackDetection& attacks) {
  json::array species;
  for (const SpeciesRates& rates : attacks.species)
    species.push_back(
        json::object{{"species", rates.name},
                     {"attackPresentationClassificationErrorRate", of(rates.attack_classification_error)},
                     {"presented", rates.presented},
                     {"notAnswered", rates.not_answered}});
  return json::object{
      {"threshold", attacks.threshold},
      {"species", std::move(species)},
      {"bonaFidePresentationClassificationErrorRate", of(attacks.bona_fide_classification_error)},
      {"bonaFideNotAnswered", attacks.bona_fide_not_answered}};
}

json::array of(const std::vector<PresentationRates>& list, const char* error, const char* not_answered) {
  json::array out;
  for (const PresentationRates& rates : list)
    out.push_back(json::object{{"name", rates.name},
                               {"people", rates.people},
                               {"takes", rates.takes},
                               {"presented", rates.presented},
                               {error, of(rates.error)},
                               {not_answered, of(rates.not_answered)},
                               {"refusedBy", json::value_from(rates.refused_by)},
                               {"heldAfterMs", json::object{{"median", rates.median_milliseconds},
                                                            {"p95", rates.p95_milliseconds}}}});
  return out;
}

json::value of(const PresentationReport& report) {
  constexpr std::array<const char*, 3> outcomes = {"held", "refused", "notAnswered"};
  json::array lines;
  for (const PresentationLine& line : report.lines)
    lines.push_back(json::object{{"name", line.name},
                                 {"take", line.take},
                                 {"atSeconds", line.at_seconds},
                                 {"seed", line.seed},
                                 {"outcome", outcomes.at(static_cast<std::size_t>(line.result.outcome))},
                                 {"check", line.result.check},
                                 {"inViewMs", static_cast<double>(line.result.in_view.count()) / 1000}});
  json::object out{{"naturalMotion", report.natural_motion},
                   {"headMotion", report.head_motion},
                   {"lamp", report.lamp},
                   {"site", report.site},
                   {"cannotFollow", json::value_from(report.cannot_follow)},
                   {"species", of(report.attacks, "attackPresentationClassificationErrorRate",
                                  "attackPresentationNonResponseRate")},
                   {"bonaFide", of(report.bona_fide, "bonaFidePresentationClassificationErrorRate",
                                   "bonaFidePresentationNonResponseRate")},
                   {"presentations", std::move(lines)}};
  if (const PresentationRates* worst = report.worst()) out["worstSpecies"] = worst->name;
  return out;
}

json::value of(const SessionScores& scores) {
  return json::object{{"lowestGenuine", scores.lowest_genuine},
                      {"medianGenuine", scores.median_genuine},
                      {"highestImpostor", scores.highest_impostor}};
}

json::value of(const SessionReport& report) {
  json::array points;
  for (const SessionPoint& point : report.points)
    points.push_back(json::object{
        {"askedFalseMatchRate", point.asked_rate},
        {"threshold", point.threshold},
        {"look", json::object{{"falseNonMatchRate", of(point.look_false_non_match)},
                              {"falseMatchRate", of(point.look_false_match)}}},
        {"session", json::object{{"falseNonMatchRate", of(point.probe_false_non_match)},
                                 {"falseMatchRate", of(point.probe_false_match)}}}});
  return json::object{{"captures", report.captures},
                      {"sessions", report.sessions},
                      {"looks", report.looks},
                      {"people", report.people},
                      {"knownPeople", report.known_people},
                      {"references", report.references},
                      {"strangers", json::object{{"folder", report.stranger_folder},
                                                 {"pictures", report.strangers},
                                                 {"people", report.stranger_people}}},
                      {"points", std::move(points)},
                      {"scores", json::object{{"look", of(report.look_scores)}, {"session", of(report.probe_scores)}}}};
}

json::array of(const std::vector<ShownPair>& pairs) {
  json::array list;
  for (const ShownPair& pair : pairs)
    list.push_back(json::object{{"one", pair.one}, {"other", pair.other}, {"cosine", pair.cosine}});
  return list;
}

json::object of(const Corrections& corrections) {
  json::array made;
  for (const Correction& correction : corrections.made)
    made.push_back(
        json::object{{"label", correction.label}, {"person", correction.person}, {"why", correction.why}});
  return json::object{{"file", corrections.file},
                      {"picturesMoved", corrections.pictures_moved},
                      {"picturesLeftOut", corrections.pictures_left_out},
                      {"made", std::move(made)}};
}

json::object head(const Evaluation& evaluation) {
  json::array models;
  for (const ModelFacts& model : evaluation.models)
    models.push_back(json::object{{"role", model.role}, {"file", model.file}, {"sha256", model.sha256}});
  json::object result{{"format", "sesame evaluation 1"},
                      {"title", evaluation.title},
                      {"folder", evaluation.folder},
                      {"command", evaluation.command},
                      {"madeAt", evaluation.made_at},
                      {"stage", evaluation.aligned ? "aligned faces" : "whole pictures"},
                      {"qualityGate", evaluation.gate},
                      {"pairsFile", evaluation.pairs_file},
                      {"models", std::move(models)},
                      {"calibrationFrom", evaluation.calibration_from},
                      {"confidence", confidence},
                      {"people", evaluation.people},
                      {"pictures", evaluation.pictures}};
  if (evaluation.corrections) result["corrections"] = of(*evaluation.corrections);
  if (evaluation.made) result["calibrationMade"] = of(*evaluation.made, evaluation.made_file);
  return result;
}

}  // namespace

std::string json_report(const Evaluation& evaluation) {
  json::object report = head(evaluation);
  if (evaluation.presentations) {
    report["presentations"] = of(*evaluation.presentations);
    return json::serialize(report) + "\n";
  }
  if (evaluation.sessions) {
    report["sessions"] = of(*evaluation.sessions);
    return json::serialize(report) + "\n";
  }
  report["acquisition"] = acquisition(evaluation);
  report["verification"] = verification(evaluation);
  if (evaluation.enrolled) report["enrolled"] = of(*evaluation.enrolled);
  if (evaluation.folds) report["folds"] = of(*evaluation.folds);
  if (evaluation.identification) report["identification"] = of(*evaluation.identification);
  if (evaluation.groups) report["groups"] = groups(evaluation);
  if (evaluation.attacks) report["presentationAttackDetection"] = of(*evaluation.attacks);
  report["worstImpostorPairs"] = of(evaluation.worst_impostors);
  report["worstGenuinePairs"] = of(evaluation.worst_genuine);
  return json::serialize(report) + "\n";
}

}  // namespace sesame::evaluation
