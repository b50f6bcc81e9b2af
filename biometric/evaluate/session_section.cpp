// Single looks and sessions, side by side.
#include <fmt/format.h>

#include "biometric/evaluate/html_sections.hpp"

namespace sesame::evaluation {
namespace {

std::string with_interval(const Rate& rate, std::string (*shown)(double)) {
  if (rate.trials == 0) return "–";
  return fmt::format("{} ({} – {})", shown(rate.value()), shown(rate.interval.low), shown(rate.interval.high));
}
std::string counted(const Rate& rate) { return grouped(rate.errors) + " of " + grouped(rate.trials); }

std::string row(const std::string& head, const std::vector<std::string>& cells) {
  std::string text = "<tr><th>" + head + "</th>";
  for (const std::string& cell : cells) text += "<td>" + cell + "</td>";
  return text + "</tr>\n";
}

std::string who(const SessionReport& report) {
  std::string text = fmt::format(
      "{} of {} captures were held: sessions of {} people with {} looks in all. {} references, each of another take; {} of "
      "the people have one.",
      grouped(report.sessions), grouped(report.captures), grouped(report.people), grouped(report.looks),
      grouped(report.references), grouped(report.known_people));
  if (report.strangers > 0)
    text += fmt::format(" Strangers: {} pictures of {} people.", grouped(report.strangers), grouped(report.stranger_people));
  return text;
}

std::string score_row(const char* what, const SessionScores& scores) {
  return row(what, {fmt::format("{:.3f}", scores.lowest_genuine), fmt::format("{:.3f}", scores.median_genuine),
                    fmt::format("{:.3f}", scores.highest_impostor)});
}

}  // namespace

std::string sessions_section(const SessionReport& report) {
  std::string rows;
  for (const SessionPoint& point : report.points)
    rows += row(power(point.asked_rate),
                {fmt::format("{:.5f}", point.threshold), with_interval(point.look_false_non_match, percent),
                 counted(point.look_false_non_match), with_interval(point.probe_false_non_match, percent),
                 counted(point.probe_false_non_match), with_interval(point.look_false_match, power),
                 with_interval(point.probe_false_match, power)});
  return fmt::format(
      "<section><h2>Single looks and sessions</h2><p>{} Intervals are 95 %: of false non-matches over those who came, of "
      "false matches over those whom they were compared with. Sessions of one person are alike, so look at how many "
      "people there are.</p><div class=\"wide\"><table><thead><tr><th>FMR asked</th><th>threshold</th><th>FNMR, one "
      "look</th><th>not matched</th><th>FNMR, session</th><th>not matched</th><th>FMR found, one look</th><th>FMR found, "
      "session</th></tr></thead><tbody>{}</tbody></table></div><table><thead><tr><th>scores</th><th>lowest "
      "genuine</th><th>median genuine</th><th>highest impostor</th></tr></thead><tbody>{}{}</tbody></table></section>\n",
      who(report), rows, score_row("one look", report.look_scores), score_row("session", report.probe_scores));
}

std::string sessions_summary(const SessionReport& report) {
  std::string text = who(report) + "\n";
  text += fmt::format("{:>9}  {:<30} {:<30} {:<30} {}\n", "FMR asked", "FNMR, one look", "FNMR, session", "FMR found, one look",
                      "FMR found, session");
  const auto plain = [](double rate) { return fmt::format("{:.2g}", rate); };
  for (const SessionPoint& point : report.points)
    text += fmt::format("{:>9.2g}  {:<30} {:<30} {:<30} {}\n", point.asked_rate,
                        with_interval(point.look_false_non_match, percent),
                        with_interval(point.probe_false_non_match, percent), with_interval(point.look_false_match, plain),
                        with_interval(point.probe_false_match, plain));
  const auto scores = [](const char* what, const SessionScores& of) {
    return fmt::format("{}: lowest genuine score {:.3f}, median {:.3f}, highest impostor {:.3f}\n", what, of.lowest_genuine,
                       of.median_genuine, of.highest_impostor);
  };
  return text + scores("one look", report.look_scores) + scores("session", report.probe_scores);
}

}  // namespace sesame::evaluation
