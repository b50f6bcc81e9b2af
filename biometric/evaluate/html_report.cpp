#include <fmt/format.h>

#include <filesystem>

#include "biometric/evaluate/html_sections.hpp"
#include "biometric/evaluate/report.hpp"
#include "biometric/evaluate/svg_plot.hpp"
#include "spi/contract/base64.hpp"

namespace sesame::evaluation {
namespace {

constexpr const char* style = R"css(
:root { --ink: #1b2430; --quiet: #667085; --line: #e3e7ed; --paper: #fff; --ground: #f4f6f9; --blue: #2457c5; --orange: #c2570c; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.55 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 36px 24px 64px; }
h1 { font-size: 27px; line-height: 1.25; margin: 0 0 6px; } h2 { font-size: 19px; margin: 0 0 8px; } h3 { font-size: 15px; margin: 26px 0 4px; }
p { margin: 6px 0 12px; max-width: 86ch; } code { font: 13px/1.4 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
header p { color: var(--quiet); margin: 0; }
section { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 22px 26px; margin-top: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); gap: 14px; margin-top: 22px; }
.tile { background: var(--paper); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px; }
.tile span { display: block; color: var(--quiet); font-size: 13px; } .tile b { display: block; font-size: 25px; line-height: 1.35; font-weight: 650; }
.note { border-left: 4px solid var(--orange); background: #fff8f1; padding: 10px 16px; margin: 18px 0 0; border-radius: 0 8px 8px 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; margin: 8px 0; }
th, td { text-align: right; padding: 5px 10px; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
thead th { color: var(--quiet); font-weight: 550; border-bottom: 1.5px solid #c9d0da; } tbody th { font-weight: 600; }
th:first-child { padding-left: 0; text-align: left; } .dense { font-size: 12.5px; } .dense th, .dense td { padding: 4px 7px; } .dense th:first-child { padding-left: 0; } .quiet, .few { color: var(--quiet); }
td.refused { text-align: left; white-space: normal; color: var(--orange); }
.words th, .words td { text-align: left; } .words td:last-child { white-space: normal; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 8px 0; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 18px; margin-top: 12px; }
figure { margin: 12px 0 0; max-width: 620px; } figcaption { color: var(--quiet); font-size: 13px; }
svg { width: 100%; height: auto; display: block; font-family: inherit; }
svg .grid { stroke: #e9edf2; fill: none; } svg text { fill: var(--ink); font-size: 12.5px; } svg .tick, svg .axis { fill: var(--quiet); font-size: 12px; }
svg .curve { stroke: var(--blue); stroke-width: 2.2; fill: none; stroke-linejoin: round; }
svg .weak { stroke-dasharray: 4 4; opacity: .65; } svg .area { stroke-width: 1.8; } svg .area.genuine { stroke: var(--blue); fill: #2457c529; } svg .area.impostor { stroke: var(--orange); fill: #c2570c29; }
svg text.genuine { fill: var(--blue); font-weight: 600; } svg text.impostor { fill: var(--orange); font-weight: 600; text-anchor: end; }
svg path.threshold { stroke: #8a94a3; stroke-dasharray: 3 3; fill: none; } svg text.threshold { fill: var(--quiet); font-size: 10.5px; }
svg .marker circle { fill: var(--orange); stroke: #fff; stroke-width: 1.5; } svg .marker .bar { stroke: var(--orange); stroke-width: 1.5; fill: none; }
.pairs { display: grid; grid-template-columns: repeat(auto-fill, minmax(238px, 1fr)); gap: 16px; margin-top: 10px; }
.pair { font-size: 12px; line-height: 1.4; } .pair div { display: flex; gap: 2px; } .pair img, .pair .none { width: 50%; aspect-ratio: 1; border-radius: 4px; background: var(--ground); object-fit: cover; }
.pair b { font-size: 14px; } .pair span { display: block; color: var(--quiet); overflow-wrap: anywhere; }
.ranks, .folds { display: flex; flex-wrap: wrap; gap: 6px 26px; padding: 0; list-style: none; } .figure { font-size: 17px; }
@media print { body { background: #fff; } section, .tile { break-inside: avoid; } }
)css";

std::string tile(const std::string& value, const std::string& what) {
  return "<div class=\"tile\"><b>" + value + "</b><span>" + what + "</span></div>\n";
}

// The rate that terminals run at by default.
bool is_usual(double rate) { return rate > 0.999e-5 && rate < 1.001e-5; }

// The operating point there, else the strictest.
const OperatingPoint* usual_point(const Evaluation& evaluation) {
  for (const OperatingPoint& point : evaluation.calibrated)
    if (is_usual(point.asked_rate)) return &point;
  return evaluation.calibrated.empty() ? nullptr : &evaluation.calibrated.back();
}

std::string presentation_tiles(const PresentationReport& report) {
  std::string text = "<div class=\"tiles\">";
  if (const PresentationRates* worst = report.worst())
    text += tile(percent(worst->error.value()), "of the worst attack species let through (APCER): " + escaped(worst->name));
  for (const PresentationRates& rates : report.bona_fide)
    text += tile(percent(rates.error.value()), "of live takes refused (BPCER), " + escaped(rates.name));
  return text + "</div>\n";
}

std::string session_tiles(const SessionReport& report) {
  std::string text = "<div class=\"tiles\">";
  for (const SessionPoint& point : report.points)
    if (is_usual(point.asked_rate))
      text += tile(percent(point.look_false_non_match.value()),
                   "of single looks do not match (FNMR) at FMR " + power(point.asked_rate)) +
              tile(percent(point.probe_false_non_match.value()), "of sessions do not match");
  return text + "</div>\n";
}

std::string tiles(const Evaluation& evaluation) {
  if (evaluation.presentations) return presentation_tiles(*evaluation.presentations);
  if (evaluation.sessions) return session_tiles(*evaluation.sessions);
  std::string text = "<div class=\"tiles\">";
  text += tile(grouped(evaluation.people), fmt::format("people, {} pictures{}", grouped(evaluation.pictures),
                                                       evaluation.made ? " (the report half)" : ""));
  if (!evaluation.aligned)
    text += tile(percent(evaluation.failures.rate.value()), "failure to acquire (FTA)");
  if (const OperatingPoint* point = usual_point(evaluation)) {
    if (point->false_non_match.trials > 0)
      text += tile(percent(point->false_non_match.value()),
                   "false non-matches (FNMR) at FMR " + power(point->asked_rate));
    if (point->false_match.trials > 0)
      text += tile(power(point->false_match.value()),
                   "false matches (FMR) found where " + power(point->asked_rate) + " was asked");
  }
  if (evaluation.identification && !evaluation.identification->ranks.empty())
    text += tile(percent(evaluation.identification->ranks.front().second.value()),
                 "found at rank 1 among " + grouped(evaluation.identification->enrolled));
  if (evaluation.folds && !evaluation.folds->accuracy.accuracy.empty())
    text += tile(fmt::format("{:.2f} %", evaluation.folds->accuracy.mean * 100),
                 fmt::format("accuracy over {} folds", evaluation.folds->folds));
  return text + "</div>\n";
}

std::string stage(const Evaluation& evaluation) {
  if (evaluation.aligned)
    return std::string("aligned faces: the data was cropped and aligned before, so detector, landmarks and alignment "
                       "were not tried and nothing is known of failures to acquire; the part of the quality gate that "
                       "looks at an aligned face (light, sharpness, sight of the eyes) is ") +
           (evaluation.gate ? "on" : "off");
  return std::string("whole pictures: detector, landmarks, alignment, embedding; the quality gate is ") +
         (evaluation.gate ? "on, as at a terminal" : "off");
}

std::string enrolments(const EnrolledFacts& enrolled) {
  return fmt::format(
      "{} people enrolled from {} pictures each, fused, once for each of their pictures: {} templates, each "
      "compared with that picture and with those of all other people. {} of {} enrolments were refused (the "
      "pictures do not agree); {} of {} pictures of the others were left out as unlike the rest",
      grouped(enrolled.people), enrolled.pictures, grouped(enrolled.references), grouped(enrolled.refused.errors),
      grouped(enrolled.refused.trials), grouped(enrolled.left_out.errors), grouped(enrolled.left_out.trials));
}

std::string described(const Evaluation& evaluation) {
  std::string text = "<section><h2>What was measured</h2><dl>";
  const auto entry = [&](const char* name, const std::string& value) {
    text += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
  };
  entry("data", "<code>" + escaped(evaluation.folder) + "</code>");
  const bool of_pictures = !evaluation.presentations && !evaluation.sessions;
  if (of_pictures) entry("enters as", stage(evaluation));
  if (of_pictures)
    entry("comparisons", evaluation.enrolled ? enrolments(*evaluation.enrolled)
                       : evaluation.pairs_file.empty()
                           ? "each picture with every other"
                           : "the pairs of <code>" + escaped(evaluation.pairs_file) + "</code>");
  for (const ModelFacts& model : evaluation.models)
    entry(escaped(model.role).c_str(),
          escaped(model.file) + " <code class=\"quiet\">" + escaped(model.sha256.substr(0, 16)) + "…</code>");
  if (!evaluation.presentations) entry("calibration", escaped(evaluation.calibration_from));
  entry("command", "<code>" + escaped(evaluation.command) + "</code>");
  text += "</dl></section>\n";
  return text;
}

std::string corrections_section(const Evaluation& evaluation) {
  if (!evaluation.corrections) return "";
  std::string rows;
  for (const Correction& correction : evaluation.corrections->made)
    rows += fmt::format("<tr><th>{}</th><td>{}</td><td>{}</td></tr>\n", escaped(correction.label),
                        correction.person.empty() ? "left out" : escaped(correction.person), escaped(correction.why));
  return fmt::format(
      "<section><h2>Labels put right</h2><p>{} (<code>{}</code>). Without them the figures are others: run again "
      "without <code>--corrections</code> to see by how much.</p><table class=\"words\"><thead><tr><th>label</th><th>is</th><th>because"
      "</th></tr></thead><tbody>{}</tbody></table></section>\n",
      summary_of(*evaluation.corrections), escaped(evaluation.corrections->file), rows);
}

std::string acquisition_section(const Evaluation& evaluation) {
  const Failures& failures = evaluation.failures;
  std::string text;
  if (!evaluation.aligned || evaluation.gate) {
    text += fmt::format("<p>{} of {} pictures gave no template: <b>{}</b> (95 % interval {} – {}, {}).</p>",
                        grouped(failures.rate.errors), grouped(failures.rate.trials),
                        percent(failures.rate.value()), percent(failures.rate.interval.low),
                        percent(failures.rate.interval.high), to_string(failures.rate.method));
    std::string rows;
    for (const auto& [reason, count] : failures.reasons)
      rows += "<tr><th>" + escaped(reason) + "</th><td>" + grouped(count) + "</td></tr>\n";
    if (!rows.empty())
      text += "<table><thead><tr><th>reason</th><th>pictures</th></tr></thead><tbody>" + rows +
              "</tbody></table>";
  }
  if (!failures.unreadable.empty()) {
    text += fmt::format("<p>{} files are no readable pictures and are left out of every figure:",
                        failures.unreadable.size());
    for (std::size_t i = 0; i < std::min<std::size_t>(failures.unreadable.size(), 20); ++i)
      text += " <code>" + escaped(failures.unreadable[i]) + "</code>";
    text += failures.unreadable.size() > 20 ? " …</p>" : "</p>";
  }
  return text.empty() ? "" : "<section><h2>Acquisition</h2>" + text + "</section>\n";
}

std::string picture(const std::string& jpeg, const std::string& file) {
  if (jpeg.empty()) return "<span class=\"none\"></span>";
  return "<img alt=\"" + escaped(file) + "\" src=\"data:image/jpeg;base64," + contract::encode_base64(jpeg) +
         "\">";
}

std::string pairs_of(const std::vector<ShownPair>& pairs) {
  std::string text = "<div class=\"pairs\">";
  for (const ShownPair& pair : pairs) {
    text += "<div class=\"pair\">";
    if (!pair.one_jpeg.empty() || !pair.other_jpeg.empty())
      text += "<div>" + picture(pair.one_jpeg, pair.one) + picture(pair.other_jpeg, pair.other) + "</div>";
    text += fmt::format("<b>{:.3f}</b><span>{}</span><span>{}</span></div>\n", pair.cosine, escaped(pair.one),
                        escaped(pair.other));
  }
  return text + "</div>";
}

std::string pairs_section(const Evaluation& evaluation) {
  if (evaluation.worst_impostors.empty() && evaluation.worst_genuine.empty()) return "";
  return "<section><h2>The worst pairs</h2><p>Look at them before you believe the figures: in many data sets "
         "the worst pairs are wrong "
         "labels, and then the true rates are better than those above.</p><h3>Impostors that look alike: the "
         "highest scores of different people</h3>" +
         pairs_of(evaluation.worst_impostors) +
         "<h3>Genuine pairs that do not: the lowest scores of one person</h3>" +
         pairs_of(evaluation.worst_genuine) + "</section>\n";
}

constexpr const char* methods = R"html(<section><h2>How it was computed</h2>
<p>Terms are those of ISO/IEC 19795-1 and 30107-3. A comparison is a match when its cosine is at or above the threshold. Scores are counted on a
grid of 0.00001; a threshold “at FMR r” is the loosest at which at most r of the impostor comparisons match.</p>
<p><b>Intervals</b> are 95 %, two-sided. Where each trial is another person's, they are exact binomial ones (Clopper-Pearson). Comparisons that share people are
not independent: their intervals come from a bootstrap over people (1,000 resamplings, percentiles, fixed seeds), in which a comparison of two people counts as
often as both were drawn. Where false matches hardly share people this interval is wider than it need be, by up to √3. Where nothing went wrong there is nothing to
resample, and the interval is the binomial one as if comparisons were independent.</p>
<p><b>†</b> marks fewer than 30 errors: such a rate may be off by more than 30 % (rule of 30).</p>
<p>FMR and FNMR count what was acquired; FRR = FTA + (1 − FTA) · FNMR is what one attempt meets. One attempt is one picture.</p></section>
)html";

std::string note(const Evaluation& evaluation) {
  std::string text =
      "People of a public data set may be in the models' training data: rates on it may flatter the models. ";
  if (!evaluation.worst_impostors.empty() && !evaluation.worst_impostors.front().one_jpeg.empty())
    text += "This file shows faces: keep it as you keep the pictures.";
  return "<p class=\"note\">" + text + "</p>\n";
}

std::string error_rate_sections(const Evaluation& evaluation) {
  return corrections_section(evaluation) + calibration_section(evaluation) + acquisition_section(evaluation) + verification_section(evaluation) +
         folds_section(evaluation) + identification_section(evaluation) + groups_section(evaluation) +
         attacks_section(evaluation) + pairs_section(evaluation) + methods;
}

std::string sections(const Evaluation& evaluation) {
  if (evaluation.presentations) return presentations_section(evaluation);
  if (evaluation.sessions) return sessions_section(*evaluation.sessions);
  return error_rate_sections(evaluation);
}

std::string presentations_summary(const PresentationReport& report) {
  std::string text = report.lamp ? "the face must answer a lamp beside the camera (simulated)\n" : "";
  if (report.site) text += "the site, where it is known, must be what is beside the face\n";
  text += fmt::format("{:<28} {:>6} {:>9} {:>8}  {:<19} {:>8}  {}\n", "", "people", "presented", "APCER",
                      "95 % interval", "APNRR", "refused by");
  const auto line = [](const PresentationRates& rates) {
    std::string checks;
    for (const auto& [check, count] : rates.refused_by) checks += fmt::format("{} {} ", check, count);
    return fmt::format("{:<28} {:>6} {:>9} {:>8}  {:<19} {:>8}  {}", rates.name, rates.people > 0 ? grouped(rates.people) : "-", rates.presented,
                       percent(rates.error.value()),
                       percent(rates.error.interval.low) + " - " + percent(rates.error.interval.high),
                       percent(rates.not_answered.value()), checks);
  };
  for (const PresentationRates& rates : report.attacks) text += line(rates) + "\n";
  text += "bona fide                                      BPCER                       BPNRR\n";
  for (const PresentationRates& rates : report.bona_fide)
    text += line(rates) + fmt::format("held after {:.0f} ms, p95 {:.0f} ms\n", rates.median_milliseconds, rates.p95_milliseconds);
  return text;
}

}  // namespace

std::string html_report(const Evaluation& evaluation) {
  const std::string title = evaluation.title.empty()
                                ? std::filesystem::path(evaluation.folder).filename().string()
                                : evaluation.title;
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
         "'unsafe-inline'; img-src data:\">\n<title>" +
         escaped("Error rates: " + title) + "</title><style>" + style +
         "</style></head>\n<body><main><header><h1>" + escaped(title) +
         "</h1><p>Error rates of the face pipeline · sesame evaluate · " + escaped(evaluation.made_at) +
         "</p></header>\n" + tiles(evaluation) + note(evaluation) + described(evaluation) +
         sections(evaluation) + "</main></body></html>\n";
}

std::string text_summary(const Evaluation& evaluation) {
  if (evaluation.presentations) return presentations_summary(*evaluation.presentations);
  if (evaluation.sessions) return sessions_summary(*evaluation.sessions);
  std::string text =
      fmt::format("{} people, {} pictures, {} genuine and {} impostor comparisons{}\n",
                  grouped(evaluation.people), grouped(evaluation.pictures), grouped(evaluation.genuine),
                  grouped(evaluation.impostor), evaluation.made ? " (the report half)" : "");
  if (evaluation.corrections) text += summary_of(*evaluation.corrections) + "\n";
  if (!evaluation.aligned || evaluation.gate)
    text += fmt::format("{}: {} ({} of {})\n",
                        evaluation.aligned ? "refused by the quality gate" : "failure to acquire (FTA)",
                        percent(evaluation.failures.rate.value()), evaluation.failures.rate.errors,
                        evaluation.failures.rate.trials);
  if (!evaluation.failures.unreadable.empty())
    text += fmt::format("{} files are no readable pictures and were left out\n",
                        evaluation.failures.unreadable.size());
  if (evaluation.enrolled) text += enrolments(*evaluation.enrolled) + "\n";
  text += fmt::format("{:>9} {:>10} {:>10}  {:<21} {:>9}  {}\n", "FMR asked", "threshold", "FMR found",
                      "95 % interval", "FNMR", "95 % interval");
  for (const OperatingPoint& point : evaluation.calibrated)
    text += fmt::format(
        "{:>9.2g} {:>10.5f} {:>10.3g}  {:<21} {:>9}  {} - {}\n", point.asked_rate, cosine_of(point.step),
        point.false_match.value(),
        fmt::format("{:.3g} - {:.3g}", point.false_match.interval.low, point.false_match.interval.high),
        percent(point.false_non_match.value()), percent(point.false_non_match.interval.low),
        percent(point.false_non_match.interval.high));
  if (evaluation.folds && !evaluation.folds->accuracy.accuracy.empty())
    text +=
        fmt::format("accuracy over {} folds: {:.2f} % +- {:.2f} (standard error)\n", evaluation.folds->folds,
                    evaluation.folds->accuracy.mean * 100, evaluation.folds->accuracy.standard_error * 100);
  if (evaluation.identification && !evaluation.identification->ranks.empty())
    text += fmt::format("rank 1 among {}: {}\n", grouped(evaluation.identification->enrolled),
                        percent(evaluation.identification->ranks.front().second.value()));
  return text;
}

}  // namespace sesame::evaluation
