// Presentation attacks as fixed transforms of frames, to try the engine with (ISO/IEC 30107-3: attack
// species). The same transform on a live take is the control: what it lets through tells whether the attack
// is refused or only the transform. Deterministic for a seed; value types; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "camera/replay.hpp"

namespace sesame::biometric {

enum class AttackSpecies {
  print,         // a photograph on paper, held in a hand
  screen,        // a telephone's or tablet's screen, held in a hand
  frozen,        // a virtual camera that repeats one frame
  frozen_noisy,  // the same with sensor noise laid over it
};

// A frame as a camera sees it when it is shown on paper or on a screen: ink or pixel grid, perspective of a
// hand that is never quite still, blur, glare, sensor noise.
class Recapture {
 public:
  Recapture(AttackSpecies species, std::uint32_t seed);
  camera::Frame operator()(const camera::Frame& shown);

 private:
  AttackSpecies species_;
  std::uint32_t seed_;
  std::uint64_t shown_frames_ = 0;
  std::vector<float> phases_;
};

// The species with one picture as its artefact: `picture` is printed, shown or repeated for ever.
std::unique_ptr<camera::FrameSource> attack_with_picture(AttackSpecies species, camera::Frame picture,
                                                         std::uint32_t seed, double frames_per_second = 25);

// The control: a live take seen through the species' transform (print and screen; frozen leaves it as it is,
// frozen_noisy adds its noise).
std::unique_ptr<camera::FrameSource> live_take_through(AttackSpecies species,
                                                       std::unique_ptr<camera::FrameSource> take,
                                                       std::uint32_t seed);

}  // namespace sesame::biometric
