// Gallery: where enrolled faces are kept and searched, as the face engine sees it. The store (sealed, on
// disk) and the in-memory gallery implement it; the face process owns one. Called from one thread; calls may
// block on the disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace sesame::biometric {

// The comparison vector of one face: `template_length` floats of unit length, in the space of one embedding
// model. Sensitive: never logged, never put in an exception text.
inline constexpr std::size_t template_length = 512;
using Template = std::vector<float>;

// What a customer says to be found: kind is the profile's word ("customer", "phone", "id", "passcode", "qr").
struct Claim {
  std::string kind;
  std::string value;
};

// Proof that the customer agreed: an enrolment without it is refused.
struct Consent {
  std::string reference;     // where the signed text is kept
  std::string text_version;  // which wording was agreed to, "en-2"
  std::string given_at;      // RFC 3339
  bool gaze_start = false;   // agreed that a session may start on gaze (closed places only)
  std::string purpose{};     // "face login" when empty
  std::string language{};    // of the wording, BCP 47; the customer's when empty
  std::string given_by{};    // "customer" when empty; "guardian"
};

// One enrolled customer. `token_pan` is allotted by the issuer at enrolment and stays.
struct EnrolmentRecord {
  std::string customer_id;
  std::string issuer;
  std::vector<Claim> claims;
  Consent consent;
  std::string token_pan;
  std::map<std::string, std::string> attributes;  // language, display name, ...: small, never biometric
  std::string model;                              // SHA-256 of the embedding model that made the template
  Template reference;
  std::uint32_t captures = 1;  // pictures that made it
};

// One row found by search: who, and the cosine with the probe. Stays inside the face process.
struct GalleryHit {
  std::string customer_id;
  float cosine = 0;
};

// An enrolment that the gallery does not take: duplicate claim, no consent, full, another model. Text for
// people.
struct GalleryRefusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Gallery {
 public:
  virtual ~Gallery() = default;

  // Adds a customer, all or nothing. Throws GalleryRefusal.
  virtual void enrol(const EnrolmentRecord& record) = 0;
  // The claim kind "customer" is the customer id itself and always known, whether or not it is among the
  // record's claims. The one customer with this claim, with the template opened; nullopt when nobody has it.
  // A kind and value name at most one customer. An implementation takes the same steps either way (the caller
  // compares with a decoy on nullopt).
  virtual std::optional<EnrolmentRecord> find(const Claim& claim) = 0;
  // Exact search over all templates: the `maximum` best rows, best first. `probe` has template_length floats
  // of unit length.
  virtual std::vector<GalleryHit> search(std::span<const float> probe, std::size_t maximum) = 0;
  // The customer's key and rows destroyed; false when unknown. Journalling the receipt is the store's.
  virtual bool forget(const std::string& customer_id) = 0;
  virtual std::size_t size() const = 0;
};

}  // namespace sesame::biometric
