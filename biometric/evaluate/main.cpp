// The program `sesame-evaluate`: pictures in, error rates out. It alone of the command links OpenCV; it has
// no network, keeps no template and leaves no core dump.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iterator>
#include <optional>

#include "biometric/evaluate/acquisition.hpp"
#include "biometric/evaluate/options.hpp"
#include "biometric/evaluate/presenting.hpp"
#include "biometric/evaluate/report.hpp"
#include "biometric/evaluate/session_capturing.hpp"
#include "biometric/pipeline/model_places.hpp"
#include "biometric/process/confinement.hpp"
#include "camera/replay.hpp"
#include "spi/host/program/progress_bar.hpp"

namespace {

using namespace sesame;
using namespace sesame::evaluation;

std::string now() {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  char text[32];
  std::tm parts{};
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", ::gmtime_r(&seconds, &parts));
  return text;
}

std::string command_line(int count, char** words) {
  std::string text = "sesame evaluate";
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    if (word == "--") continue;
    const bool plain = word.find_first_of(" '\"$&;()<>|*?") == std::string::npos;
    text += plain ? " " + word : " '" + word + "'";
  }
  return text;
}

std::vector<Acquired> acquire(Acquisition& acquisition, const LabelledData& data, const std::string& what) {
  program::ProgressBar bar(what);
  return acquisition.acquire(data, [&](std::uint64_t done, std::uint64_t wanted) {
    if (done % 16 == 0 || done == wanted) bar.show(done, wanted);
  });
}

Progress comparing(std::optional<program::ProgressBar>& bar) {
  bar.emplace("comparing");
  return [&bar](std::uint64_t done, std::uint64_t wanted) { bar->show(done, wanted); };
}

std::string descriptions_of(const EvaluateOptions& options) {
  return options.descriptions.empty() ? biometric::default_descriptions() : options.descriptions;
}
std::string networks_of(const EvaluateOptions& options) {
  return options.models.empty() ? biometric::default_models() : options.models;
}

void describe(Evaluation& evaluation, const EvaluateOptions& options, const std::vector<const biometric::Model*>& used) {
  evaluation.title = options.title.empty() ? options.folder : options.title;
  evaluation.folder = options.folder;
  evaluation.made_at = now();
  for (const biometric::Model* model : used)
    evaluation.models.push_back(
        {model->description.role, model->description.file, model->description.sha256});
}

void write_reports(const Evaluation& evaluation, const EvaluateOptions& options) {
  write_private(options.out + ".html", html_report(evaluation));
  write_private(options.out + ".json", json_report(evaluation));
  std::fputs(text_summary(evaluation).c_str(), stdout);
  if (!options.calibrate.empty()) std::printf("calibration: %s\n", options.calibrate.c_str());
  std::printf("report: %s.html and %s.json\n", options.out.c_str(), options.out.c_str());
}

void present(const EvaluateOptions& options, std::string command) {
  const Takes takes = read_takes(options.folder);
  std::optional<Takes> recorded;
  if (!options.attacks.empty()) recorded = read_recorded_attacks(options.attacks);
  const biometric::ModelSet models = biometric::load_models(descriptions_of(options), networks_of(options));
  PresentingOptions presenting;
  presenting.request.natural_motion = options.natural_motion;
  presenting.recorded_only = options.recorded_only;
  if (options.head_motion) presenting.request.head_motion = biometric::HeadMotion::any;
  presenting.lamp = options.lamp;
  presenting.site = options.site;
  presenting.site_picture = options.site_picture;
  presenting.jobs = options.jobs;
  Evaluation evaluation;
  evaluation.command = std::move(command);
  {
    program::ProgressBar bar("presenting");
    evaluation.presentations =
        present_everything(models, takes, recorded, options.presentations, presenting,
                           [&](std::uint64_t done, std::uint64_t wanted) { bar.show(done, wanted); });
  }
  evaluation.people = takes.people.size();
  describe(evaluation, options, {&models.detector, &models.landmarks, &models.liveness});
  write_reports(evaluation, options);
}

Samples acquire_strangers(const biometric::ModelSet& models, const EvaluateOptions& options) {
  if (options.strangers.empty()) return {};
  const LabelledData data = read_people(options.strangers);
  Acquisition acquisition(models, AcquisitionOptions{true, !options.no_gate, false, options.jobs});
  auto acquired = acquire(acquisition, data, "acquiring strangers");
  return samples_of(data, acquired);
}

void compare_sessions(const EvaluateOptions& options, std::string command) {
  const Takes takes = read_takes(options.folder);
  const biometric::ModelSet models = biometric::load_models(descriptions_of(options), networks_of(options));
  Evaluation evaluation;
  evaluation.command = std::move(command);
  evaluation.people = takes.people.size();
  evaluation.calibration_from = (std::filesystem::path(descriptions_of(options)) / "embedding.yaml").string();
  CapturedSessions captured;
  {
    program::ProgressBar bar("capturing");
    captured = capture_sessions(models, takes, options.sessions, options.natural_motion, options.jobs,
                                [&](std::uint64_t done, std::uint64_t wanted) { bar.show(done, wanted); });
  }
  const Samples strangers = acquire_strangers(models, options);
  evaluation.sessions = session_report(captured.sessions, captured.references, strangers,
                                       models.embedding.description.calibration);
  evaluation.sessions->captures = captured.captures;
  evaluation.sessions->stranger_folder = options.strangers;
  describe(evaluation, options,
           {&models.detector, &models.landmarks, &models.liveness, &models.embedding, &models.second_embedding});
  write_reports(evaluation, options);
}

// Everything of one run on pictures, in the order it happens.
class Run {
 public:
  Run(EvaluateOptions options, std::string command)
      : options_(std::move(options)),
        descriptions_(descriptions_of(options_)),
        data_(read_people(options_.folder)) {
    evaluation_.command = std::move(command);
    read_labels();
    models_ = biometric::load_models(
        descriptions_, networks_of(options_),
        options_.calibrate.empty() ? biometric::Calibrated::yes : biometric::Calibrated::not_yet);
    acquisition_.emplace(models_, AcquisitionOptions{options_.aligned, !options_.no_gate,
                                                     !options_.attacks.empty(), options_.jobs});
  }

  void evaluate() {
    calibration_ = models_.embedding.description.calibration;
    evaluation_.calibration_from = (std::filesystem::path(descriptions_) / "embedding.yaml").string();
    if (!options_.calibrate.empty()) calibrate();
    auto acquired = acquire(*acquisition_, data_, "acquiring");
    evaluation_.failures = failures_to_acquire(data_, acquired);
    if (attacks_) judge_attacks(acquired);
    std::vector<Rate> by_group;
    if (!groups_.empty()) by_group = group_failures(data_, acquired, groups_);
    const Samples samples = samples_of(data_, acquired);
    {
      std::optional<program::ProgressBar> bar;
      evaluate_samples(evaluation_,
                       {data_, pairs_, groups_, calibration_, options_.jobs, options_.enrolled}, samples,
                       comparing(bar));
    }
    if (evaluation_.groups) {
      evaluation_.groups->file = options_.groups;
      evaluation_.groups->failures_to_acquire = by_group;
    }
    if (!options_.scores.empty()) write_scores(options_.scores, data_, samples, pairs_);
    if (!options_.no_pictures) {
      show(evaluation_.worst_impostors);
      show(evaluation_.worst_genuine);
    }
  }

  void report() {
    evaluation_.aligned = options_.aligned;
    evaluation_.gate = !options_.no_gate;
    evaluation_.pairs_file = options_.pairs;
    std::vector<const biometric::Model*> used = {&models_.embedding, &models_.second_embedding};
    if (!options_.aligned) used.insert(used.begin(), {&models_.detector, &models_.landmarks});
    if (attacks_) used.push_back(&models_.liveness);
    describe(evaluation_, options_, used);
    write_reports(evaluation_, options_);
  }

 private:
  void read_labels() {
    if (!options_.corrections.empty()) evaluation_.corrections = correct_labels(data_, options_.corrections);
    if (!options_.pairs.empty()) {
      pairs_ = read_pairs(options_.pairs, data_);
      keep_listed(data_, *pairs_);
    }
    if (!options_.groups.empty()) groups_ = read_groups(options_.groups, data_);
    if (!options_.attacks.empty()) attacks_ = read_species(options_.attacks);
  }

  // The calibration of one half; what follows is of the other.
  void calibrate() {
    const LabelledData half = only_half(data_, Half::calibration);
    data_ = only_half(data_, Half::report);
    auto acquired = acquire(*acquisition_, half, "acquiring the calibration half");
    const Samples samples = samples_of(half, acquired);
    std::optional<program::ProgressBar> bar;
    MadeCalibration made = make_calibration(samples, options_.least_impostors, options_.jobs, comparing(bar));
    made.from = options_.title.empty() ? options_.folder : options_.title;
    if (evaluation_.corrections) made.corrections = summary_of(*evaluation_.corrections);
    made.stage = options_.aligned ? "aligned faces" : "whole pictures";
    made.models = biometric::embedding_id(models_);
    calibration_.clear();
    for (const OperatingPoint& point : made.points)
      calibration_.push_back({point.asked_rate, cosine_of(point.step)});
    write_calibration(made);
    evaluation_.calibration_from =
        "made in this run from the other half of the people: " + options_.calibrate;
    evaluation_.made_file = options_.calibrate;
    evaluation_.made = std::move(made);
  }

  void write_calibration(const MadeCalibration& made) const {
    std::ifstream in(std::filesystem::path(descriptions_) / "embedding.yaml");
    const std::string description((std::istreambuf_iterator<char>(in)), {});
    std::ofstream out(options_.calibrate, std::ios::binary | std::ios::trunc);
    out << with_calibration(description, made);
    out.close();
    if (!out)
      throw DataError(options_.calibrate + " cannot be written (expected a file in a folder of yours)");
  }

  void judge_attacks(const std::vector<Acquired>& acquired) {
    const auto attacked = acquire(*acquisition_, *attacks_, "acquiring attacks");
    evaluation_.attacks = attack_detection(*attacks_, attacked, data_, acquired,
                                           models_.liveness.description.decision_value("score"));
  }

  void show(std::vector<ShownPair>& pairs) {
    for (ShownPair& pair : pairs) {
      pair.one_jpeg = acquisition_->aligned_jpeg((data_.folder / pair.one).string());
      pair.other_jpeg = acquisition_->aligned_jpeg((data_.folder / pair.other).string());
    }
  }

  EvaluateOptions options_;
  std::string descriptions_;
  LabelledData data_;
  std::optional<PairList> pairs_;
  std::map<std::string, std::string> groups_;
  std::optional<LabelledData> attacks_;
  biometric::ModelSet models_;
  std::optional<Acquisition> acquisition_;
  std::vector<biometric::CalibrationPoint> calibration_;
  Evaluation evaluation_;
};

}  // namespace

int main(int count, char** words) {
  CLI::App app{"sesame evaluate: error rates of the face pipeline on labelled pictures"};
  EvaluateOptions options;
  add_evaluate_options(app, options);
  try {
    app.parse(count, words);
    biometric::confine_process();
    camera::silence_decoders();
    if (options.presentations > 0) {
      present(options, command_line(count, words));
      return 0;
    }
    if (options.sessions > 0) {
      compare_sessions(options, command_line(count, words));
      return 0;
    }
    Run run(options, command_line(count, words));
    run.evaluate();
    run.report();
    return 0;
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "sesame evaluate: %s\n", error.what());
    return 2;
  }
}
