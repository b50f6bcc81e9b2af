#include "camera/light_challenge.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "camera/following.hpp"

namespace sesame::camera {
namespace {

constexpr FrameTime memory = std::chrono::seconds(5);
constexpr FrameTime latency_step = std::chrono::milliseconds(10);
constexpr FrameTime edge = std::chrono::milliseconds(8);  // a frame so near a step may show either level
constexpr std::size_t enough_frames = 15;
constexpr std::size_t least_frames = 10;  // that are not at an edge

double seconds(FrameTime time) { return std::chrono::duration<double>(time).count(); }

constexpr int columns = 8;
constexpr int rows = 6;

double mean_of(const Frame& frame, int column, int row) {
  const int right = (column + 1) * frame.width / columns;
  const int bottom = (row + 1) * frame.height / rows;
  std::uint64_t sum = 0;
  std::uint64_t count = 0;
  for (int y = row * frame.height / rows; y < bottom; y += 2)
    for (int x = column * frame.width / columns; x < right; x += 2, ++count) {
      const std::uint8_t* const pixel = frame.row(y) + 3 * x;
      sum += static_cast<std::uint64_t>(pixel[0]) + pixel[1] + pixel[2];
    }
  return count == 0 ? 0 : static_cast<double>(sum) / static_cast<double>(3 * count);
}

}  // namespace

LightChallenge::LightChallenge(const LightControl& control, Random random, const ChallengeRules& rules)
    : control_(control), random_(std::move(random)), rules_(rules) {
  rules_.deepest = std::min(rules_.deepest, -control.darkest);
}

void LightChallenge::begin(FrameTime now) {
  if (running_) return;
  running_ = true;
  steps_.clear();
  seen_.clear();
  next_ = now;
}

std::optional<double> LightChallenge::due(FrameTime now) {
  if (!running_ || now < next_) return std::nullopt;
  const FrameTime range = rules_.longest_step - rules_.shortest_step;
  next_ = now + rules_.shortest_step +
          FrameTime(static_cast<std::int64_t>(share() * static_cast<double>(range.count())));
  steps_.push_back({now, another_level()});
  while (now - steps_.front().at > memory) steps_.pop_front();
  return steps_.back().level;
}

// Anywhere between dark and the camera's own choice, but plainly another level than the last.
double LightChallenge::another_level() {
  const double last = steps_.empty() ? 0 : std::clamp(-steps_.back().level / rules_.deepest, 0.0, 1.0);
  const double below = std::max(0.0, last - rules_.least_change);
  const double above = std::max(0.0, 1 - last - rules_.least_change);
  const double at = share() * (below + above);
  return -rules_.deepest * (at < below ? at : last + rules_.least_change + at - below);
}

LightChallenge::Parts LightChallenge::parts_of(const Frame& frame) {
  Parts parts{};
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column)
      parts.at(static_cast<std::size_t>(row * columns + column)) = std::log(mean_of(frame, column, row) + 1);
  return parts;
}

// The median of the parts' changes: people who move change some parts, an exposure changes all.
void LightChallenge::see(const Frame& frame) {
  if (!running_) return;
  const Parts parts = parts_of(frame);
  double brightness = 0;
  if (!seen_.empty()) {
    Parts changes{};
    for (std::size_t i = 0; i < parts.size(); ++i) changes[i] = parts[i] - last_parts_[i];
    std::nth_element(changes.begin(), changes.begin() + changes.size() / 2, changes.end());
    brightness = seen_.back().brightness + changes[changes.size() / 2];
  }
  last_parts_ = parts;
  seen_.push_back({frame.captured_at, brightness});
  while (frame.captured_at - seen_.front().at > memory) seen_.pop_front();
}

LightChallenge::Verdict LightChallenge::verdict(FrameTime since, FrameTime now) const {
  const FrameTime until = now - control_.longest_latency;
  const auto answered = std::find_if(steps_.rbegin(), steps_.rend(), [&](const Step& step) {
    return step.at + rules_.shortest_step <= until;
  });
  const auto steps = static_cast<std::size_t>(steps_.rend() - answered);
  if (steps < rules_.steps) return Verdict::undecided;
  // Where frames are few, because the machine is busy, more steps make up for it.
  auto first = answered + static_cast<std::ptrdiff_t>(rules_.steps) - 1;
  while (first + 1 != steps_.rend() && frames_between(first->at, until) < enough_frames) ++first;
  const FrameTime from = first->at;
  if (from < since || frames_between(from, until) < enough_frames ||
      seen_.back().at < until + control_.longest_latency / 2)
    return Verdict::undecided;
  for (FrameTime latency{}; latency <= control_.longest_latency; latency += latency_step)
    if (follows(from, until, latency)) return Verdict::answered;
  return Verdict::not_answered;
}

std::size_t LightChallenge::frames_between(FrameTime from, FrameTime until) const {
  return static_cast<std::size_t>(std::count_if(
      seen_.begin(), seen_.end(), [&](const Seen& frame) { return frame.at >= from && frame.at <= until; }));
}

bool LightChallenge::follows(FrameTime from, FrameTime until, FrameTime latency) const {
  std::vector<double> times, asked, seen;
  for (const Seen& frame : seen_) {
    if (frame.at < from + latency || frame.at > until + latency) continue;
    const double level = level_at(frame.at - latency);
    if (level != level_at(frame.at - latency - edge) || level != level_at(frame.at - latency + edge))
      continue;
    times.push_back(seconds(frame.at - from));
    asked.push_back(level);
    seen.push_back(frame.brightness);
  }
  if (times.size() < least_frames) return false;
  const Following found = following(times, std::move(asked), std::move(seen));
  return found.correlation >= rules_.least_correlation && found.response >= rules_.least_response &&
         found.response <= rules_.largest_response;
}

double LightChallenge::level_at(FrameTime at) const {
  const auto later =
      std::find_if(steps_.begin(), steps_.end(), [&](const Step& step) { return step.at > at; });
  return later == steps_.begin() ? 0 : (later - 1)->level;
}

}  // namespace sesame::camera
