// Known site: what a pipeline is taught of the place before a take is captured. Only the program sesame-evaluate links
// this.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "biometric/pipeline/pipeline.hpp"
#include "camera/replay.hpp"

namespace sesame::evaluation {

struct Sight {
  camera::FramePtr frame;
  std::optional<biometric::Box> face;  // of whoever hides a part of it
};
using KnownSite = std::vector<Sight>;

// Of a take whose camera stood still: what is beside the person, at moments of it that lie outside of `seconds` from
// `at_seconds` on. Seen through `change`, if any. Throws camera::SourceError.
KnownSite site_of_take(biometric::Pipeline& pipeline, const std::string& path, double at_seconds, double seconds,
                       const camera::FrameChange& change = {});

void teach(biometric::Pipeline& pipeline, const KnownSite& site);

// What is taught counts at once.
inline biometric::SiteRules rules_for_known_sites() { return {.settle = {}, .looks = 1, .most_appearances = 40}; }

}  // namespace sesame::evaluation
