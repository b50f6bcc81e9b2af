// MemoryGallery: enrolled faces kept in this process only, for tests and trials. One thread.
#pragma once

#include "biometric/gallery.hpp"

namespace sesame::biometric {

class MemoryGallery final : public Gallery {
 public:
  void enrol(const EnrolmentRecord& record) override;
  std::optional<EnrolmentRecord> find(const Claim& claim) override;
  std::vector<GalleryHit> search(std::span<const float> probe, std::size_t maximum) override;
  bool forget(const std::string& customer_id) override;
  std::size_t size() const override { return records_.size(); }

 private:
  std::vector<EnrolmentRecord> records_;
};

}  // namespace sesame::biometric
