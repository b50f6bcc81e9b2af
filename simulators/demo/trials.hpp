// Photographs and frozen frames before the camera, many times, and live takes seen by the same camera: what each check
// lets through, whatever the number (ISO/IEC 30107-3: attack presentations by species, and bona fide presentations). The
// trials use a capture context of their own in the engine that serves the session.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "simulators/demo/face_side.hpp"

namespace sesame::simulators {

struct TrialSet {
  std::string name;      // for people
  std::string shown_as;  // an attack species, or what a live take is seen through: camera, noise
  bool live = false;     // the control
};

/// How many came how far. The checks come one after the other, each sees what the one before let through.
struct TrialCounts {
  int shown = 0, usable = 0, past_temporal = 0, past_pad = 0, past_motion = 0, matched = 0;
};

spi::Task<Finding> run_trials(FaceSide& faces, TrialSet set, int count);

}  // namespace sesame::simulators
