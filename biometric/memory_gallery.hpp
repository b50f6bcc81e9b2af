// MemoryGallery: enrolled faces kept in this process only, for tests and trials. One thread.
#pragma once

#include <functional>

#include "biometric/back_off.hpp"
#include "biometric/gallery.hpp"
#include "biometric/privacy_rules.hpp"

namespace sesame::biometric {

class MemoryGallery final : public Gallery {
 public:
  // `clock`: none is the system's. Of `rules` it keeps the one about guardians: nobody is kept for long.
  explicit MemoryGallery(std::function<std::chrono::sys_seconds()> clock = {}, const PrivacyRules& rules = {})
      : clock_(std::move(clock)), rules_(rules) {}

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
  std::size_t size() const override { return held_.size(); }

 private:
  struct Held {
    EnrolmentRecord record;
    CustomerStatus status = CustomerStatus::active;
    FaceAge age;
  };
  std::chrono::sys_seconds now() const;
  Held* held_on(const std::string& customer_id);

  std::function<std::chrono::sys_seconds()> clock_;
  PrivacyRules rules_;
  std::vector<Held> held_;
  BackOffCounters back_off_;
};

}  // namespace sesame::biometric
