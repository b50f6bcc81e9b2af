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
          consent.gaze_start,
          consent.age,
          consent.guardian};
}

// The text is for a list of many.
constexpr std::size_t longest_trouble = 1000;

std::string day_or_nothing(const std::optional<Time>& time) { return time ? day_of(*time) : ""; }

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

std::optional<EnrolmentRecord> StoreGallery::find(const Claim& claim, Among among) {
  // The claim "customer" is the id itself (gallery.hpp); either way opens as much.
  const std::optional<StoredIdentity> found = claim.kind == "customer"
                                                  ? store_.find_customer(claim.value, model_, among)
                                                  : store_.find(claim, model_, among);
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
  record.consent.age = found->consent.age;
  record.consent.guardian = found->consent.guardian;
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
  follow();
  Secret moved(ByteView(reinterpret_cast<const std::uint8_t*>(probe.data()), probe.size_bytes()));
  store_.to_index_space({reinterpret_cast<float*>(moved.bytes().data()), probe.size()});
  const std::span<const float> values(reinterpret_cast<const float*>(moved.view().data()), probe.size());
  std::vector<GalleryHit> hits;
  for (const SearchIndex::Hit& hit : index_.search(values, maximum))
    hits.push_back({hit.customer, hit.cosine});
  return hits;
}

std::vector<std::string> StoreGallery::draw(std::size_t most, std::uint32_t seed) {
  follow();
  return draw_names(index_.customers(), most, seed);
}

OtherCustomers StoreGallery::compare_with_others(const std::string& customer_id, float least, float alike) {
  follow();
  OtherCustomers others;
  const auto rows = index_.rows_of(customer_id);
  for (const std::span<const float> row : rows) {
    others.comparisons += index_.size() - rows.size();
    index_.for_each_from(row, least, [&](const std::string& customer, float cosine) {
      if (customer == customer_id) return;
      others.scores.push_back(cosine);
      if (cosine >= alike) others.alike.push_back({customer, cosine});
    });
  }
  return others;
}

ForgottenCustomer StoreGallery::forget(const std::string& customer_id, const std::string& reason,
                                       const std::string& by) {
  ForgottenCustomer gone;
  try {
    const Forgotten forgotten =
        store_.forget(customer_id, reason.empty() ? "asked through the gallery" : reason, by);
    gone.known = true;
    for (const Receipt& receipt : forgotten.receipts) gone.receipts.push_back(to_deletion_receipt(receipt));
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::unknown_customer) throw;
  }
  follow();
  return gone;
}

bool StoreGallery::set_status(const std::string& customer_id, CustomerStatus status) {
  try {
    store_.set_status(customer_id, status);
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::unknown_customer) throw;
    return false;
  }
  follow();
  return true;
}

// Who was recognised is not sent away because a day could not be written: the disk is full, or its lock
// taken.
void StoreGallery::note_use(const std::string& customer_id) {
  try {
    store_.note_use(customer_id);
  } catch (const StoreError&) {
  }
}

std::optional<HeldFace> StoreGallery::held(const std::string& customer_id) {
  try {
    const HeldOnPerson held = store_.held_on(customer_id);
    HeldFace face{held.status,
                  day_of(held.age.enrolled),
                  day_or_nothing(held.age.last_used),
                  day_or_nothing(held.deletion_due),
                  "",
                  "",
                  held.enrol_again};
    for (const auto& [id, consent] : held.consents) {
      if (held.enrolments.empty() || id != held.enrolments.back().consent) continue;
      face.purpose = consent.purpose;
      face.text_version = consent.text_version;
    }
    return face;
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::unknown_customer) throw;
  }
  return std::nullopt;
}

std::vector<IdentityLine> StoreGallery::identities(const std::string& after, std::size_t maximum) {
  std::vector<IdentityLine> lines;
  const PrivacyRules& rules = store_.rules();
  for (const IdentitySummary& summary : store_.identities(after, maximum)) {
    const bool sure = summary.damaged.empty();
    lines.push_back({summary.customer, summary.issuer, summary.status, rfc3339(summary.created),
                     summary.claim_kinds, static_cast<std::uint32_t>(summary.enrolments),
                     sure ? day_or_nothing(summary.age.last_used) : "",
                     sure && asks_for_enrolment(rules, summary.age, store_.now()),
                     sure ? day_or_nothing(deletion_due(rules, summary.age)) : "",
                     summary.damaged.substr(0, longest_trouble)});
  }
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
