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

EnrolledCustomer MemoryGallery::enrol(const EnrolmentRecord& record) {
  if (record.customer_id.empty()) throw GalleryRefusal("an enrolment needs a customer id");
  if (record.consent.reference.empty())
    throw GalleryRefusal("an enrolment needs a consent record: where the customer's agreement is kept");
  const std::string lacks =
      guardian_lacks(rules_, record.consent.age, record.consent.given_by, record.consent.guardian);
  if (!lacks.empty()) throw GalleryRefusal("customer " + record.customer_id + " is not enrolled: " + lacks);
  if (record.reference.size() != template_length)
    throw GalleryRefusal("an enrolment needs a template of " + std::to_string(template_length) + " values");
  for (const Held& other : held_) {
    if (other.record.customer_id == record.customer_id)
      throw GalleryRefusal("this customer is already enrolled");
    if (!record.token_pan.empty() && other.record.token_pan == record.token_pan)
      throw TokenTaken("another customer has this token");
    for (const Claim& claim : record.claims)
      if (has_claim(other.record, claim))
        throw GalleryRefusal("another customer has this claim (" + claim.kind + ")");
  }
  held_.push_back({record, CustomerStatus::active, {now(), std::nullopt}});
  return {record.token_pan, record.captures};
}

std::chrono::sys_seconds MemoryGallery::now() const {
  return clock_ ? clock_() : std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

MemoryGallery::Held* MemoryGallery::held_on(const std::string& customer_id) {
  const auto found = std::find_if(held_.begin(), held_.end(),
                                  [&](const Held& held) { return held.record.customer_id == customer_id; });
  return found == held_.end() ? nullptr : &*found;
}

std::optional<EnrolmentRecord> MemoryGallery::find(const Claim& claim, Among among) {
  // Looks at every row whether or not it has found one: an unknown claim takes as long as a known one.
  const EnrolmentRecord* found = nullptr;
  for (const Held& held : held_)
    if (has_claim(held.record, claim) && (held.status == CustomerStatus::active || among == Among::everybody))
      found = &held.record;
  if (found == nullptr) return std::nullopt;
  return *found;
}

std::vector<GalleryHit> MemoryGallery::search(std::span<const float> probe, std::size_t maximum) {
  std::vector<GalleryHit> hits;
  hits.reserve(held_.size());
  for (const Held& held : held_) {
    const Template& reference = held.record.reference;
    const float cosine = std::inner_product(probe.begin(), probe.end(), reference.begin(), 0.0F);
    if (held.status == CustomerStatus::active) hits.push_back({held.record.customer_id, cosine});
  }
  std::sort(hits.begin(), hits.end(),
            [](const GalleryHit& a, const GalleryHit& b) { return a.cosine > b.cosine; });
  if (hits.size() > maximum) hits.resize(maximum);
  return hits;
}

std::vector<std::string> MemoryGallery::draw(std::size_t most, std::uint32_t seed) {
  std::vector<std::string> names;
  for (const Held& held : held_)
    if (held.status == CustomerStatus::active) names.push_back(held.record.customer_id);
  return draw_names(std::move(names), most, seed);
}

OtherCustomers MemoryGallery::compare_with_others(const std::string& customer_id, float least, float alike) {
  OtherCustomers others;
  const Held* const held = held_on(customer_id);
  if (held == nullptr || held->status != CustomerStatus::active) return others;
  for (const GalleryHit& hit : search(held->record.reference, held_.size())) {
    if (hit.customer_id == customer_id) continue;
    ++others.comparisons;
    if (hit.cosine >= least) others.scores.push_back(hit.cosine);
    if (hit.cosine >= alike) others.alike.push_back(hit);
  }
  return others;
}

ForgottenCustomer MemoryGallery::forget(const std::string& customer_id, const std::string&,
                                        const std::string&) {
  return {std::erase_if(held_, [&](const Held& held) { return held.record.customer_id == customer_id; }) > 0,
          {}};
}

bool MemoryGallery::set_status(const std::string& customer_id, CustomerStatus status) {
  Held* const held = held_on(customer_id);
  if (held != nullptr) held->status = status;
  return held != nullptr;
}

void MemoryGallery::note_use(const std::string& customer_id) {
  Held* const held = held_on(customer_id);
  if (held != nullptr) held->age.last_used = std::chrono::floor<std::chrono::days>(now());
}

std::optional<HeldFace> MemoryGallery::held(const std::string& customer_id) {
  const Held* const held = held_on(customer_id);
  if (held == nullptr) return std::nullopt;
  return HeldFace{
      held->status, day_of(held->age.enrolled),   held->age.last_used ? day_of(*held->age.last_used) : "",
      "",           held->record.consent.purpose, held->record.consent.text_version,
      false};
}

std::vector<IdentityLine> MemoryGallery::identities(const std::string& after, std::size_t maximum) {
  std::vector<IdentityLine> lines;
  for (const Held& held : held_) {
    if (held.record.customer_id <= after) continue;
    IdentityLine line{
        held.record.customer_id, held.record.issuer, held.status, rfc3339(held.age.enrolled), {}, 1};
    if (held.age.last_used) line.last_used = day_of(*held.age.last_used);
    for (const Claim& claim : held.record.claims) line.claim_kinds.push_back(claim.kind);
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end(),
            [](const IdentityLine& a, const IdentityLine& b) { return a.customer_id < b.customer_id; });
  if (lines.size() > maximum) lines.resize(maximum);
  return lines;
}

std::chrono::seconds MemoryGallery::back_off(const Claim& claim, const std::string& terminal) {
  const auto time = now();
  return back_off_.until(claim, terminal, time) - time;
}
void MemoryGallery::count_failure(const Claim& claim, const std::string& terminal) {
  back_off_.count_failure(claim, terminal, now());
}
void MemoryGallery::count_success(const Claim& claim, const std::string& terminal) {
  back_off_.count_success(claim, terminal);
}

}  // namespace sesame::biometric
