// Capturing: a whole capture on a source of frames, by the clock of its frames. Only the program sesame-evaluate
// links this.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "biometric/evaluate/known_site.hpp"
#include "biometric/pipeline/capture.hpp"
#include "camera/frame_source.hpp"

namespace sesame::evaluation {

// A display may show a video again and again; whoever was filmed is there once, and frames that come again are refused.
enum class AtItsEnd { stops, begins_again };
// The take from there on, in the time of its frames; nullptr when it ends before. Throws camera::SourceError.
std::unique_ptr<camera::FrameSource> open_take(const std::string& path, double at_seconds, AtItsEnd end);

struct CapturingOptions {
  biometric::CaptureRequest request;
  std::vector<biometric::HeadMotion> motions;  // whoever is before the source hears them (SimulatedPerson)
  // The source's lamp is switched at random, by this seed, and the face must answer it.
  std::optional<std::uint32_t> lamp_seed;
  KnownSite site;  // what is beside the face must be this, where it can be told
};

struct Captured {
  biometric::CaptureResult result;
  std::vector<biometric::Observation> probes;  // Capture::probes(); empty unless held
  bool too_short = false;                      // the take ended before anything was decided
};

// `source` begins at 0.
Captured capture(biometric::Pipeline& pipeline, camera::FrameSource& source, const CapturingOptions& options);

}  // namespace sesame::evaluation
