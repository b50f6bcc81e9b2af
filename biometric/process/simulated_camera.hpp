// Scenes of a simulated camera, in words: what testers and the demo put before it. Pure functions; throws
// camera::SourceError.
//
//   nobody
//   take PATH [from SECONDS] [turning | through camera|noise | as screen_video|video_on_stand] [seed N]
//        [once] [lamp] [by sensor|recorder]
//   picture PATH [at SECONDS] as SPECIES [seed N] [lamp]
//
// SPECIES: flat_print, bent_print, cut_out, screen_still, print_on_stand, screen_on_stand, frozen,
// frozen_noisy. PATH may stand in double quotes. `picture` holds one frame of PATH before the camera (or
// repeats it), `as screen_video` the take itself. `take ... through` is a live take seen by the camera that
// attacks are seen by, or with the noise of frozen_noisy; `turning` one that follows when a head movement is
// asked for (turning_customer.hpp). A sensor has jitter, noise and an exposure that can be commanded; a
// recorder takes commands and plays on. `lamp`: beside the camera is one that lights what is before it
// (simulated_lamp.hpp), but for a recorder's.
#pragma once

#include <memory>
#include <string>

#include "biometric/pipeline/pipeline.hpp"
#include "camera/frame_source.hpp"

namespace sesame::biometric {

// `pipeline` is for scenes that turn or are lit; without one they are refused.
std::unique_ptr<camera::FrameSource> open_scene(const std::string& words, Pipeline* pipeline = nullptr);

}  // namespace sesame::biometric
