// Text drawn on a picture: camData of the standard's TakePicture (CWA 17852, Camera). Pure function.
#pragma once

#include <string>

#include "camera/frame.hpp"

namespace sesame::camera {

// White on a dark strip at the lower edge; characters outside ASCII are drawn as '?'.
void draw_caption(Frame& frame, const std::string& text);

}  // namespace sesame::camera
