// What a camera that stands still sees while nobody is before it, and whether that is what is beside a face. A picture
// brings its own surroundings along: a display or a print hides the hall, one that fills the view hides all of it.
// Remembers small grey pictures in memory, of frames without anybody; nothing is stored. One thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "biometric/pipeline/geometry.hpp"
#include "camera/frame.hpp"

namespace sesame::biometric {

struct SiteRules {
  // A hall changes: lamps, doors, chairs. What is new somewhere decides once it has been there for so long, in so many looks: who
  // puts something there to be learned must wait in view of everybody. As long as nothing decides, looks are enough.
  std::chrono::milliseconds settle{std::chrono::minutes(10)};
  std::size_t looks = 3;
  std::chrono::milliseconds forgotten_after{std::chrono::hours(24)};
  std::size_t most_appearances = 6;  // of one place: light of day and night, an open door and a closed one
};

struct SiteSeen {
  std::size_t places = 0;  // beside and above the head that can tell
  // Where the site is seen, of these: to the left, to the right, and above each have a share, and this is the middle one.
  // So somebody else may stand on one side; of two sides that can tell it is the lower.
  float share = 0;
};

class SiteView {
 public:
  explicit SiteView(const SiteRules& rules = {});
  ~SiteView();
  SiteView(SiteView&&) noexcept;
  SiteView& operator=(SiteView&&) noexcept;

  // A frame with nobody in it, or with one person where that box of their face is (then what is the person's is left
  // out). In the order of their time.
  void learn(const camera::Frame& frame, std::optional<Box> face = {});
  // Whether it was seen often enough to be compared with.
  bool known() const;
  // Empty while the site is not known, and where too little of it is beside the face or has anything to hold on to.
  std::optional<SiteSeen> look(const camera::Frame& frame, const Box& face) const;
  // Another camera, or another place.
  void forget();

 private:
  struct Appearance;
  struct Place;
  void learn(Place& place, Appearance now, bool known_before) const;

  SiteRules rules_;
  std::vector<Place> places_;  // row by row
  int columns_ = 0;            // of them
};

}  // namespace sesame::biometric
