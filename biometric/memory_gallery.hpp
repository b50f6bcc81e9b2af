// MemoryGallery: enrolled faces kept in this process only, for tests and trials. One thread.
#pragma once

#include <functional>

#include "biometric/back_off.hpp"
#include "biometric/gallery.hpp"

namespace sesame::biometric {

class MemoryGallery final : public Gallery {
 public:
  // `clock`: none is the system's.
  explicit MemoryGallery(std::function<std::chrono::sys_seconds()> clock = {}) : clock_(std::move(clock)) {}

  EnrolledCustomer enrol(const EnrolmentRecord& record) override;
  std::optional<EnrolmentRecord> find(const Claim& claim) override;
  std::vector<GalleryHit> search(std::span<const float> probe, std::size_t maximum) override;
  ForgottenCustomer forget(const std::string& customer_id, const std::string& reason) override;
  bool set_active(const std::string& customer_id, bool active) override;
  std::vector<IdentityLine> identities(const std::string& after, std::size_t maximum) override;
  std::chrono::seconds back_off(const Claim& claim, const std::string& terminal) override;
  void count_failure(const Claim& claim, const std::string& terminal) override;
  void count_success(const Claim& claim, const std::string& terminal) override;
  std::size_t size() const override { return held_.size(); }

 private:
  struct Held {
    EnrolmentRecord record;
    bool active = true;
    std::chrono::sys_seconds created;
  };
  std::chrono::sys_seconds now() const;

  std::function<std::chrono::sys_seconds()> clock_;
  std::vector<Held> held_;
  BackOffCounters back_off_;
};

}  // namespace sesame::biometric
