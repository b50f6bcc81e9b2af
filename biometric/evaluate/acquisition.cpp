#include "biometric/evaluate/acquisition.hpp"

#include <fmt/format.h>

#include <mutex>

#include "biometric/evaluate/parallel.hpp"
#include "camera/frame_source.hpp"
#include "camera/picture.hpp"
#include "camera/replay.hpp"

namespace sesame::evaluation {
namespace {

using biometric::Depth;
using biometric::Observation;
using biometric::Pipeline;
using biometric::QualityHint;

camera::FramePtr read(const std::string& path) {
  try {
    return std::make_shared<const camera::Frame>(camera::read_picture(path));
  } catch (const camera::SourceError&) {
    return nullptr;
  }
}

Acquired unreadable() {
  Acquired result;
  result.outcome = Acquired::Outcome::unreadable;
  return result;
}

}  // namespace

Acquisition::Acquisition(const biometric::ModelSet& models, const AcquisitionOptions& options)
    : models_(models), options_(options), pipelines_(models, workers_for(options.jobs)) {}
Acquisition::~Acquisition() = default;

void Acquisition::require_aligned(const camera::Frame& picture, const std::string& path) const {
  const biometric::Feeding& feeding = models_.embedding.description.feeding;
  if (picture.width == feeding.width && picture.height == feeding.height) return;
  throw DataError(fmt::format(
      "{} has {}x{} pixels (expected aligned faces of {}x{}; whole pictures go without --aligned)", path,
      picture.width, picture.height, feeding.width, feeding.height));
}

Acquired Acquisition::acquire_one(Pipeline& pipeline, const std::string& path) const {
  const camera::FramePtr picture = read(path);
  if (!picture) return unreadable();
  Acquired result;
  if (options_.aligned) {
    require_aligned(*picture, path);
    if (options_.gate) {
      const QualityHint hint = judge_quality(biometric::measure_aligned_quality(*picture));
      if (hint != QualityHint::none) {
        result.reason = to_string(hint);
        return result;
      }
    }
    result.values = pipeline.embed_aligned(*picture);
    result.outcome = Acquired::Outcome::acquired;
    return result;
  }
  const Observation& seen = pipeline.observe(picture, options_.liveness ? Depth::liveness : Depth::quality);
  result.liveness = seen.liveness;
  if (!seen.landmarks || (options_.gate && seen.hint != QualityHint::none)) {
    result.reason = to_string(seen.landmarks ? seen.hint : QualityHint::no_face);
    return result;
  }
  result.values = pipeline.embed(seen);
  result.outcome = Acquired::Outcome::acquired;
  return result;
}

std::vector<Acquired> Acquisition::acquire(const LabelledData& data, const Progress& progress) {
  std::vector<Acquired> results(data.pictures.size());
  std::mutex telling;
  std::uint64_t done = 0;
  in_parallel(
      pipelines_.workers(), results.size(), [&](unsigned worker, std::size_t item) {
        results[item] = acquire_one(pipelines_.of(worker), (data.folder / data.pictures[item].file).string());
        const std::lock_guard guard(telling);
        if (progress) progress(++done, results.size());
      });
  return results;
}

std::string Acquisition::aligned_jpeg(const std::string& path) {
  const camera::FramePtr picture = read(path);
  if (!picture) return {};
  std::vector<std::uint8_t> bytes;
  if (options_.aligned) {
    bytes = camera::encode_jpeg(*picture);
  } else {
    Pipeline& pipeline = pipelines_.of(0);
    const Observation& seen = pipeline.observe(picture, Depth::quality);
    if (!seen.landmarks) return {};
    bytes = camera::encode_jpeg(pipeline.align(seen));
  }
  return {bytes.begin(), bytes.end()};
}

}  // namespace sesame::evaluation
