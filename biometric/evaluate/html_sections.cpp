#include "biometric/evaluate/html_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "biometric/evaluate/svg_plot.hpp"

namespace sesame::evaluation {
namespace {

std::string cell(const std::string& text) { return "<td>" + text + "</td>"; }

std::string percent_interval(const Rate& rate) {
  if (rate.trials == 0) return "<td class=\"quiet\">–</td>";
  return cell(percent(rate.interval.low) + " – " + percent(rate.interval.high));
}
std::string power_interval(const Rate& rate) {
  if (rate.trials == 0) return "<td class=\"quiet\">–</td>";
  return cell(power(rate.interval.low) + " – " + power(rate.interval.high));
}
std::string few_mark(const Rate& rate) {
  return rate.errors < enough_errors ? " <span class=\"few\" title=\"fewer than 30 errors\">†</span>" : "";
}
std::string count_of(const Rate& rate) { return cell(grouped(rate.errors) + few_mark(rate)); }
std::string count_of_trials(const Rate& rate) {
  return cell(grouped(rate.errors) + " of " + grouped(rate.trials) + few_mark(rate));
}
std::string percent_cell(const Rate& rate) { return cell(rate.trials == 0 ? "–" : percent(rate.value())); }
std::string power_cell(const Rate& rate) { return cell(rate.trials == 0 ? "–" : power(rate.value())); }

std::string points_table(const Evaluation& evaluation, const std::vector<OperatingPoint>& points) {
  const bool whole = !evaluation.aligned;
  std::string rows;
  for (const OperatingPoint& point : points) {
    rows += "<tr><th>" + power(point.asked_rate) + "</th>" +
            cell(fmt::format("{:.5f}", cosine_of(point.step))) + power_cell(point.false_match) +
            power_interval(point.false_match) + count_of(point.false_match) +
            percent_cell(point.false_non_match) + percent_interval(point.false_non_match) +
            count_of(point.false_non_match) + cell(percent(1 - point.false_non_match.value()));
    const double fta = evaluation.failures.rate.value();
    if (whole) rows += cell(percent(fta + (1 - fta) * point.false_non_match.value()));
    rows += "</tr>\n";
  }
  return fmt::format(
      "<div class=\"wide\"><table><thead><tr><th>FMR asked</th><th>threshold</th><th>FMR found</th><th>95 % "
      "interval</th>"
      "<th>false matches</th><th>FNMR</th><th>95 % interval</th><th>false "
      "non-matches</th><th>TAR</th>{}</tr></thead>"
      "<tbody>{}</tbody></table></div>\n",
      whole ? "<th title=\"false reject rate of one attempt: FTA and FNMR\">FRR</th>" : "", rows);
}

std::string det_plot(const Evaluation& evaluation) {
  double least_x = 1;
  double least_y = 1;
  PlotPoints curve;
  for (const DetPoint& point : evaluation.det) {
    if (point.false_match_rate <= 0) continue;
    curve.emplace_back(point.false_match_rate, point.false_non_match_rate);
    least_x = std::min(least_x, point.false_match_rate);
    if (point.false_non_match_rate > 0) least_y = std::min(least_y, point.false_non_match_rate);
  }
  if (curve.size() < 2) return "";
  const auto decade = [](double value) { return std::pow(10.0, std::floor(std::log10(value) + 1e-9)); };
  SvgPlot plot({std::min(0.1, decade(least_x)), 1, true, false, 0, "false match rate (FMR)"},
               {std::min(0.1, decade(least_y)), 1, true, true, 0, "false non-match rate (FNMR)"},
               "Detection error trade-off: false non-match rate over false match rate");
  const auto few = std::find_if(curve.begin(), curve.end(), [&](const auto& point) {
    return point.first * static_cast<double>(evaluation.impostor) < static_cast<double>(enough_errors);
  });
  plot.curve({curve.begin(), few}, "curve");
  plot.curve({few == curve.begin() ? few : few - 1, curve.end()}, "curve weak");
  for (const OperatingPoint& point : evaluation.calibrated) {
    const Rate& fmr = point.false_match;
    const Rate& fnmr = point.false_non_match;
    if (fmr.errors == 0 || fnmr.trials == 0) continue;
    plot.marker(fmr.value(), fnmr.value(), {fmr.interval.low, fmr.interval.high},
                {fnmr.interval.low, fnmr.interval.high},
                fmt::format("threshold {:.5f}: FMR {:.3g}, FNMR {:.3g}", cosine_of(point.step), fmr.value(),
                            fnmr.value()));
  }
  return "<figure>" + plot.svg() +
         "<figcaption>Detection error trade-off. Dots: the calibration's thresholds, with 95 % "
         "intervals. Dashed: fewer than 30 false matches.</figcaption></figure>\n";
}

PlotPoints density(const std::vector<std::uint64_t>& bars) {
  double total = 0;
  for (const std::uint64_t bar : bars) total += static_cast<double>(bar);
  PlotPoints points;
  for (std::size_t i = 0; i < bars.size(); ++i)
    points.emplace_back(-1 + 0.01 * (static_cast<double>(i) + 0.5),
                        total > 0 ? static_cast<double>(bars[i]) / total : 0);
  return points;
}

std::string histogram_plot(const Evaluation& evaluation) {
  const PlotPoints impostor = density(evaluation.impostor_histogram);
  const PlotPoints genuine = density(evaluation.genuine_histogram);
  double highest = 0;
  double lowest_used = 1;
  std::pair<double, double> impostor_top{0, 0};
  std::pair<double, double> genuine_top{0, 0};
  for (std::size_t i = 0; i < impostor.size(); ++i) {
    if (impostor[i].second > impostor_top.second) impostor_top = impostor[i];
    if (genuine[i].second > genuine_top.second) genuine_top = genuine[i];
    if (impostor[i].second > 0 || genuine[i].second > 0)
      lowest_used = std::min(lowest_used, impostor[i].first);
  }
  highest = std::max({impostor_top.second, genuine_top.second, 0.01}) * 1.15;
  const double tick = highest > 0.2 ? 0.1 : highest > 0.06 ? 0.02 : 0.01;
  SvgPlot plot({std::max(-1.0, std::floor(lowest_used * 5) / 5), 1, false, false, 0.2, "score (cosine)"},
               {0, highest, false, true, tick, "share of comparisons in 0.01"},
               "How genuine and impostor scores are spread");
  plot.area(impostor, "impostor");
  plot.area(genuine, "genuine");
  plot.label(impostor_top.first - 0.06, impostor_top.second * 0.97, "impostor", "impostor");
  plot.label(genuine_top.first + 0.07, genuine_top.second * 1.04, "genuine", "genuine");
  int level = 0;
  for (const OperatingPoint& point : evaluation.calibrated)
    plot.vertical(cosine_of(point.step), power(point.asked_rate), level++);
  return "<figure>" + plot.svg() +
         "<figcaption>How the scores are spread. Lines: the calibration's thresholds, by the FMR "
         "asked.</figcaption></figure>\n";
}

std::string search_rows(const std::vector<IdentificationPoint>& points) {
  std::string rows;
  for (const IdentificationPoint& point : points) {
    rows += fmt::format("<tr><th>{:g} %</th>", point.asked_rate * 100);
    if (point.threshold)
      rows += cell(fmt::format("{:.5f}", *point.threshold)) + percent_cell(point.false_positive) +
              percent_interval(point.false_positive) + count_of(point.false_positive) +
              percent_cell(point.false_negative) + percent_interval(point.false_negative) +
              count_of(point.false_negative);
    else
      rows += "<td colspan=\"7\" class=\"refused\">refused: " + escaped(point.refusal) + "</td>";
    rows += "</tr>\n";
  }
  return rows;
}

std::string search_table(const std::vector<IdentificationPoint>& points) {
  return "<div class=\"wide\"><table><thead><tr><th>FPIR asked</th><th>threshold</th><th>FPIR "
         "found</th><th>95 % interval</th>"
         "<th>strangers taken</th><th>FNIR</th><th>95 % interval</th><th>mates "
         "missed</th></tr></thead><tbody>" +
         search_rows(points) + "</tbody></table></div>\n";
}

std::string search_plot(const Identification& result) {
  if (result.curve.size() < 2) return "";
  PlotPoints curve;
  double least_y = 1;
  for (const auto& point : result.curve) {
    curve.emplace_back(point.false_positive_rate, std::max(point.false_negative_rate, 1e-6));
    if (point.false_negative_rate > 0) least_y = std::min(least_y, point.false_negative_rate);
  }
  const auto decade = [](double value) { return std::pow(10.0, std::floor(std::log10(value) + 1e-9)); };
  SvgPlot plot(
      {std::min(0.1, decade(curve.back().first)), 1, true, true, 0,
       "false positive identification rate (FPIR)"},
      {std::min(0.1, decade(least_y)), 1, true, true, 0, "false negative identification rate (FNIR)"},
      "Open-set identification: FNIR over FPIR");
  plot.curve(curve, "curve");
  for (const IdentificationPoint& point : result.engine) {
    if (!point.threshold || point.false_positive.errors == 0) continue;
    plot.marker(point.false_positive.value(), point.false_negative.value(),
                {point.false_positive.interval.low, point.false_positive.interval.high},
                {point.false_negative.interval.low, point.false_negative.interval.high},
                fmt::format("FPIR asked {:g}: found {:.3g}, FNIR {:.3g}", point.asked_rate,
                            point.false_positive.value(), point.false_negative.value()));
  }
  return "<figure>" + plot.svg() +
         "<figcaption>Open-set identification. Dots: the engine's own thresholds (FMR = FPIR / "
         "N).</figcaption></figure>\n";
}

std::string matrix_table(const Groups& rates) {
  std::string head = "<tr><th></th>";
  for (const GroupRates& group : rates.groups) head += "<th>" + escaped(group.name) + "</th>";
  std::string rows;
  for (std::uint32_t one = 0; one < rates.groups.size(); ++one) {
    rows += "<tr><th>" + escaped(rates.groups[one].name) + "</th>";
    for (std::uint32_t other = 0; other < rates.groups.size(); ++other) {
      const auto pair = std::find_if(rates.matrix.begin(), rates.matrix.end(), [&](const GroupPair& p) {
        return p.one == std::min(one, other) && p.other == std::max(one, other);
      });
      rows += pair == rates.matrix.end() || pair->trials == 0
                  ? cell("–")
                  : cell(power(static_cast<double>(pair->false_matches) / static_cast<double>(pair->trials)));
    }
    rows += "</tr>\n";
  }
  return fmt::format(
      "<p>FMR within and between groups at threshold {:.5f}:</p><div "
      "class=\"wide\"><table><thead>{}</tr></thead><tbody>{}"
      "</tbody></table></div>\n",
      cosine_of(rates.matrix_step), head, rows);
}

std::string group_rows(const Evaluation& evaluation, std::size_t index) {
  const GroupReport& report = *evaluation.groups;
  const GroupRates& group = report.rates.groups[index];
  std::string rows;
  for (const OperatingPoint& point : group.points) {
    rows += "<tr>";
    if (&point == &group.points.front()) {
      const std::string span = fmt::format("<td rowspan=\"{}\">", group.points.size());
      rows += fmt::format("<th rowspan=\"{}\">{}</th>", group.points.size(), escaped(group.name));
      for (const std::uint64_t count : {std::uint64_t{group.people}, std::uint64_t{group.pictures},
                                        point.false_non_match.trials, point.false_match.trials})
        rows += span + grouped(count) + "</td>";
      if (!evaluation.aligned && index < report.failures_to_acquire.size())
        rows += span + percent(report.failures_to_acquire[index].value()) + "</td>";
    }
    rows += cell(power(point.asked_rate)) + power_cell(point.false_match) +
            power_interval(point.false_match) + count_of(point.false_match) +
            percent_cell(point.false_non_match) + percent_interval(point.false_non_match) +
            count_of(point.false_non_match) + "</tr>\n";
  }
  return rows;
}

}  // namespace

std::string percent(double rate) {
  if (rate == 0) return "0 %";
  if (rate >= 0.9995 && rate < 1) return fmt::format("{:.3f} %", rate * 100);
  if (rate >= 0.1) return fmt::format("{:.1f} %", rate * 100);
  if (rate >= 0.01) return fmt::format("{:.2f} %", rate * 100);
  if (rate >= 1e-4) return fmt::format("{:.3f} %", rate * 100);
  return fmt::format("{:.2g} %", rate * 100);
}

std::string power(double rate) {
  if (rate == 0) return "0";
  if (rate >= 0.1) return fmt::format("{:.3g}", rate);
  int exponent = static_cast<int>(std::floor(std::log10(rate) + 1e-12));
  double mantissa = rate / std::pow(10.0, exponent);
  if (std::round(mantissa * 100) >= 1000) {
    mantissa /= 10;
    ++exponent;
  }
  static constexpr const char* digits[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string raised;
  for (const char c : std::to_string(-exponent)) raised += digits[c - '0'];
  const std::string number = fmt::format("{:.3g}", mantissa);
  return (number == "1" ? "" : number + "·") + "10⁻" + raised;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::string calibration_section(const Evaluation& evaluation) {
  if (!evaluation.made) return "";
  const MadeCalibration& made = *evaluation.made;
  std::string rows;
  for (const OperatingPoint& point : made.points)
    rows += "<tr><th>" + power(point.asked_rate) + "</th>" +
            cell(fmt::format("{:.5f}", cosine_of(point.step))) + count_of(point.false_match) +
            power_interval(point.false_match) + percent_cell(point.false_non_match) + "</tr>\n";
  return fmt::format(
      "<section><h2>The calibration that was made</h2><p>From one half of the people, chosen by name alone "
      "(lowest bit of the first "
      "byte of the name's SHA-256 is 0): {} people, {} pictures, {} impostor comparisons. It goes as far as "
      "30 false matches are "
      "expected (rule of 30): nothing stricter than {} is claimed, and the engine refuses it. Everything "
      "below is of the other half, "
      "none of whose people took part. Written to <code>{}</code>.</p><div "
      "class=\"wide\"><table><thead><tr><th>FMR</th>"
      "<th>threshold</th><th>false matches</th><th>95 % interval</th><th>FNMR of this "
      "half</th></tr></thead><tbody>{}</tbody></table>"
      "</div></section>\n",
      grouped(made.people), grouped(made.pictures), grouped(made.impostor_comparisons),
      power(made.points.back().asked_rate), escaped(evaluation.made_file), rows);
}

std::string verification_section(const Evaluation& evaluation) {
  std::string text = fmt::format(
      "<section><h2>Verification, 1:1</h2><p>{} genuine and {} impostor comparisons. Equal error rate {}.</p>"
      "<h3>At the calibration's thresholds: what was asked, and what was found</h3><p>This is how a terminal "
      "is set: it states a "
      "false match rate, and the calibration turns it into a threshold ({}).</p>",
      grouped(evaluation.genuine), grouped(evaluation.impostor), percent(evaluation.equal_error_rate),
      escaped(evaluation.calibration_from));
  text += points_table(evaluation, evaluation.calibrated);
  text += "<div class=\"plots\">" + det_plot(evaluation) + histogram_plot(evaluation) + "</div>";
  text +=
      "<h3>At thresholds that give the rate on this data</h3><p>True accept rate (TAR) at a false match "
      "rate, as models are "
      "compared. The thresholds are of the same comparisons that are counted.</p>" +
      points_table(evaluation, evaluation.own);
  return text + "</section>\n";
}

std::string identification_section(const Evaluation& evaluation) {
  if (!evaluation.identification) return "";
  const Identification& result = *evaluation.identification;
  std::string text = fmt::format(
      "<section><h2>Identification, 1:N</h2><p>{} enrolled, {} mated and {} non-mated searches. {}</p><ul "
      "class=\"ranks\">",
      grouped(result.enrolled), grouped(result.mated), grouped(result.non_mated), escaped(result.rule));
  for (const auto& [rank, rate] : result.ranks)
    text += fmt::format("<li><b>{}</b> of mates at rank {} ({} – {})</li>", percent(rate.value()),
                        rank == 1 ? "1" : fmt::format("1 to {}", rank), percent(rate.interval.low),
                        percent(rate.interval.high));
  text += "</ul>";
  if (!result.engine.empty())
    text += fmt::format(
                "<h3>At the engine's own thresholds</h3><p>A profile states a false positive identification "
                "rate; the engine searches {} "
                "enrolled at FMR = FPIR / N.</p>",
                grouped(result.enrolled)) +
            search_table(result.engine);
  text += search_plot(result);
  if (!result.own.empty())
    text += "<h3>At thresholds that give the rate on this data</h3>" + search_table(result.own);
  return text + "</section>\n";
}

std::string folds_section(const Evaluation& evaluation) {
  if (!evaluation.folds || evaluation.folds->accuracy.accuracy.empty()) return "";
  const FoldReport& report = *evaluation.folds;
  std::string folds;
  for (const double accuracy : report.accuracy.accuracy)
    folds += fmt::format("<li>{:.2f} %</li>", accuracy * 100);
  return fmt::format(
      "<section><h2>Accuracy over {} folds</h2><p>{}{} pairs, each fold at the threshold that is best on the "
      "others{}.</p>"
      "<p class=\"figure\"><b>{:.2f} %</b> ± {:.2f} (standard error of the mean; standard deviation of the "
      "folds {:.2f})</p>"
      "<ol class=\"folds\">{}</ol></section>\n",
      report.folds, report.is_official ? "LFW's protocol of 6,000 pairs: " : "", grouped(report.pairs),
      report.not_acquired == 0
          ? ""
          : fmt::format("; {} pairs with a picture that was not acquired do not match", report.not_acquired),
      report.accuracy.mean * 100, report.accuracy.standard_error * 100,
      report.accuracy.standard_deviation * 100, folds);
}

// One group's rows of the table below.
std::string as_customers_rows(const std::string& name, const AsCustomers& trial) {
  std::string rows;
  for (std::size_t i = 0; i < trial.raised.size(); ++i) {
    const OperatingPoint& before = trial.calibrated[i];
    const OperatingPoint& after = trial.raised[i];
    rows += "<tr>";
    if (i == 0) {
      const std::string span = fmt::format("<td rowspan=\"{}\">", trial.raised.size());
      rows += fmt::format("<th rowspan=\"{}\">{}</th>", trial.raised.size(), escaped(name));
      for (const std::uint64_t count :
           {std::uint64_t{trial.customers}, trial.pairs, std::uint64_t{trial.others}, after.false_match.trials})
        rows += span + grouped(count) + "</td>";
    }
    rows += cell(power(after.asked_rate)) + power_cell(before.false_match) + power_cell(after.false_match) +
            power_interval(after.false_match) + count_of(after.false_match) + percent_cell(before.false_non_match) +
            percent_cell(after.false_non_match) + percent_interval(after.false_non_match) + "</tr>\n";
  }
  return rows;
}

std::string as_customers_table(const GroupReport& report) {
  std::string rows;
  for (std::size_t i = 0; i < report.as_customers.size(); ++i)
    if (report.as_customers[i]) rows += as_customers_rows(report.rates.groups[i].name, *report.as_customers[i]);
  if (rows.empty()) return "";
  return fmt::format(
      "<h3>As customers</h3><p>What the engine does where people like these are enrolled: the calibration half of a "
      "group, enrolled from at most {} pictures each, are the customers whom it compares with each other and raises "
      "its thresholds by; the pictures of the others are then compared with each other at both.</p>"
      "<div class=\"wide\"><table class=\"dense\"><thead><tr><th>group</th><th>customers</th><th>pairs</th>"
      "<th>others</th><th>impostor</th><th>FMR asked</th><th>found, as calibrated</th><th>found, raised</th>"
      "<th>95 % interval</th><th>errors</th><th>FNMR, as calibrated</th><th>raised</th><th>95 % interval</th></tr>"
      "</thead><tbody>{}</tbody></table></div>\n",
      most_enrolled, rows);
}

std::string groups_section(const Evaluation& evaluation) {
  if (!evaluation.groups) return "";
  std::string rows;
  for (std::size_t i = 0; i < evaluation.groups->rates.groups.size(); ++i) rows += group_rows(evaluation, i);
  return fmt::format(
      "<section><h2>By group</h2><p>Comparisons within one group, at the same thresholds for all (labels: "
      "<code>{}</code>).</p>"
      "<div class=\"wide\"><table "
      "class=\"dense\"><thead><tr><th>group</th><th>people</th><th>pictures</th><th>genuine</th>"
      "<th>impostor</th>{}<th>FMR asked</th><th>FMR found</th><th>95 % "
      "interval</th><th>errors</th><th>FNMR</th>"
      "<th>95 % interval</th><th>errors</th></tr></thead><tbody>{}</tbody></table></div>\n{}{}</section>\n",
      escaped(evaluation.groups->file), evaluation.aligned ? "" : "<th>FTA</th>", rows,
      evaluation.groups->rates.matrix.empty() ? "" : matrix_table(evaluation.groups->rates),
      as_customers_table(*evaluation.groups));
}

std::string attacks_section(const Evaluation& evaluation) {
  if (!evaluation.attacks) return "";
  const AttackDetection& attacks = *evaluation.attacks;
  std::string rows;
  for (const SpeciesRates& species : attacks.species)
    rows += "<tr><th>" + escaped(species.name) + "</th>" + percent_cell(species.attack_classification_error) +
            percent_interval(species.attack_classification_error) +
            count_of_trials(species.attack_classification_error) +
            cell(grouped(species.not_answered) + " of " + grouped(species.presented)) + "</tr>\n";
  const Rate& bona_fide = attacks.bona_fide_classification_error;
  return fmt::format(
      "<section><h2>Presentation attack detection</h2><p>ISO/IEC 30107-3, on single pictures, by the "
      "liveness model alone at its "
      "threshold {:g}: a terminal takes the median of several frames and looks at motion besides. A picture "
      "without a usable face has "
      "no answer.</p><div class=\"wide\"><table><thead><tr><th>attack species</th><th>APCER</th><th>95 % "
      "interval</th><th>taken for bona fide</th>"
      "<th>without answer (APNRR)</th></tr></thead><tbody>{}</tbody></table></div><p>Bona fide pictures "
      "refused (BPCER): <b>{}</b> "
      "({} – {}), {} of {}; without answer (BPNRR): {}.</p></section>\n",
      attacks.threshold, rows, percent(bona_fide.value()), percent(bona_fide.interval.low),
      percent(bona_fide.interval.high), grouped(bona_fide.errors), grouped(bona_fide.trials),
      grouped(attacks.bona_fide_not_answered));
}

static std::string left_out(const PresentationReport& report) {
  if (report.cannot_follow.empty()) return "";
  std::string names;
  for (const std::string& name : report.cannot_follow) names += (names.empty() ? "" : ", ") + escaped(name);
  return "<p>Left out, for they have too few of the movements that are asked for, seen from one position of the camera: " + names + ".</p>";
}

std::string presentations_section(const Evaluation& evaluation) {
  if (!evaluation.presentations) return "";
  const PresentationReport& report = *evaluation.presentations;
  const auto rows = [](const std::vector<PresentationRates>& list, bool with_time) {
    std::string text;
    for (const PresentationRates& rates : list) {
      std::string checks;
      for (const auto& [check, count] : rates.refused_by)
        checks += fmt::format("{}{} {}", checks.empty() ? "" : ", ", escaped(check), grouped(count));
      text += "<tr><th>" + escaped(rates.name) + "</th>" + cell(rates.people > 0 ? grouped(rates.people) : "–") + cell(grouped(rates.takes)) +
              cell(grouped(rates.presented)) + percent_cell(rates.error) + percent_interval(rates.error) +
              count_of_trials(rates.error) + percent_cell(rates.not_answered) + cell(checks) +
              (with_time ? cell(fmt::format("{:.0f} ms", rates.median_milliseconds)) +
                               cell(fmt::format("{:.0f} ms", rates.p95_milliseconds))
                         : "") +
              "</tr>\n";
    }
    return text;
  };
  const auto head = [](const char* what, const char* error, const char* wrong, const char* none, const char* time) {
    return fmt::format("<div class=\"wide\"><table class=\"dense\"><thead><tr><th>{}</th><th>people</th><th>takes</th>"
                       "<th>presented</th><th>{}</th><th>95 % interval</th><th>{}</th><th>{}</th><th>refused by</th>{}"
                       "</tr></thead><tbody>",
                       what, error, wrong, none, time);
  };
  const PresentationRates* worst = report.worst();
  return fmt::format(
      "<section><h2>Presentation attacks on the whole capture</h2><p>ISO/IEC 30107-3: each presentation is a "
      "session "
      "of its own, from the first frame to a decision{}. Attacks are simulated from the takes (artefact, "
      "hand, light, "
      "camera) unless they are called recorded. Intervals are binomial as if presentations were independent; "
      "those of "
      "one person are alike, so look at how many people there "
      "are.</p><h3>Attacks{}</h3>{}{}</tbody></table></div>"
      "<h3>Bona fide presentations</h3>{}{}{}</tbody></table></div></section>\n",
      std::string(report.natural_motion ? ", asked for natural motion" : "") +
          (report.head_motion ? ", asked for two head movements" : "") +
          (report.lamp ? ", and the face must answer a lamp beside the camera (simulated)" : "") +
          (report.site ? ", and the site, where it is known, must be what is beside the face" : ""),
      worst ? fmt::format(": APCER of the worst species {}, {}", percent(worst->error.value()),
                          escaped(worst->name))
            : "",
      head("species", "APCER", "let through", "APNRR", ""), rows(report.attacks, false), left_out(report),
      head("live takes", "BPCER", "refused", "BPNRR", "<th>held after, median</th><th>p95</th>"),
      rows(report.bona_fide, true));
}

}  // namespace sesame::evaluation
