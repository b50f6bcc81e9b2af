// StoreGallery: the identity store as the face engine sees it, for one embedding model. Search runs in
// memory, on an index that follows the store: what any process enrolled, suspended or forgot is in effect at
// the next call. Owned by the face process; one thread at a time; calls may block on the disk.
#pragma once

#include <string>
#include <vector>

#include "biometric/gallery.hpp"
#include "biometric/store/identity_store.hpp"
#include "biometric/store/search_index.hpp"

namespace sesame::biometric {

class StoreGallery : public Gallery {
 public:
  // `model`: SHA-256 of the embedding model; enrolments made with others are not seen. `store` outlives this.
  StoreGallery(IdentityStore& store, std::string model);

  // All of them throw StoreError when the store cannot be read or written.
  EnrolledCustomer enrol(const EnrolmentRecord& record) override;
  std::optional<EnrolmentRecord> find(const Claim& claim, Among among = Among::active) override;
  std::vector<GalleryHit> search(std::span<const float> probe, std::size_t maximum) override;
  std::vector<std::string> draw(std::size_t most, std::uint32_t seed) override;
  OtherCustomers compare_with_others(const std::string& customer_id, float least, float alike) override;
  ForgottenCustomer forget(const std::string& customer_id, const std::string& reason,
                           const std::string& by) override;
  bool set_status(const std::string& customer_id, CustomerStatus status) override;
  void note_use(const std::string& customer_id) override;
  std::optional<HeldFace> held(const std::string& customer_id) override;
  std::vector<IdentityLine> identities(const std::string& after, std::size_t maximum) override;
  std::chrono::seconds back_off(const Claim& claim, const std::string& terminal) override;
  void count_failure(const Claim& claim, const std::string& terminal) override;
  void count_success(const Claim& claim, const std::string& terminal) override;
  std::size_t size() const override;

  // Enrolments that the index left out because they do not open: changed or moved since they were sealed.
  const std::vector<std::string>& damaged() const { return damaged_; }

 private:
  void follow();

  IdentityStore& store_;
  std::string model_;
  SearchIndex index_{template_length};
  std::int64_t followed_ = 0;
  std::vector<std::string> damaged_;
};

}  // namespace sesame::biometric
