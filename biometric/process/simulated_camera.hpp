// Scenes of a simulated camera, in words: what testers and the demo put before it. Pure functions; throws
// camera::SourceError.
//
//   nobody
//   take PATH [from SECONDS] [through SPECIES [seed N]] [once] [by sensor|recorder]
//   picture PATH [at SECONDS] as SPECIES [seed N]
//
// SPECIES: print, screen, frozen, frozen_noisy. PATH may stand in double quotes. `picture` holds one frame of
// PATH before the camera (or repeats it); `take ... through` is a live take seen through the same transform. A
// sensor has jitter, noise and an exposure that can be commanded; a recorder takes commands and plays on.
#pragma once

#include <memory>
#include <string>

#include "camera/frame_source.hpp"

namespace sesame::biometric {

std::unique_ptr<camera::FrameSource> open_scene(const std::string& words);

}  // namespace sesame::biometric
