// Which gallery the face process works on: in memory, or the sealed store. Owned by main.
#pragma once

#include <memory>
#include <string>

#include "biometric/gallery.hpp"
#include "biometric/process/arguments.hpp"

namespace sesame::biometric {

// Throws std::exception whose text is for people: no key, a store from a newer version, a full disk.
std::unique_ptr<Gallery> open_gallery(const FaceArguments& arguments, const std::string& embedding_id);

}  // namespace sesame::biometric
