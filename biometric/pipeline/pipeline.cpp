#include "biometric/pipeline/pipeline.hpp"

#include <algorithm>
#include <opencv2/core/utility.hpp>

namespace sesame::biometric {
namespace {

camera::FramePtr plain_frame() {
  camera::Frame frame = camera::make_frame(400, 300);
  std::fill(frame.bytes.begin(), frame.bytes.end(), std::uint8_t{127});
  return std::make_shared<const camera::Frame>(std::move(frame));
}

// A face's outline in the middle of the plain frame, for warming alone.
Landmarks middle_landmarks() {
  Landmarks landmarks{};
  for (std::size_t i = 0; i < landmark_count; ++i)
    landmarks[i] = {160.0F + static_cast<float>(i % 9) * 10, 100.0F + static_cast<float>(i / 9) * 12};
  return landmarks;
}

}  // namespace

Pipeline::Pipeline(const ModelSet& models, const PipelineOptions& options)
    : options_(options),
      detector_(models.detector),
      landmark_finder_(models.landmarks),
      liveness_(models.liveness),
      embedder_(models),
      site_(options.site) {
  cv::setNumThreads(options.threads);
  if (const auto& points = models.embedding.description.calibration; !points.empty())
    calibration_.emplace(points);
}
Pipeline::~Pipeline() = default;

const Calibration& Pipeline::calibration() const {
  if (!calibration_) throw ModelError("this pipeline has no calibration");
  return *calibration_;
}

template <class Work>
auto Pipeline::timed(Stage stage, Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  auto result = work();
  StageTime& time = times_[static_cast<std::size_t>(stage)];
  time.total += std::chrono::steady_clock::now() - begin;
  ++time.runs;
  return result;
}

const Observation& Pipeline::observe(const camera::FramePtr& frame, Depth depth) {
  if (last_.frame != frame) {
    last_ = Observation{};
    last_.frame = frame;
    const auto faces = timed(Stage::detect, [&] { return detector_.detect(*frame); });
    last_.empty = faces.empty();
    const float least = options_.least_face_share * static_cast<float>(frame->height);
    for (const DetectedFace& face : faces) {
      if (face.box.height() < least) continue;
      if (!last_.face) last_.face = face;
      if (face.box.height() >= options_.second_face_share * last_.face->box.height()) ++last_.faces;
    }
  }
  deepen(last_, depth);
  return last_;
}

void Pipeline::deepen(Observation& seen, Depth depth) {
  if (depth == Depth::presence || !seen.face) return;
  if (!seen.quality) {
    seen.landmarks =
        timed(Stage::landmarks, [&] { return landmark_finder_.find(*seen.frame, seen.face->box); });
    seen.quality = timed(Stage::quality, [&] {
      return measure_quality(*seen.frame, *seen.face, *seen.landmarks, seen.faces);
    });
    seen.hint = judge_quality(*seen.quality, options_.quality);
  }
  if (depth == Depth::liveness && !seen.light) seen.light = light_of(*seen.frame, seen.face->box);
  if (depth == Depth::quality || seen.hint != QualityHint::none || seen.liveness) return;
  seen.liveness = timed(Stage::liveness, [&] { return liveness_.classify(*seen.frame, seen.face->box); });
  seen.inner_motion = timed(Stage::inner_motion, [&] { return inner_motion_.look(*seen.frame, *seen.landmarks); });
  seen.surroundings = timed(Stage::surroundings, [&] { return surroundings_.look(*seen.frame, seen.face->box); });
  if (site_.known()) seen.site = timed(Stage::site, [&] { return site_.look(*seen.frame, seen.face->box); });
}

Template Pipeline::embed(const Observation& seen) {
  return timed(Stage::embed, [&] { return embedder_.embed(*seen.frame, *seen.landmarks); });
}

camera::Frame Pipeline::align(const Observation& seen) const {
  return embedder_.align(*seen.frame, *seen.landmarks);
}

Template Pipeline::embed_aligned(const camera::Frame& aligned) {
  return timed(Stage::embed, [&] { return embedder_.embed_aligned(aligned); });
}

void Pipeline::warm() {
  Observation seen;
  seen.frame = plain_frame();
  detector_.detect(*seen.frame);
  const Box box{150, 90, 250, 210};
  landmark_finder_.find(*seen.frame, box);
  liveness_.classify(*seen.frame, box);
  seen.landmarks = middle_landmarks();
  embedder_.embed(*seen.frame, *seen.landmarks);
}

}  // namespace sesame::biometric
