// Session capturing: takes become sessions and references, in parallel. Only the program sesame-evaluate links this.
#pragma once

#include "biometric/evaluate/presentations.hpp"
#include "biometric/evaluate/sessions.hpp"
#include "biometric/evaluate/templates.hpp"
#include "biometric/pipeline/pipeline.hpp"

namespace sesame::evaluation {

struct CapturedSessions {
  std::uint64_t captures = 0;
  std::vector<Session> sessions;
  std::vector<SessionReference> references;
};

// `each` moments of every video, as recorded and seen by the camera model. Each take is a reference too: a video by
// its first session as recorded, a picture by itself where the quality gate lets it pass. Throws DataError.
CapturedSessions capture_sessions(const biometric::ModelSet& models, const Takes& takes, unsigned each,
                                  bool natural_motion, unsigned jobs, const Progress& progress);

}  // namespace sesame::evaluation
