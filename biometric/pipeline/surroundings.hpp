// Whether what is beside a face moves, and whether the face moves against it. A machine's camera stands still, and
// so does the hall behind a customer, who never quite does; the wall in a picture sways with the hand that holds the
// picture, and on a stand neither moves. Fed with frames in the order of their time;
// remembers those of the last moments. One thread.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "biometric/pipeline/geometry.hpp"
#include "camera/frame.hpp"

namespace sesame::biometric {

struct SurroundingsMotion {
  std::size_t points = 0;  // corners beside and above the head that were found again
  // How far all of them went together within 0.35 to 0.8 s (the medians of both directions: what single ones
  // are misplaced by goes every way), in pixels of a frame of 400 columns.
  float shift = 0;
  // How far the face went from where the surroundings would have taken it, in the same pixels; 0 when the face was
  // not found again.
  float face_shift = 0;
};

class Surroundings {
 public:
  Surroundings();
  ~Surroundings();
  // Empty while too little time has passed, where hardly anything beside the face can be found again (a plain
  // wall), or where no frame of the time was lit as this one is (see expect_lamp).
  std::optional<SurroundingsMotion> look(const camera::Frame& frame, const Box& face);
  // Another camera or take: what was seen before is not comparable.
  void forget();
  // Only frames that are lit alike are compared: a lamp beside the camera may be switched between them. Not otherwise,
  // for whoever holds a picture can change the light on it.
  void expect_lamp(bool expected) { lamp_expected_ = expected; }

 private:
  struct Seen;
  std::deque<Seen> seen_;
  bool lamp_expected_ = false;
};

}  // namespace sesame::biometric
