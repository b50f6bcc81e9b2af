// Evaluation: all that one run of `sesame evaluate` found, as values; made from labelled data and what was
// acquired of it, without OpenCV. The reports are written from it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "biometric/evaluate/as_customers.hpp"
#include "biometric/evaluate/calibration_points.hpp"
#include "biometric/evaluate/identification.hpp"
#include "biometric/evaluate/labelled_data.hpp"
#include "biometric/evaluate/presentations.hpp"
#include "biometric/evaluate/sessions.hpp"
#include "biometric/evaluate/verification.hpp"
#include "biometric/pipeline/calibration.hpp"

namespace sesame::evaluation {

// What became of one picture.
struct Acquired {
  enum class Outcome { acquired, failed, unreadable };
  Outcome outcome = Outcome::failed;
  std::string reason;              // of a failure: "noFace", or the quality gate's hint
  std::vector<float> values;       // the template, when acquired
  std::optional<double> liveness;  // of a picture that was good enough, when asked for
};

struct Failures {
  Rate rate;  // failure to acquire (FTA)
  std::map<std::string, std::uint64_t> reasons;
  std::vector<std::string> unreadable;  // files that are no pictures: nobody's failure, and left out
};
Failures failures_to_acquire(const LabelledData& data, const std::vector<Acquired>& acquired);

// The same for each group, in the order of the groups' names.
std::vector<Rate> group_failures(const LabelledData& data, const std::vector<Acquired>& acquired,
                                 const std::map<std::string, std::string>& groups);

// The templates of what was acquired; takes them out of `acquired`.
Samples samples_of(const LabelledData& data, std::vector<Acquired>& acquired);

struct SpeciesRates {
  std::string name;
  Rate attack_classification_error;  // APCER: classified as bona fide
  std::uint64_t not_answered = 0;    // no face, or not good enough for a decision (APNRR counts them)
  std::uint64_t presented = 0;
};
// Presentation attack detection on single pictures (ISO/IEC 30107-3).
struct AttackDetection {
  double threshold = 0;
  std::vector<SpeciesRates> species;
  Rate bona_fide_classification_error;  // BPCER
  std::uint64_t bona_fide_not_answered = 0;
};
AttackDetection attack_detection(const LabelledData& attacks, const std::vector<Acquired>& attacked,
                                 const LabelledData& data, const std::vector<Acquired>& acquired,
                                 double threshold);

struct ShownPair {
  std::string one;
  std::string other;
  double cosine = 0;
  std::string one_jpeg;  // bytes; empty when pictures are not to be shown
  std::string other_jpeg;
};

struct ModelFacts {
  std::string role;
  std::string file;
  std::string sha256;
};

struct Identification {
  std::size_t enrolled = 0;
  std::size_t mated = 0;
  std::size_t non_mated = 0;
  std::string rule;
  std::vector<std::pair<std::uint32_t, Rate>> ranks;  // rank and identification rate
  std::vector<IdentificationPoint> engine;            // thresholds as the engine sets them: FMR = FPIR / N
  std::vector<IdentificationPoint> own;               // thresholds that give the rate on this data
  std::vector<IdentificationCurvePoint> curve;
};

struct GroupReport {
  std::string file;
  std::vector<Rate> failures_to_acquire;  // of each group
  Groups rates;
  std::vector<std::optional<AsCustomers>> as_customers;  // of each group
};

struct FoldReport {
  bool is_official = false;
  std::uint32_t folds = 0;
  std::size_t pairs = 0;
  std::size_t not_acquired = 0;  // pairs with a picture that was not; they do not match
  FoldAccuracy accuracy;
};

// How people were enrolled from several pictures each.
struct EnrolledFacts {
  std::size_t pictures = 0;  // of one enrolment
  std::size_t people = 0;
  std::size_t references = 0;
  Rate refused;   // failure to enrol
  Rate left_out;  // pictures
};

struct Evaluation {
  std::string title;
  std::string folder;
  std::string command;
  std::string made_at;
  bool aligned = false;
  bool gate = true;
  std::string pairs_file;  // "" for everybody against everybody
  std::optional<Corrections> corrections;
  std::vector<ModelFacts> models;
  std::string calibration_from;  // whose thresholds `calibrated` has
  std::optional<MadeCalibration> made;
  std::string made_file;

  std::size_t people = 0;
  std::size_t pictures = 0;
  Failures failures;
  std::uint64_t genuine = 0;
  std::uint64_t impostor = 0;
  std::vector<OperatingPoint> calibrated;  // at the calibration's thresholds: asked against found
  std::vector<OperatingPoint> own;         // at thresholds that give the rate on this data
  double equal_error_rate = 0;
  std::vector<DetPoint> det;
  std::vector<std::uint64_t> genuine_histogram;  // by cosine in steps of 0.01, from -1
  std::vector<std::uint64_t> impostor_histogram;
  std::optional<EnrolledFacts> enrolled;
  std::optional<FoldReport> folds;
  std::optional<Identification> identification;
  std::optional<GroupReport> groups;
  std::optional<AttackDetection> attacks;
  // Where one of these two is filled, nothing else is.
  std::optional<PresentationReport> presentations;
  std::optional<SessionReport> sessions;
  std::vector<ShownPair> worst_impostors;
  std::vector<ShownPair> worst_genuine;
};

struct EvaluationInput {
  const LabelledData& data;
  const std::optional<PairList>& pairs;
  const std::map<std::string, std::string>& groups;
  std::vector<biometric::CalibrationPoint> calibration;  // whose thresholds are tried
  unsigned jobs = 0;
  std::size_t enrolled = 0;  // pictures that a person is enrolled from; 0: each picture with every other
};

// Fills the part of `evaluation` that follows from the scores. `progress` is of the comparisons. Throws
// DataError: nobody has enough pictures to be enrolled from.
void evaluate_samples(Evaluation& evaluation, const EvaluationInput& input, const Samples& samples,
                      const Progress& progress = {});

// The impostor and genuine comparisons of the calibration half, and the points they support. Throws
// DataError.
MadeCalibration make_calibration(const Samples& samples, std::uint64_t least_comparisons, unsigned jobs,
                                 const Progress& progress = {});

}  // namespace sesame::evaluation
