// The networks of the face pipeline, each a stage: frame -> boxes, box -> landmarks, box -> liveness,
// landmarks -> embedding. Owned by the Pipeline; one thread; OpenCV stays in the .cpp.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "biometric/gallery.hpp"
#include "biometric/pipeline/geometry.hpp"
#include "biometric/pipeline/model.hpp"
#include "camera/frame.hpp"

namespace sesame::biometric {

class Network;

class Detector {
 public:
  explicit Detector(const Model& model);
  ~Detector();
  // Faces, the largest first. Needs a frame of any size.
  std::vector<DetectedFace> detect(const camera::Frame& frame);

 private:
  std::unique_ptr<Network> network_;
  float score_;
  float overlap_;
};

class LandmarkFinder {
 public:
  explicit LandmarkFinder(const Model& model);
  ~LandmarkFinder();
  // 68 points in pixels of the frame.
  Landmarks find(const camera::Frame& frame, const Box& face);

 private:
  std::unique_ptr<Network> network_;
};

class LivenessClassifier {
 public:
  explicit LivenessClassifier(const Model& model);
  ~LivenessClassifier();
  // The probability of "live" in one frame, 0..1 (ISO/IEC 30107-3: a PAD subsystem's score).
  double classify(const camera::Frame& frame, const Box& face);
  double threshold() const { return threshold_; }
  // From this score on no other evidence of life is needed.
  double sure() const { return sure_; }
  std::size_t fused_frames() const { return fused_frames_; }

 private:
  std::unique_ptr<Network> network_;
  double threshold_;
  double sure_;
  std::size_t fused_frames_;
};

// Two networks on one aligned face. Each gives a direction; a template is both side by side, scaled so that the
// cosine of two templates is the sum of the networks' cosines, each by its share.
class Embedder {
 public:
  explicit Embedder(const ModelSet& models);
  ~Embedder();
  // Aligns by least-squares similarity to 112x112 and gives a vector of unit length.
  Template embed(const camera::Frame& frame, const Landmarks& landmarks);
  // What the network is fed with: the face in the place and size it was trained on.
  camera::Frame align(const camera::Frame& frame, const Landmarks& landmarks) const;
  // The same for a picture that is aligned already (calibration data).
  Template embed_aligned(const camera::Frame& aligned);
  // Which embeddings these are.
  const std::string& id() const { return id_; }

 private:
  struct Part {
    std::unique_ptr<Network> network;
    double share;
  };
  std::array<Part, 2> parts_;
  std::string id_;
};

}  // namespace sesame::biometric
