#include "biometric/process/gallery_choice.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <stdexcept>

#include "biometric/memory_gallery.hpp"
#include "biometric/store/store_gallery.hpp"

namespace sesame::biometric {
namespace {

// The first line, of a file that nobody but its owner may read.
Secret pin_of_file(const std::string& path) {
  const Secret text = read_secret_file(path);
  const auto end =
      std::ranges::find_if(text.view(), [](std::uint8_t byte) { return byte == '\n' || byte == '\r'; });
  const auto size = static_cast<std::size_t>(end - text.view().begin());
  if (size == 0) throw std::runtime_error(path + ": expected the token's PIN in the first line");
  return Secret(text.view().first(size));
}

std::unique_ptr<MasterKey> open_key(const FaceArguments& arguments) {
  if (!arguments.pkcs11_module.empty()) {
    TokenKey key;
    key.module = arguments.pkcs11_module;
    key.token = arguments.pkcs11_token;
    key.key = arguments.pkcs11_key;
    key.pin = pin_of_file(arguments.pkcs11_pin_file);
    key.create_missing_key =
        !std::filesystem::exists(arguments.store);  // never beside a store that has a key already
    return open_token_key(std::move(key));
  }
  if (arguments.key_file.empty())
    throw std::runtime_error(
        "the store needs a master key: --pkcs11-module, or --key-file with --insecure-key-file");
  const KeyFileUse use = arguments.insecure_key_file ? KeyFileUse::insecure_accepted : KeyFileUse::refused;
  const bool first =
      !std::filesystem::exists(arguments.key_file) && !std::filesystem::exists(arguments.store);
  if (first && arguments.insecure_key_file) create_key_file(arguments.key_file);
  return open_key_file(arguments.key_file, use);
}

}  // namespace

KeptFaces open_faces(const FaceArguments& arguments, const std::string& embedding_id,
                     std::function<std::chrono::sys_seconds()> clock) {
  KeptFaces faces;
  if (arguments.store.empty()) {
    faces.gallery = std::make_unique<MemoryGallery>(std::move(clock), arguments.rules);
    return faces;
  }
  faces.key = open_key(arguments);
  faces.store = std::make_unique<IdentityStore>(
      StoreOptions{arguments.store, std::move(clock), {}, arguments.rules}, *faces.key);
  faces.gallery = std::make_unique<StoreGallery>(*faces.store, embedding_id);
  if (const std::size_t others = faces.store->customers_without(embedding_id); others > 0)
    std::fprintf(stderr,
                 "sesame-face: the templates of %zu customers in %s are of other embedding models than these: "
                 "they are recognised when they are enrolled again\n",
                 others, arguments.store.c_str());
  return faces;
}

}  // namespace sesame::biometric
