#include "biometric/process/gallery_choice.hpp"

#include <cstdio>
#include <filesystem>

#include "biometric/memory_gallery.hpp"
#include "biometric/store/store_gallery.hpp"

namespace sesame::biometric {
KeptFaces open_faces(const FaceArguments& arguments, const std::string& embedding_id,
                     std::function<std::chrono::sys_seconds()> clock) {
  KeptFaces faces;
  if (arguments.store.empty()) {
    faces.gallery = std::make_unique<MemoryGallery>(std::move(clock), arguments.rules);
    return faces;
  }
  // Never beside a store, which has a key already.
  const bool first = !std::filesystem::exists(arguments.store);
  faces.key = open_key(arguments.key, first ? MissingKey::made : MissingKey::refused);
  faces.store = std::make_unique<IdentityStore>(
      StoreOptions{arguments.store, std::move(clock), {}, arguments.rules}, *faces.key);
  faces.gallery = std::make_unique<StoreGallery>(*faces.store, embedding_id);
  if (const std::size_t others = faces.store->customers_without(embedding_id); others > 0)
    std::fprintf(
        stderr,
        "sesame-face: the templates of %zu customers in %s are of other embedding models than these: "
        "they are recognised when they are enrolled again\n",
        others, arguments.store.c_str());
  return faces;
}

}  // namespace sesame::biometric
