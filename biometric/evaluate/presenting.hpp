// Presenting: each presentation before a capture of its own, in parallel, by the clock of its frames. Only the
// program sesame-evaluate links this.
#pragma once

#include "biometric/evaluate/evaluation.hpp"
#include "biometric/evaluate/presentations.hpp"
#include "biometric/pipeline/capture.hpp"

namespace sesame::evaluation {

struct PresentingOptions {
  biometric::CaptureRequest request;
  bool recorded_only = false;  // nothing is simulated
  bool lamp = false;           // beside the camera; the face must answer it, but for recorded attacks, which none has lit
  bool site = false;           // where it is known, it must be what is beside the face
  std::string site_picture;    // what the camera of all takes and recorded attacks sees while nobody is there
  unsigned jobs = 0;
};

// `each` moments of every take, and of every recorded attack where there are some. Throws DataError.
PresentationReport present_everything(const biometric::ModelSet& models, const Takes& takes,
                                      const std::optional<Takes>& recorded_attacks, unsigned each,
                                      const PresentingOptions& options, const Progress& progress);

}  // namespace sesame::evaluation
