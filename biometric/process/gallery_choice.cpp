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

// The gallery with all that it stands on.
class SealedGallery final : public Gallery {
 public:
  SealedGallery(const FaceArguments& arguments, const std::string& embedding_id)
      : key_(open_key(arguments)),
        store_(StoreOptions{arguments.store, {}, {}}, *key_),
        gallery_(store_, embedding_id) {
    if (const std::size_t others = store_.customers_without(embedding_id); others > 0)
      std::fprintf(stderr,
                   "sesame-face: the templates of %zu customers in %s are of other embedding models than "
                   "these: they are recognised when they are enrolled again\n",
                   others, arguments.store.c_str());
  }

  EnrolledCustomer enrol(const EnrolmentRecord& record) override { return gallery_.enrol(record); }
  std::optional<EnrolmentRecord> find(const Claim& claim) override { return gallery_.find(claim); }
  std::vector<GalleryHit> search(std::span<const float> probe, std::size_t maximum) override {
    return gallery_.search(probe, maximum);
  }
  ForgottenCustomer forget(const std::string& customer_id, const std::string& reason) override {
    return gallery_.forget(customer_id, reason);
  }
  bool set_active(const std::string& customer_id, bool active) override {
    return gallery_.set_active(customer_id, active);
  }
  std::vector<IdentityLine> identities(const std::string& after, std::size_t maximum) override {
    return gallery_.identities(after, maximum);
  }
  std::chrono::seconds back_off(const Claim& claim, const std::string& terminal) override {
    return gallery_.back_off(claim, terminal);
  }
  void count_failure(const Claim& claim, const std::string& terminal) override {
    gallery_.count_failure(claim, terminal);
  }
  void count_success(const Claim& claim, const std::string& terminal) override {
    gallery_.count_success(claim, terminal);
  }
  std::size_t size() const override { return gallery_.size(); }

 private:
  std::unique_ptr<MasterKey> key_;
  IdentityStore store_;
  StoreGallery gallery_;
};

}  // namespace

std::unique_ptr<Gallery> open_gallery(const FaceArguments& arguments, const std::string& embedding_id) {
  if (arguments.store.empty()) return std::make_unique<MemoryGallery>();
  return std::make_unique<SealedGallery>(arguments, embedding_id);
}

}  // namespace sesame::biometric
