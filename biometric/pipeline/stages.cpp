#include "biometric/pipeline/stages.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <opencv2/imgproc.hpp>

#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

float overlap_of(const Box& a, const Box& b) {
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  const float common = width * height;
  return common / (a.width() * a.height() + b.width() * b.height() - common);
}

std::vector<DetectedFace> keep_best(std::vector<DetectedFace> faces, float overlap) {
  std::sort(faces.begin(), faces.end(),
            [](const DetectedFace& a, const DetectedFace& b) { return a.score > b.score; });
  std::vector<DetectedFace> kept;
  for (const DetectedFace& face : faces)
    if (std::none_of(kept.begin(), kept.end(),
                     [&](const DetectedFace& k) { return overlap_of(k.box, face.box) > overlap; }))
      kept.push_back(face);
  std::sort(kept.begin(), kept.end(), [](const DetectedFace& a, const DetectedFace& b) {
    return a.box.width() * a.box.height() > b.box.width() * b.box.height();
  });
  return kept;
}

// The rectangle of the frame in the network's size, border pixels repeated where it leaves the frame.
cv::Mat crop_replicated(const cv::Mat& frame, const Box& box, int width, int height) {
  const float sx = static_cast<float>(width) / box.width();
  const float sy = static_cast<float>(height) / box.height();
  const cv::Matx23f map(sx, 0, -box.left * sx, 0, sy, -box.top * sy);
  // Shrinking by warpAffine alone would alias: average first when the crop is much larger than the network.
  cv::Mat out;
  if (sx > 0.67F) {
    cv::warpAffine(frame, out, map, {width, height}, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
    return out;
  }
  const int w = static_cast<int>(std::lround(box.width()));
  const int h = static_cast<int>(std::lround(box.height()));
  const cv::Matx23f shift(1, 0, -box.left, 0, 1, -box.top);
  cv::Mat whole;
  cv::warpAffine(frame, whole, shift, {w, h}, cv::INTER_LINEAR, cv::BORDER_REPLICATE);
  cv::resize(whole, out, {width, height}, 0, 0, cv::INTER_AREA);
  return out;
}

// What the network gives for the picture, and for its mirror image where it is fed with both.
cv::Mat embedding_of(Network& network, const cv::Mat& picture) {
  cv::Mat sum = network.run(picture).front().clone();
  if (!network.feeding().mirrored) return sum;
  cv::Mat mirror;
  cv::flip(picture, mirror, 1);
  sum += network.run(mirror).front();
  return sum;
}

void append_direction(const cv::Mat& embedding, double length, Template& values) {
  const double norm = cv::norm(embedding);
  if (!(norm > 0)) throw ModelError("an embedding model gives no direction for this picture");
  const float* at = embedding.ptr<float>();
  std::transform(at, at + embedding.total(), std::back_inserter(values),
                 [scale = length / norm](float value) { return static_cast<float>(value * scale); });
}

}  // namespace

Detector::Detector(const Model& model)
    : network_(std::make_unique<Network>(model)),
      score_(static_cast<float>(model.description.decision_value("score"))),
      overlap_(static_cast<float>(model.description.decision_value("overlap"))) {}
Detector::~Detector() = default;

std::vector<DetectedFace> Detector::detect(const camera::Frame& frame) {
  const Feeding& feeding = network_->feeding();
  const float scale = std::min(static_cast<float>(feeding.width) / static_cast<float>(frame.width),
                               static_cast<float>(feeding.height) / static_cast<float>(frame.height));
  cv::Mat input(feeding.height, feeding.width, CV_8UC3, cv::Scalar::all(feeding.fill));
  const int width = std::max(1, static_cast<int>(std::lround(static_cast<float>(frame.width) * scale)));
  const int height = std::max(1, static_cast<int>(std::lround(static_cast<float>(frame.height) * scale)));
  const cv::Rect place((feeding.width - width) / 2, (feeding.height - height) / 2, width, height);
  cv::resize(pixels(frame), input(place), place.size(), 0, 0, cv::INTER_LINEAR);

  const std::vector<cv::Mat> outputs = network_->run(input, {"scores", "boxes"});
  const auto count = static_cast<int>(outputs[1].total() / 4);
  const float* scores = outputs[0].ptr<float>();
  const float* boxes = outputs[1].ptr<float>();
  std::vector<DetectedFace> faces;
  for (int i = 0; i < count; ++i) {
    const float score = scores[2 * i + 1];
    if (score < score_) continue;
    const auto x = [&](float v) {
      return (v * static_cast<float>(feeding.width) - static_cast<float>(place.x)) / scale;
    };
    const auto y = [&](float v) {
      return (v * static_cast<float>(feeding.height) - static_cast<float>(place.y)) / scale;
    };
    const float* box = boxes + 4 * i;
    const DetectedFace face{{x(box[0]), y(box[1]), x(box[2]), y(box[3])}, score};
    if (face.box.width() >= 1 && face.box.height() >= 1) faces.push_back(face);
  }
  return keep_best(std::move(faces), overlap_);
}

LandmarkFinder::LandmarkFinder(const Model& model) : network_(std::make_unique<Network>(model)) {}
LandmarkFinder::~LandmarkFinder() = default;

Landmarks LandmarkFinder::find(const camera::Frame& frame, const Box& face) {
  const Point centre = face.centre();
  const float side = face.height();
  const Box square{centre.x - side / 2, centre.y - side / 2, centre.x + side / 2, centre.y + side / 2};
  const cv::Mat crop =
      crop_replicated(pixels(frame), square, network_->feeding().width, network_->feeding().height);
  cv::Mat grey;
  cv::cvtColor(crop, grey, cv::COLOR_BGR2GRAY);
  const cv::Mat output = network_->run(grey).front();
  if (output.total() != 2 * landmark_count) throw ModelError("the landmark model does not give 68 points");
  const float* values = output.ptr<float>();
  Landmarks landmarks;
  for (std::size_t i = 0; i < landmark_count; ++i)
    landmarks[i] = {square.left + values[2 * i] * side, square.top + values[2 * i + 1] * side};
  return landmarks;
}

LivenessClassifier::LivenessClassifier(const Model& model)
    : network_(std::make_unique<Network>(model)),
      threshold_(model.description.decision_value("score")),
      sure_(model.description.decision_value("sure")),
      fused_frames_(static_cast<std::size_t>(model.description.decision_value("frames"))) {}
LivenessClassifier::~LivenessClassifier() = default;

double LivenessClassifier::classify(const camera::Frame& frame, const Box& face) {
  const Feeding& feeding = network_->feeding();
  const Box box = enlarge_inside(face, static_cast<float>(feeding.margin), frame.width, frame.height);
  const cv::Rect place(static_cast<int>(box.left), static_cast<int>(box.top),
                       std::max(1, static_cast<int>(box.width())),
                       std::max(1, static_cast<int>(box.height())));
  cv::Mat crop;
  cv::Mat part = pixels(frame)(place & cv::Rect(0, 0, frame.width, frame.height));
  if (feeding.smooth > 0) {
    // The network takes a camera's noise of one grey level for an attack.
    cv::Mat smooth;
    cv::bilateralFilter(part, smooth, 7, feeding.smooth, 3);
    part = smooth;
  }
  cv::resize(part, crop, {feeding.width, feeding.height});
  const cv::Mat output = network_->run(crop).front();
  if (output.total() < 2) throw ModelError("the liveness model gives no classes");
  const float* values = output.ptr<float>();
  const float largest = *std::max_element(values, values + output.total());
  double sum = 0;
  for (std::size_t i = 0; i < output.total(); ++i) sum += std::exp(static_cast<double>(values[i] - largest));
  return std::exp(static_cast<double>(values[0] - largest)) / sum;
}

Embedder::Embedder(const ModelSet& models)
    : parts_{Part{std::make_unique<Network>(models.embedding), 1 - second_share(models)},
             Part{std::make_unique<Network>(models.second_embedding), second_share(models)}},
      id_(embedding_id(models)) {
  const Feeding& one = models.embedding.description.feeding;
  const Feeding& other = models.second_embedding.description.feeding;
  if (one.width != other.width || one.height != other.height)
    throw ModelError("the two embeddings are not fed with pictures of one size");
}
Embedder::~Embedder() = default;

camera::Frame Embedder::align(const camera::Frame& frame, const Landmarks& landmarks) const {
  const Similarity s = least_squares_similarity(five_points(landmarks), aligned_points);
  const cv::Matx23f map(s.a, -s.b, s.tx, s.b, s.a, s.ty);
  const Feeding& feeding = parts_.front().network->feeding();
  camera::Frame aligned = camera::make_frame(feeding.width, feeding.height);
  cv::Mat out = pixels(aligned);
  cv::warpAffine(pixels(frame), out, map, out.size(), cv::INTER_LINEAR);
  return aligned;
}

Template Embedder::embed(const camera::Frame& frame, const Landmarks& landmarks) {
  return embed_aligned(align(frame, landmarks));
}

Template Embedder::embed_aligned(const camera::Frame& aligned) {
  Template values;
  values.reserve(template_length);
  for (const Part& part : parts_)
    append_direction(embedding_of(*part.network, pixels(aligned)), std::sqrt(part.share), values);
  if (values.size() != template_length)
    throw ModelError("the embedding models do not give " + std::to_string(template_length) +
                     " values together");
  return values;
}

}  // namespace sesame::biometric
