// Pipeline: one frame in, what is seen of a face out. Owned by the face process; one thread. Remembers what
// it found in the last frames, so that several users of one frame pay for each stage once.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "biometric/pipeline/inner_motion.hpp"
#include "biometric/pipeline/lamp_response.hpp"
#include "biometric/pipeline/quality.hpp"
#include "biometric/pipeline/site_view.hpp"
#include "biometric/pipeline/stages.hpp"
#include "biometric/pipeline/surroundings.hpp"

namespace sesame::biometric {

// How far to look. Presence is the detector alone: before a customer's first touch nothing deeper may run.
enum class Depth { presence, quality, liveness };

// What was seen in one frame. Parts deeper than asked for, or not reached because an earlier part failed, are
// empty.
struct Observation {
  camera::FramePtr frame;
  bool empty = false;  // nobody's face at all, not even a passer-by's
  std::size_t faces = 0;
  std::optional<DetectedFace> face;  // the largest
  std::optional<Landmarks> landmarks;
  std::optional<Quality> quality;
  QualityHint hint = QualityHint::no_face;
  std::optional<double> liveness;  // only of a frame that passed the quality gate
  // Where liveness was looked at: how the face moved within itself (InnerMotion), and what is beside it, if anything.
  std::optional<float> inner_motion;
  std::optional<SurroundingsMotion> surroundings;
  // ... and whether that is the site, where it is known.
  std::optional<SiteSeen> site;
  // Where liveness was to be looked at, of every face: a lamp is switched while the head turns as well.
  std::optional<FaceLight> light;
};

enum class Stage { detect, landmarks, quality, liveness, inner_motion, surroundings, site, embed };
inline constexpr std::size_t stage_count = 8;

struct StageTime {
  std::uint64_t runs = 0;
  std::chrono::nanoseconds total{};
};

struct PipelineOptions {
  QualityLimits quality;
  float least_face_share = 0.10F;  // a face less high than this share of the frame is nobody's (a passer-by)
  // A second face counts when it is at least this share as high as the first: someone else at the machine,
  // not the queue.
  float second_face_share = 0.60F;
  int threads = 2;
  SiteRules site;
};

class Pipeline {
 public:
  explicit Pipeline(const ModelSet& models, const PipelineOptions& options = {});
  ~Pipeline();

  const Observation& observe(const camera::FramePtr& frame, Depth depth);
  Template embed(const Observation& observation);
  // The face as the embedding model sees it, and the template of a picture that is aligned already.
  camera::Frame align(const Observation& observation) const;
  Template embed_aligned(const camera::Frame& aligned);
  // What follows is of another camera or take.
  void forget_past() {
    inner_motion_.forget();
    surroundings_.forget();
  }
  // What the camera sees while nobody is there: whoever looks teaches it.
  SiteView& site() { return site_; }
  // Whether a lamp beside the camera may be switched between two frames.
  void expect_lamp(bool expected) { surroundings_.expect_lamp(expected); }
  // Runs every network once, so that the first customer does not wait for OpenCV's set-up.
  void warm();

  // Throws ModelError when the models were loaded to make one.
  const Calibration& calibration() const;
  double liveness_threshold() const { return liveness_.threshold(); }
  double liveness_sure() const { return liveness_.sure(); }
  std::size_t liveness_frames() const { return liveness_.fused_frames(); }
  // What its templates are of; those of other embeddings cannot be compared with them.
  const std::string& embedding_id() const { return embedder_.id(); }
  const std::array<StageTime, stage_count>& times() const { return times_; }

 private:
  template <class Work>
  auto timed(Stage stage, Work&& work);
  void deepen(Observation& observation, Depth depth);

  PipelineOptions options_;
  std::optional<Calibration> calibration_;
  Detector detector_;
  LandmarkFinder landmark_finder_;
  LivenessClassifier liveness_;
  Embedder embedder_;
  InnerMotion inner_motion_;
  Surroundings surroundings_;
  SiteView site_;
  Observation last_;
  std::array<StageTime, stage_count> times_{};
};

}  // namespace sesame::biometric
