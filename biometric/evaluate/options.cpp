#include "biometric/evaluate/options.hpp"

#include <CLI/CLI.hpp>

#include "biometric/evaluate/calibration_points.hpp"

namespace sesame::evaluation {

void add_evaluate_options(CLI::App& command, EvaluateOptions& options) {
  options.least_impostors = calibration_comparisons;
  command.add_option("folder", options.folder, "Labelled pictures: FOLDER/<person>/<picture>.jpg or .png")
      ->required();
  auto* pairs =
      command.add_option("--pairs", options.pairs, "Compare only these pairs (LFW's format), not everybody");
  auto* aligned = command.add_flag("--aligned", options.aligned,
                                   "The pictures are aligned faces (112x112): they enter at the embedding, behind what "
                                   "the quality gate can say of them");
  command.add_flag("--no-gate", options.no_gate,
                   "Compare what the quality gate refuses as well, where a face is found");
  auto* enrolled = command.add_option("--enrolled", options.enrolled,
                                      "Enrol each person from so many pictures, fused, and try the others; "
                                      "otherwise each picture is compared with every other");
  enrolled->check(CLI::Range(2, 64))->excludes(pairs);
  auto* corrections = command.add_option("--corrections", options.corrections,
                                         "Labels known to be wrong, put right before anything is compared: CSV with the "
                                         "header label,person,why");
  corrections->excludes(pairs);
  command.add_option("--groups", options.groups, "Error rates by group: CSV with the header person,group");
  command
      .add_option("--attacks", options.attacks,
                  "Presentation attacks, single pictures: FOLDER/<species>/<picture>.jpg or .png; with "
                  "--presentations recorded ones: FOLDER/<species>/<video>")
      ->excludes(aligned);
  auto* presentations =
      command.add_option("--presentations", options.presentations,
                         "FOLDER has takes, <person>/<video or picture>: put so many moments of each before the "
                         "whole capture, live and as simulated attacks, and measure nothing else");
  presentations->check(CLI::Range(1, 1000))->excludes(pairs)->excludes(corrections)->excludes(aligned)->excludes(enrolled);
  auto* recorded_only = command.add_flag("--recorded-only", options.recorded_only,
                                         "No simulated attacks and no model of a camera: the takes as they were "
                                         "recorded, and --attacks");
  recorded_only->needs(presentations);
  auto* sessions =
      command.add_option("--sessions", options.sessions,
                         "FOLDER has takes, as above: capture so many sessions of each video, compare their single looks "
                         "and what these are fused into with the other takes, and measure nothing else");
  sessions->check(CLI::Range(1, 1000))->excludes(pairs)->excludes(corrections)->excludes(aligned)->excludes(enrolled)->excludes(presentations);
  command
      .add_option("--strangers", options.strangers,
                  "Aligned faces of other people to compare the sessions with: FOLDER/<person>/<picture>.jpg or .png")
      ->needs(sessions);
  command.add_flag("--natural-motion", options.natural_motion,
                   "Ask each presentation or session for the small movements of a living face, as profiles may");
  command
      .add_flag("--head-motion", options.head_motion,
                "Ask each presentation for two head movements, as profiles may; customers follow where their take "
                "has such frames, attackers turn what they hold")
      ->needs(presentations);
  command
      .add_flag("--lamp", options.lamp,
                "The camera has a lamp, which simulated people and attacks are lit by, and the face must "
                "answer it; "
                "recorded attacks are asked for none")
      ->needs(presentations)
      ->excludes(recorded_only);
  auto* site = command.add_flag("--site", options.site,
                                "The site is known and must be what is beside the face: of a simulated attack the hall "
                                "behind it, of a live take what is beside the person at its other moments");
  site->needs(presentations);
  command
      .add_option("--site-picture", options.site_picture,
                  "With --site: what the camera of all takes and recorded attacks sees while nobody is there")
      ->needs(site);
  command.parse_complete_callback([&options] {
    if (options.natural_motion && options.presentations == 0 && options.sessions == 0)
      throw CLI::ValidationError("--natural-motion", "needs --presentations or --sessions");
  });
  command.add_option("--out", options.out, "Writes NAME.html and NAME.json, their owner's alone")
      ->capture_default_str();
  command.add_option("--title", options.title, "What the data is, for the report's first line");
  command.add_flag("--no-pictures", options.no_pictures, "No faces in the report");
  command
      .add_option("--calibrate", options.calibrate,
                  "Make a calibration from one half of the people (written here, as an embedding.yaml) and "
                  "report on the "
                  "other")
      ->excludes(pairs);
  command
      .add_option("--least-impostors", options.least_impostors,
                  "Impostor comparisons that a calibration needs")
      ->capture_default_str();
  command.add_option("--scores", options.scores, "Write every comparison reported on, as CSV")
      ->excludes(enrolled);
  command.add_option("--models", options.models,
                     "Folder of the networks; as for the face process when left out");
  command.add_option("--descriptions", options.descriptions,
                     "Folder of the models' YAML; as for the face process when left out");
  command.add_option("--jobs", options.jobs, "Pictures at once; the number of cores when left out")
      ->check(CLI::Range(1, 256));
}

std::vector<std::string> words_of(const CLI::App& command) {
  std::vector<std::string> words;
  std::vector<std::string> places;
  for (const CLI::Option* option : command.parse_order()) {
    if (option->get_positional()) {
      places = option->results();
      continue;
    }
    const std::string name = "--" + option->get_lnames().front();
    if (option->get_items_expected_max() == 0) {
      words.push_back(name);
      continue;
    }
    words.push_back(name);
    words.push_back(option->results().back());
  }
  words.emplace_back("--");
  words.insert(words.end(), places.begin(), places.end());
  return words;
}

}  // namespace sesame::evaluation
