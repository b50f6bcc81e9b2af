#include "biometric/pipeline/lamp_response.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "biometric/pipeline/median.hpp"
#include "camera/following.hpp"

namespace sesame::biometric {
namespace {

using camera::FrameTime;
using camera::LampStep;
using std::chrono::milliseconds;

constexpr FrameTime memory = std::chrono::seconds(5);
constexpr FrameTime out_of_sight = milliseconds(400);
constexpr FrameTime latency_step = milliseconds(10);
constexpr FrameTime edge = milliseconds(12);  // a frame so near a change may show some of either
constexpr std::ptrdiff_t enough_frames = 20;
constexpr std::size_t least_frames = 14;  // that are at no edge
constexpr std::size_t least_parts = 4;
constexpr float darkest = 0.004F;  // of white; what is darker is noise

const std::array<float, 256>& light_of_values() {
  static const std::array<float, 256> table = [] {
    std::array<float, 256> made{};
    for (std::size_t i = 0; i < made.size(); ++i)
      made.at(i) = static_cast<float>(std::pow(static_cast<double>(i) / 255, 2.2));
    return made;
  }();
  return table;
}

// Every second pixel of both directions; 0 outside of the frame.
float mean_light(const camera::Frame& frame, const Box& box) {
  const std::array<float, 256>& light = light_of_values();
  const int left = std::max(0, static_cast<int>(box.left)),
            right = std::min(frame.width, static_cast<int>(box.right));
  const int top = std::max(0, static_cast<int>(box.top)),
            bottom = std::min(frame.height, static_cast<int>(box.bottom));
  double sum = 0;
  int count = 0;
  for (int y = top; y < bottom; y += 2)
    for (int x = left; x < right; x += 2, ++count) {
      const std::uint8_t* const pixel = frame.row(y) + 3 * x;
      sum += light[pixel[0]] + light[pixel[1]] + light[pixel[2]];
    }
  return count == 0 ? 0 : static_cast<float>(sum / (3 * count));
}

// Without hair, collar and what shows beside a cheek.
Box eyes_to_mouth(const Box& face) {
  const float w = face.width(), h = face.height();
  return {face.left + 0.22F * w, face.top + 0.25F * h, face.right - 0.22F * w, face.bottom - 0.15F * h};
}

bool contains(const Box& outer, const Box& inner) {
  return inner.left >= outer.left && inner.right <= outer.right && inner.top >= outer.top &&
         inner.bottom <= outer.bottom;
}
bool apart(const Box& a, const Box& b) {
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}

double logarithm(float light) { return std::log(std::max(light, darkest)); }

bool is_on(std::span<const LampStep> steps, FrameTime at) {
  const auto later =
      std::find_if(steps.begin(), steps.end(), [&](const LampStep& step) { return step.at > at; });
  return later != steps.begin() && (later - 1)->on;
}

}  // namespace

FaceLight light_of(const camera::Frame& frame, const Box& face) {
  FaceLight light;
  light.at = frame.captured_at;
  light.in_face = mean_light(frame, eyes_to_mouth(face));
  const Box around = surroundings_of(face), head = head_of(face);
  const float wide = static_cast<float>(frame.width) / FaceLight::columns;
  const float high = static_cast<float>(frame.height) / FaceLight::rows;
  for (int row = 0; row < FaceLight::rows; ++row)
    for (int column = 0; column < FaceLight::columns; ++column) {
      const auto x = static_cast<float>(column), y = static_cast<float>(row);
      const Box part{x * wide, y * high, (x + 1) * wide, (y + 1) * high};
      const auto at = static_cast<std::size_t>(row * FaceLight::columns + column);
      light.beside.at(at) = contains(around, part) && apart(head, part);
      light.parts.at(at) = mean_light(frame, part);
    }
  return light;
}

void LampResponse::see(const FaceLight& light) {
  if (!seen_.empty() && (light.at <= seen_.back().at || light.at - seen_.back().at > out_of_sight)) forget();
  seen_.push_back(light);
  while (light.at - seen_.front().at > memory) seen_.pop_front();
}

// The face and what is beside it over the last steps, as logarithms (shares of what there was) and as light.
struct LampResponse::Window {
  FrameTime from{};
  FrameTime until{};
  std::vector<FrameTime> times;
  std::vector<double> face, beside;  // logarithms; of the parts beside it the median change
  std::vector<double> face_light, beside_light;
};

namespace {

using Lights = std::vector<const FaceLight*>;

// Parts beside the head that it never covered.
std::vector<std::size_t> parts_beside(const Lights& lights) {
  std::vector<std::size_t> parts;
  for (std::size_t part = 0; part < lights.front()->parts.size(); ++part)
    if (std::all_of(lights.begin(), lights.end(),
                    [&](const FaceLight* light) { return light->beside.at(part); }))
      parts.push_back(part);
  return parts;
}

// The median, over the parts, of how they differ from their own mean at each time.
template <class Value>
std::vector<double> median_changes(const Lights& lights, const std::vector<std::size_t>& parts,
                                   Value&& value) {
  std::vector<double> usual(parts.size(), 0);
  for (const FaceLight* light : lights)
    for (std::size_t i = 0; i < parts.size(); ++i)
      usual[i] += value(light->parts.at(parts[i])) / static_cast<double>(lights.size());
  std::vector<double> medians;
  for (const FaceLight* light : lights) {
    std::vector<double> changes;
    for (std::size_t i = 0; i < parts.size(); ++i)
      changes.push_back(value(light->parts.at(parts[i])) - usual[i]);
    medians.push_back(median(changes));
  }
  return medians;
}

}  // namespace

// Where frames are few, because the machine is busy, more steps make up for it.
std::optional<LampResponse::Window> LampResponse::window(std::span<const LampStep> steps,
                                                         FrameTime longest_latency) const {
  if (seen_.empty()) return std::nullopt;
  const FrameTime until = seen_.back().at - longest_latency;
  const auto few_since = [&](FrameTime from) {
    return std::count_if(seen_.begin(), seen_.end(),
                         [&](const FaceLight& light) { return light.at >= from; }) < enough_frames;
  };
  std::size_t taken = 0;
  auto first = steps.end();
  while (first != steps.begin() && (taken < rules_.steps || few_since(first->at)))
    if ((--first)->at <= until) ++taken;
  if (taken < rules_.steps || first->at < seen_.front().at || few_since(first->at)) return std::nullopt;
  Window found;
  found.from = first->at;
  found.until = until;
  return found;
}

LampResponse::Verdict LampResponse::verdict(std::span<const LampStep> steps,
                                            FrameTime longest_latency) const {
  std::optional<Window> over = window(steps, longest_latency);
  if (!over) return Verdict::undecided;
  Lights lights;
  for (const FaceLight& light : seen_)
    if (light.at >= over->from) lights.push_back(&light);
  const std::vector<std::size_t> parts = parts_beside(lights);
  if (parts.size() < least_parts) return Verdict::unseen;  // a face that fills the picture
  for (const FaceLight* light : lights) {
    over->times.push_back(light->at);
    over->face.push_back(logarithm(light->in_face));
    over->face_light.push_back(light->in_face);
  }
  over->beside = median_changes(lights, parts, logarithm);
  over->beside_light = median_changes(lights, parts, [](float light) { return double{light}; });
  Verdict verdict = Verdict::unseen;
  for (FrameTime latency{}; latency <= longest_latency; latency += latency_step) {
    const Verdict one = judge(*over, steps, latency);
    if (one == Verdict::answered) return one;
    if (one == Verdict::not_answered) verdict = one;
  }
  return verdict;
}

LampResponse::Verdict LampResponse::judge(const Window& window, std::span<const LampStep> steps,
                                          FrameTime latency) const {
  std::vector<double> times, asked, face, beside, against, face_light, beside_light;
  for (std::size_t i = 0; i < window.times.size(); ++i) {
    const FrameTime at = window.times[i] - latency;
    const bool on = is_on(steps, at);
    if (at < window.from || at > window.until || on != is_on(steps, at - edge) ||
        on != is_on(steps, at + edge))
      continue;
    times.push_back(std::chrono::duration<double>(at - window.from).count());
    asked.push_back(on ? 1 : 0);
    face.push_back(window.face[i]);
    beside.push_back(window.beside[i]);
    against.push_back(window.face[i] - window.beside[i]);
    face_light.push_back(window.face_light[i]);
    beside_light.push_back(window.beside_light[i]);
  }
  if (times.size() < least_frames) return Verdict::unseen;
  const auto of = [&](const std::vector<double>& seen) { return camera::following(times, asked, seen); };
  const auto follows = [&](const camera::Following& found) {
    return found.correlation >= rules_.least_correlation && found.response >= rules_.least_response;
  };
  const camera::Following of_face = of(face), of_beside = of(beside);
  // By share, which tells a print, and by light, which tells what is mirrored in a display.
  const bool more = of_beside.response <= rules_.most_beside * of_face.response &&
                    of(beside_light).response <= rules_.most_beside * of(face_light).response;
  // The camera's own exposure changes both alike, and is not in how one goes against the other.
  if (more && follows(of(against))) return Verdict::answered;
  return follows(of_face) || follows(of_beside) ? Verdict::not_answered : Verdict::unseen;
}

}  // namespace sesame::biometric
