// Capturing: a whole capture on a source of frames, by the clock of its frames. Only the program sesame-evaluate
// links this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "biometric/pipeline/capture.hpp"
#include "camera/frame_source.hpp"

namespace sesame::evaluation {

// The take from there on, in the time of its frames. Throws camera::SourceError.
std::unique_ptr<camera::FrameSource> open_take(const std::string& path, double at_seconds);

struct CapturingOptions {
  biometric::CaptureRequest request;
  std::vector<biometric::HeadMotion> motions;  // whoever is before the source hears them (SimulatedPerson)
  // The source's lamp is switched at random, by this seed, and the face must answer it.
  std::optional<std::uint32_t> lamp_seed;
};

struct Captured {
  biometric::CaptureResult result;
  std::vector<biometric::Observation> probes;  // Capture::probes(); empty unless held
};

// `source` begins at 0.
Captured capture(biometric::Pipeline& pipeline, camera::FrameSource& source, const CapturingOptions& options);

}  // namespace sesame::evaluation
