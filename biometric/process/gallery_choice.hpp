// Which gallery the face process works on: in memory, or the sealed store. Owned by main.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "biometric/gallery.hpp"
#include "biometric/process/arguments.hpp"
#include "biometric/store/identity_store.hpp"

namespace sesame::biometric {

// The gallery with all that it stands on.
struct KeptFaces {
  std::unique_ptr<MasterKey> key;        // null for a gallery in memory
  std::unique_ptr<IdentityStore> store;  // likewise
  std::unique_ptr<Gallery> gallery;
};

// Throws std::exception whose text is for people: no key, a store from a newer version, a full disk.
KeptFaces open_faces(const FaceArguments& arguments, const std::string& embedding_id,
                     std::function<std::chrono::sys_seconds()> clock);

}  // namespace sesame::biometric
