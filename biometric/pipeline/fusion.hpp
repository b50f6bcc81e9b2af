// Fusion: several looks at one face made one template, and looks at somebody else told apart from them. Pure
// functions; value types; no OpenCV, so that error rates of fused templates are measured as the engine fuses.
#pragma once

#include <vector>

#include "biometric/gallery.hpp"
#include "biometric/pipeline/calibration.hpp"

namespace sesame::biometric {

// The similarity of two templates of unit length; -1 where their lengths differ.
double cosine(const Template& a, const Template& b);
// Overwrites, then empties.
void wipe(Template& values);

Template of_unit_length(Template values);

// The direction between several looks at one face, each of unit length; at least one. The less the looks agree,
// the shorter it is: a fused template is nearer to strangers too, and by its length its scores are worth what
// scores of single looks are worth, so that one calibration holds for both (docs/decisions.md).
Template fuse(const std::vector<Template>& looks);

// What a look has to do with the face that most looks show.
enum class Belonging { same_face, unlike_the_others, somebody_else };

struct OneFace {
  Template face;                 // empty: no face is on more than half of the looks
  std::vector<Belonging> looks;  // of each look
  std::size_t agreeing = 0;      // looks of the same face
};

// Looks belong together when they match the fusion of the others at a false match rate of 1e-4, or at the
// calibration's strictest if that is looser; a look that does not even match at its loosest is somebody
// else's. Of a single look nothing can be said: it is the face.
OneFace fuse_one_face(const std::vector<Template>& looks, const Calibration& calibration);

// Whether a capture's looks, in the order of their time, leave a probe: whoever is seen at the end must be who was
// seen at first.
bool begins_and_ends_with_it(const OneFace& one);

}  // namespace sesame::biometric
