#include "biometric/pipeline/site_view.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "biometric/pipeline/network.hpp"

namespace sesame::biometric {
namespace {

constexpr int columns = 320;
constexpr int cell = 10;          // pixels of these columns
constexpr double blur = 1.5;      // so that a camera that trembles by a pixel sees the same
constexpr float structure = 3.5;  // grey levels: a place with less is plain
constexpr float alike = 0.7;      // correlation of one place at two times
constexpr float same_site = 0.9;  // of all places, of two looks at one appearance
constexpr std::size_t least_places = 4;  // of one side

// A frame as it is compared: places of 10 by 10 pixels, each without its light and contrast.
struct Places {
  cv::Size grid;
  cv::Mat grey;                     // 32-bit floats
  std::vector<float> mean, spread;  // of each place

  cv::Rect at(int place) const { return {place % grid.width * cell, place / grid.width * cell, cell, cell}; }
  int count() const { return grid.area(); }
  bool plain(int place) const { return spread[static_cast<std::size_t>(place)] < structure; }
};

float scale_of(const camera::Frame& frame) {
  return static_cast<float>(columns) / static_cast<float>(frame.width);
}

Places places_of(const camera::Frame& frame) {
  Places places;
  cv::Mat grey;
  cv::cvtColor(pixels(frame), grey, cv::COLOR_BGR2GRAY);
  const float scale = scale_of(frame);
  cv::resize(grey, grey, {columns, cvRound(static_cast<float>(frame.height) * scale)}, 0, 0, cv::INTER_AREA);
  grey.convertTo(places.grey, CV_32F);
  cv::GaussianBlur(places.grey, places.grey, {0, 0}, blur);
  places.grid = {places.grey.cols / cell, places.grey.rows / cell};
  for (int place = 0; place < places.count(); ++place) {
    cv::Scalar mean, spread;
    cv::meanStdDev(places.grey(places.at(place)), mean, spread);
    places.mean.push_back(static_cast<float>(mean[0]));
    places.spread.push_back(static_cast<float>(spread[0]));
  }
  return places;
}

enum class Verdict : std::uint8_t { cannot_tell, the_same, another };

Verdict compare(const Places& then, const Places& now, int place) {
  const auto i = static_cast<std::size_t>(place);
  if (then.plain(place)) {
    // Shadows are soft; an edge where there was none is a thing.
    return now.spread[i] >= 2 * structure ? Verdict::another : Verdict::cannot_tell;
  }
  if (now.spread[i] <= 0) return Verdict::another;
  const cv::Mat before = then.grey(then.at(place)) - then.mean[i];
  const cv::Mat after = now.grey(now.at(place)) - now.mean[i];
  const double together = before.dot(after) / (cell * cell);
  return together >= static_cast<double>(alike * then.spread[i] * now.spread[i]) ? Verdict::the_same : Verdict::another;
}

cv::Rect2f rectangle(const Box& box, float scale) {
  return {box.left * scale, box.top * scale, box.width() * scale, box.height() * scale};
}

}  // namespace

struct SiteView::Appearance {
  Places places;
  std::vector<bool> hidden;  // by a person
  camera::FrameTime first{}, last{};
  std::size_t looks = 1;
  bool decides = false;  // it was there for long enough

  bool agrees_with(const Appearance& look) const {
    int told = 0, same = 0;
    for (int place = 0; place < places.count(); ++place) {
      const auto i = static_cast<std::size_t>(place);
      const Verdict verdict = hidden[i] || look.hidden[i] ? Verdict::cannot_tell : compare(places, look.places, place);
      told += verdict == Verdict::cannot_tell ? 0 : 1;
      same += verdict == Verdict::the_same ? 1 : 0;
    }
    return told > 0 && static_cast<float>(same) >= same_site * static_cast<float>(told);
  }
  void show_what_is_hidden(const Appearance& before) {
    for (int place = 0; place < places.count(); ++place) {
      const auto i = static_cast<std::size_t>(place);
      if (!hidden[i] || before.hidden[i]) continue;
      before.places.grey(places.at(place)).copyTo(places.grey(places.at(place)));
      places.mean[i] = before.places.mean[i];
      places.spread[i] = before.places.spread[i];
      hidden[i] = false;
    }
  }
};

SiteView::SiteView(const SiteRules& rules) : rules_(rules) {}
SiteView::~SiteView() = default;
SiteView::SiteView(SiteView&&) noexcept = default;
SiteView& SiteView::operator=(SiteView&&) noexcept = default;

void SiteView::forget() { appearances_.clear(); }

bool SiteView::was_there_long_enough(const Appearance& appearance) const {
  return appearance.looks >= rules_.looks && (!known() || appearance.last - appearance.first >= rules_.settle);
}

bool SiteView::known() const {
  return std::any_of(appearances_.begin(), appearances_.end(), [](const Appearance& site) { return site.decides; });
}

// Looks at one appearance are one, freshened.
void SiteView::learn(const camera::Frame& frame, std::optional<Box> face) {
  const camera::FrameTime now = frame.captured_at;
  Appearance look{places_of(frame), {}, now, now, 1};
  look.hidden.assign(static_cast<std::size_t>(look.places.count()), false);
  if (face) {
    const cv::Rect2f person = rectangle(head_of(*face), scale_of(frame));
    for (int place = 0; place < look.places.count(); ++place)
      look.hidden[static_cast<std::size_t>(place)] = (cv::Rect2f(look.places.at(place)) & person).area() > 0;
  }
  if (!appearances_.empty() && appearances_.front().places.grid != look.places.grid) forget();
  std::erase_if(appearances_, [&](const Appearance& old) { return now < old.last || now - old.last > rules_.forgotten_after; });
  const auto same = std::find_if(appearances_.begin(), appearances_.end(), [&](const Appearance& old) { return old.agrees_with(look); });
  if (same != appearances_.end()) {
    look.show_what_is_hidden(*same);
    look.first = same->first;
    look.looks = same->looks + 1;
    look.decides = same->decides;
    appearances_.erase(same);
  }
  look.decides = look.decides || was_there_long_enough(look);
  appearances_.push_back(std::move(look));
  if (appearances_.size() <= rules_.most_appearances) return;
  const auto passing = std::find_if(appearances_.begin(), appearances_.end(), [](const Appearance& old) { return !old.decides; });
  appearances_.erase(passing == appearances_.end() ? appearances_.begin() : passing);
}

std::optional<SiteSeen> SiteView::look(const camera::Frame& frame, const Box& face) const {
  if (!known()) return std::nullopt;
  const Places now = places_of(frame);
  const cv::Rect2f around = rectangle(surroundings_of(face), scale_of(frame)), person = rectangle(head_of(face), scale_of(frame));
  struct Side {
    std::size_t places = 0, same = 0;
  } left, above, right;
  for (int place = 0; place < now.count(); ++place) {
    const cv::Rect2f at(now.at(place));
    if ((at & around).area() < at.area() / 2 || (at & person).area() > 0) continue;
    Side& side = at.br().x <= person.x ? left : at.x >= person.br().x ? right : above;
    Verdict best = Verdict::cannot_tell;
    for (const Appearance& site : appearances_) {
      if (!site.decides || site.hidden[static_cast<std::size_t>(place)]) continue;
      const Verdict verdict = compare(site.places, now, place);
      if (verdict == Verdict::the_same || best == Verdict::cannot_tell) best = verdict;
      if (best == Verdict::the_same) break;
    }
    if (best == Verdict::cannot_tell) continue;
    ++side.places;
    if (best == Verdict::the_same) ++side.same;
  }
  SiteSeen seen;
  std::vector<float> shares;
  for (const Side& side : {left, above, right}) {
    seen.places += side.places;
    if (side.places >= least_places) shares.push_back(static_cast<float>(side.same) / static_cast<float>(side.places));
  }
  if (shares.empty()) return std::nullopt;
  std::sort(shares.begin(), shares.end());
  seen.share = shares[(shares.size() - 1) / 2];
  return seen;
}

}  // namespace sesame::biometric
