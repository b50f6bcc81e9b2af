#include "biometric/memory_gallery.hpp"

#include <algorithm>
#include <numeric>

namespace sesame::biometric {
namespace {

bool has_claim(const EnrolmentRecord& record, const Claim& claim) {
  if (claim.kind == "customer") return record.customer_id == claim.value;
  return std::any_of(record.claims.begin(), record.claims.end(),
                     [&](const Claim& own) { return own.kind == claim.kind && own.value == claim.value; });
}

}  // namespace

void MemoryGallery::enrol(const EnrolmentRecord& record) {
  if (record.customer_id.empty()) throw GalleryRefusal("an enrolment needs a customer id");
  if (record.consent.reference.empty())
    throw GalleryRefusal("an enrolment needs a consent record: where the customer's agreement is kept");
  if (record.reference.size() != template_length)
    throw GalleryRefusal("an enrolment needs a template of 512 values");
  for (const EnrolmentRecord& other : records_) {
    if (other.customer_id == record.customer_id) throw GalleryRefusal("this customer is already enrolled");
    for (const Claim& claim : record.claims)
      if (has_claim(other, claim))
        throw GalleryRefusal("another customer has this claim (" + claim.kind + ")");
  }
  records_.push_back(record);
}

std::optional<EnrolmentRecord> MemoryGallery::find(const Claim& claim) {
  // Looks at every row whether or not it has found one: an unknown claim takes as long as a known one.
  const EnrolmentRecord* found = nullptr;
  for (const EnrolmentRecord& record : records_)
    if (has_claim(record, claim)) found = &record;
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::vector<GalleryHit> MemoryGallery::search(std::span<const float> probe, std::size_t maximum) {
  std::vector<GalleryHit> hits;
  hits.reserve(records_.size());
  for (const EnrolmentRecord& record : records_) {
    const float cosine = std::inner_product(probe.begin(), probe.end(), record.reference.begin(), 0.0F);
    hits.push_back({record.customer_id, cosine});
  }
  std::sort(hits.begin(), hits.end(),
            [](const GalleryHit& a, const GalleryHit& b) { return a.cosine > b.cosine; });
  if (hits.size() > maximum) hits.resize(maximum);
  return hits;
}

bool MemoryGallery::forget(const std::string& customer_id) {
  return std::erase_if(records_, [&](const EnrolmentRecord& r) { return r.customer_id == customer_id; }) > 0;
}

}  // namespace sesame::biometric
