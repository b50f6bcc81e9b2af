#include "biometric/pipeline/site_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <opencv2/imgproc.hpp>
#include <utility>

#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

constexpr int columns = 320;
constexpr int side = 10;          // of a place, in pixels of these columns
constexpr double blur = 1.5;      // so that a camera that trembles by a pixel sees the same
constexpr float structure = 3.5;  // grey levels: a place with less is plain
constexpr float alike = 0.7;      // correlation of one place at two times
constexpr std::size_t least_places = 4;  // of one side of a head

// One place of a frame, without its light.
struct Patch {
  std::array<float, std::size_t{side} * side> grey{};
  float spread = 0;
  bool plain() const { return spread < structure; }
};

struct Look {
  cv::Size grid;
  std::vector<Patch> patches;
};

float scale_of(const camera::Frame& frame) { return static_cast<float>(columns) / static_cast<float>(frame.width); }

cv::Rect2f place_at(int place, cv::Size grid) {
  return {static_cast<float>(place % grid.width * side), static_cast<float>(place / grid.width * side), side, side};
}

Patch patch_of(const cv::Mat& grey) {
  Patch patch;
  for (int y = 0; y < side; ++y) std::copy_n(grey.ptr<float>(y), side, patch.grey.begin() + std::ptrdiff_t{y} * side);
  constexpr auto count = static_cast<float>(side * side);
  const float mean = std::accumulate(patch.grey.begin(), patch.grey.end(), 0.0F) / count;
  for (float& level : patch.grey) level -= mean;
  patch.spread = std::sqrt(std::inner_product(patch.grey.begin(), patch.grey.end(), patch.grey.begin(), 0.0F) / count);
  return patch;
}

Look look_at(const camera::Frame& frame) {
  cv::Mat grey;
  cv::cvtColor(pixels(frame), grey, cv::COLOR_BGR2GRAY);
  cv::resize(grey, grey, {columns, cvRound(static_cast<float>(frame.height) * scale_of(frame))}, 0, 0, cv::INTER_AREA);
  grey.convertTo(grey, CV_32F);
  cv::GaussianBlur(grey, grey, {0, 0}, blur);
  Look look{{grey.cols / side, grey.rows / side}, {}};
  for (int place = 0; place < look.grid.area(); ++place) look.patches.push_back(patch_of(grey(cv::Rect(place_at(place, look.grid)))));
  return look;
}

enum class Verdict : std::uint8_t { another, cannot_tell, the_same };  // the last that an appearance gives counts

Verdict compare(const Patch& then, const Patch& now) {
  // Shadows are soft; an edge where there was none is a thing.
  if (then.plain()) return now.spread >= 2 * structure ? Verdict::another : Verdict::cannot_tell;
  const float together = std::inner_product(then.grey.begin(), then.grey.end(), now.grey.begin(), 0.0F) / static_cast<float>(side * side);
  return now.spread > 0 && together >= alike * then.spread * now.spread ? Verdict::the_same : Verdict::another;
}

bool looks_the_same(const Patch& then, const Patch& now) {
  return then.plain() ? now.plain() : compare(then, now) == Verdict::the_same;
}

cv::Rect2f rectangle(const Box& box, float scale) {
  return {box.left * scale, box.top * scale, box.width() * scale, box.height() * scale};
}

}  // namespace

// What one place looked like, lately and now and then.
struct SiteView::Appearance {
  Patch patch;
  camera::FrameTime first{}, last{};
  std::size_t looks = 1, misses = 0;
  bool decides = false;  // it was there for long enough
};
struct SiteView::Place {
  std::vector<Appearance> appearances;  // the one seen last at the end
};

SiteView::SiteView(const SiteRules& rules) : rules_(rules) {}
SiteView::~SiteView() = default;
SiteView::SiteView(SiteView&&) noexcept = default;
SiteView& SiteView::operator=(SiteView&&) noexcept = default;

void SiteView::forget() { places_.clear(); }

bool SiteView::known() const {
  return std::any_of(places_.begin(), places_.end(), [](const Place& place) {
    return std::any_of(place.appearances.begin(), place.appearances.end(), [](const Appearance& seen) { return seen.decides; });
  });
}

void SiteView::learn(const camera::Frame& frame, std::optional<Box> face) {
  Look look = look_at(frame);
  const auto count = static_cast<std::size_t>(look.grid.area());
  if (places_.size() != count || columns_ != look.grid.width) places_ = std::vector<Place>(count);
  columns_ = look.grid.width;
  for (Place& place : places_)
    std::erase_if(place.appearances, [&](const Appearance& old) {
      return frame.captured_at < old.last || frame.captured_at - old.last > rules_.forgotten_after;
    });
  const bool known_before = known();
  const cv::Rect2f person = face ? rectangle(head_of(*face), scale_of(frame)) : cv::Rect2f();
  for (std::size_t i = 0; i < count; ++i) {
    if (face && (place_at(static_cast<int>(i), look.grid) & person).area() > 0) continue;
    learn(places_[i], {std::move(look.patches[i]), frame.captured_at, frame.captured_at}, known_before);
  }
}

void SiteView::learn(Place& place, Appearance now, bool known_before) const {
  const camera::FrameTime at = now.last;
  std::vector<Appearance>& all = place.appearances;
  const auto same = std::find_if(all.begin(), all.end(), [&](const Appearance& old) { return looks_the_same(old.patch, now.patch); });
  if (same != all.end()) {
    // What it looked like at first is kept, so that it cannot change by little and little.
    now = std::exchange(*same, {});
    now.last = at;
    ++now.looks;
    all.erase(same);
  }
  // Sights of a moment are alike by chance now and then.
  std::erase_if(all, [](Appearance& old) { return !old.decides && ++old.misses > old.looks; });
  const bool for_long = now.looks >= rules_.looks && (!known_before || now.last - now.first >= rules_.settle);
  now.decides = now.decides || for_long;
  all.push_back(std::move(now));
  const auto decides = [](const Appearance& seen) { return seen.decides; };
  if (std::count_if(all.begin(), all.end(), decides) > static_cast<std::ptrdiff_t>(rules_.most_appearances))
    all.erase(std::find_if(all.begin(), all.end(), decides));
}

std::optional<SiteSeen> SiteView::look(const camera::Frame& frame, const Box& face) const {
  if (!known()) return std::nullopt;
  const Look now = look_at(frame);
  if (places_.size() != static_cast<std::size_t>(now.grid.area()) || columns_ != now.grid.width) return std::nullopt;
  const cv::Rect2f around = rectangle(surroundings_of(face), scale_of(frame)), head = rectangle(head_of(face), scale_of(frame));
  struct Beside {
    std::size_t places = 0, same = 0;
  } left, above, right;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const cv::Rect2f at = place_at(static_cast<int>(i), now.grid);
    if ((at & around).area() < at.area() / 2 || (at & head).area() > 0) continue;
    std::optional<Verdict> best;
    for (const Appearance& site : places_[i].appearances)
      if (site.decides) best = std::max(best.value_or(Verdict::another), compare(site.patch, now.patches[i]));
    if (!best || *best == Verdict::cannot_tell) continue;
    Beside& beside = at.br().x <= head.x ? left : at.x >= head.br().x ? right : above;
    ++beside.places;
    if (*best == Verdict::the_same) ++beside.same;
  }
  SiteSeen seen;
  std::vector<float> shares;
  for (const Beside& beside : {left, above, right}) {
    seen.places += beside.places;
    if (beside.places >= least_places) shares.push_back(static_cast<float>(beside.same) / static_cast<float>(beside.places));
  }
  if (shares.empty()) return std::nullopt;
  std::sort(shares.begin(), shares.end());
  seen.share = shares[(shares.size() - 1) / 2];
  return seen;
}

}  // namespace sesame::biometric
