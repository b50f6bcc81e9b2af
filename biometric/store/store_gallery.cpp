#include "biometric/store/store_gallery.hpp"

#include <algorithm>
#include <utility>

namespace sesame::biometric {

namespace {

ConsentRecord to_record(const EnrolmentRecord& record) {
  const Consent& consent = record.consent;
  // What the engine does not ask for: this gallery serves one purpose, and the customer stands in front of
  // it.
  const auto or_else = [](const std::string& given, const std::string& other) {
    return given.empty() ? other : given;
  };
  const auto language = record.attributes.find("language");
  return {or_else(consent.purpose, "face login"),
          consent.text_version,
          or_else(consent.language, language == record.attributes.end() ? "und" : language->second),
          consent.given_at,
          or_else(consent.given_by, "customer"),
          consent.reference,
          consent.gaze_start};
}

}  // namespace

StoreGallery::StoreGallery(IdentityStore& store, std::string model)
    : store_(store), model_(std::move(model)) {
  follow();
}

EnrolledCustomer StoreGallery::enrol(const EnrolmentRecord& record) {
  if (record.model != model_)
    throw GalleryRefusal("customer " + record.customer_id + " is not enrolled: another model");
  EnrolmentRequest request{record.customer_id, record.issuer,     to_record(record),
                           record.claims,      record.attributes, record.model,
                           record.captures,    record.reference,  {}};
  // One that is taken stays taken: the second time there is none to give.
  request.allot_token = [pan = record.token_pan]() mutable { return std::exchange(pan, std::string()); };
  try {
    return {store_.enrol(request).token_pan, record.captures};
  } catch (const StoreError& error) {
    if (error.trouble() == StoreTrouble::token_taken) throw TokenTaken(error.what());
    if (error.trouble() != StoreTrouble::refused && error.trouble() != StoreTrouble::no_consent) throw;
    throw GalleryRefusal(error.what());
  }
}

std::optional<EnrolmentRecord> StoreGallery::find(const Claim& claim) {
  // The claim "customer" is the id itself (gallery.hpp); either way opens as much.
  const std::optional<StoredIdentity> found =
      claim.kind == "customer" ? store_.find_customer(claim.value, model_) : store_.find(claim, model_);
  if (!found) return std::nullopt;
  EnrolmentRecord record;
  record.customer_id = found->customer;
  record.issuer = found->issuer;
  record.claims = {claim};
  record.consent.reference = found->consent.reference;
  record.consent.text_version = found->consent.text_version;
  record.consent.given_at = found->consent.given_at;
  record.consent.gaze_start = found->consent.gaze_start;
  record.consent.purpose = found->consent.purpose;
  record.consent.language = found->consent.language;
  record.consent.given_by = found->consent.given_by;
  record.token_pan = found->token_pan;
  record.attributes = found->attributes;
  record.model = found->model;
  record.reference.assign(found->floats().begin(), found->floats().end());
  return record;
}

void StoreGallery::follow() {
  if (followed_ != 0 && store_.change() == followed_) return;
  // Left at what it was if reading stops half-way: then it is all read again, and adding replaces.
  followed_ = store_.changes(
      followed_, model_,
      [this](IdentityStore::Change change) {
        index_.remove(change.customer);
        for (const auto& face : change.templates) {
          const std::span<const float> values(reinterpret_cast<const float*>(face.values.view().data()),
                                              face.values.size() / sizeof(float));
          if (values.size() == template_length) index_.add(change.customer, values);
        }
      },
      [this](const std::string& enrolment) {
        if (std::ranges::find(damaged_, enrolment) == damaged_.end()) damaged_.push_back(enrolment);
      });
}

std::vector<GalleryHit> StoreGallery::search(std::span<const float> probe, std::size_t maximum) {
  Secret moved;
  // Once more if the gallery was renewed between the index and the probe.
  do {
    follow();
    moved = Secret(ByteView(reinterpret_cast<const std::uint8_t*>(probe.data()), probe.size_bytes()));
    store_.to_gallery_space({reinterpret_cast<float*>(moved.bytes().data()), probe.size()});
  } while (store_.change() != followed_);
  const std::span<const float> values(reinterpret_cast<const float*>(moved.view().data()), probe.size());
  std::vector<GalleryHit> hits;
  for (const SearchIndex::Hit& hit : index_.search(values, maximum))
    hits.push_back({hit.customer, hit.cosine});
  return hits;
}

ForgottenCustomer StoreGallery::forget(const std::string& customer_id, const std::string& reason) {
  ForgottenCustomer gone;
  try {
    const Forgotten forgotten =
        store_.forget(customer_id, reason.empty() ? "asked through the gallery" : reason);
    gone.known = true;
    for (const Receipt& receipt : forgotten.receipts) gone.receipts.push_back(receipt.number);
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::unknown_customer) throw;
  }
  follow();
  return gone;
}

bool StoreGallery::set_active(const std::string& customer_id, bool active) {
  try {
    store_.set_status(customer_id, active ? CustomerStatus::active : CustomerStatus::suspended);
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::unknown_customer) throw;
    return false;
  }
  follow();
  return true;
}

std::vector<IdentityLine> StoreGallery::identities(const std::string& after, std::size_t maximum) {
  std::vector<IdentityLine> lines;
  for (const IdentitySummary& summary : store_.identities(after, maximum))
    lines.push_back({summary.customer, summary.issuer, summary.status == CustomerStatus::active,
                     rfc3339(summary.created), summary.claim_kinds,
                     static_cast<std::uint32_t>(summary.enrolments)});
  return lines;
}

std::chrono::seconds StoreGallery::back_off(const Claim& claim, const std::string& terminal) {
  const BackOff wait = store_.back_off(claim, terminal);
  return std::max(wait.until - store_.now(), std::chrono::seconds(0));
}
void StoreGallery::count_failure(const Claim& claim, const std::string& terminal) {
  store_.count_failure(claim, terminal);
}
void StoreGallery::count_success(const Claim& claim, const std::string& terminal) {
  store_.count_success(claim, terminal);
}

std::size_t StoreGallery::size() const { return store_.enrolments(model_); }

}  // namespace sesame::biometric
