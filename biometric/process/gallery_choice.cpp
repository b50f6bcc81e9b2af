#include "biometric/process/gallery_choice.hpp"

#include <stdexcept>

#include "biometric/memory_gallery.hpp"

namespace sesame::biometric {

std::unique_ptr<Gallery> open_gallery(const FaceArguments& arguments, const std::string&) {
  if (!arguments.store.empty()) throw std::runtime_error("this sesame-face was built without the identity store");
  return std::make_unique<MemoryGallery>();
}

}  // namespace sesame::biometric
