// Capturing: a whole capture on a source of frames, by the clock of its frames. Only the program sesame-evaluate
// links this.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "biometric/pipeline/capture.hpp"
#include "camera/frame_source.hpp"

namespace sesame::evaluation {

// The take from there on, in the time of its frames. Throws camera::SourceError.
std::unique_ptr<camera::FrameSource> open_take(const std::string& path, double at_seconds);

struct Captured {
  biometric::CaptureResult result;
  std::vector<biometric::Observation> probes;  // Capture::probes(); empty unless held
};

// `source` begins at 0. Whoever is before it hears what `motions` are asked for (SimulatedPerson).
Captured capture(biometric::Pipeline& pipeline, camera::FrameSource& source, const biometric::CaptureRequest& request,
                 std::vector<biometric::HeadMotion> motions = {});

}  // namespace sesame::evaluation
