// Gallery: where enrolled faces are kept and searched, as the face engine sees it. The store (sealed, on
// disk) and the in-memory gallery implement it; the face process owns one. Called from one thread; calls may
// block on the disk.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sesame::biometric {

// The comparison vector of one face: `template_length` floats in the space of the embedding models together
// (512 values of the first, 192 of the second). Of unit length, or shorter where it is fused from looks that
// differ. Sensitive: never logged, never put in an exception text.
inline constexpr std::size_t template_length = 704;
inline bool is_length_of_template(double length) { return length > 0.5 && length < 1.005; }
using Template = std::vector<float>;

// What a customer says to be found: kind is the profile's word ("customer", "phone", "id", "passcode", "qr").
struct Claim {
  std::string kind;
  std::string value;
};

inline constexpr int unknown_age = -1;

// Proof that the customer agreed: an enrolment without it is refused.
struct Consent {
  std::string reference;     // where the signed text is kept
  std::string text_version;  // which wording was agreed to, "en-2"
  std::string given_at;      // RFC 3339
  bool gaze_start = false;   // agreed that a session may start on gaze (closed places only)
  std::string purpose{};     // "face login" when empty
  std::string language{};    // of the wording, BCP 47; the customer's when empty
  std::string given_by{};    // "customer" when empty; "guardian"
  int age = unknown_age;     // the customer's, in years, when it was given
  std::string guardian{};    // how the bank knows the guardian who gave it
};

// One enrolled customer. `token_pan` is allotted by the issuer at enrolment and stays.
struct EnrolmentRecord {
  std::string customer_id;
  std::string issuer;
  std::vector<Claim> claims;
  Consent consent;
  std::string token_pan;
  std::map<std::string, std::string> attributes;  // language, display name, ...: small, never biometric
  std::string model;  // which embedding models made the template (embedding_id, pipeline/model.hpp)
  Template reference;
  std::uint32_t captures = 1;  // pictures that made it
};

// One row found by search: who, and the cosine with the probe. Stays inside the face process.
struct GalleryHit {
  std::string customer_id;
  float cosine = 0;
};

// What came of comparing a customer's templates with those of all others. Stays inside the face process.
struct OtherCustomers {
  std::uint64_t comparisons = 0;
  std::vector<float> scores;      // from `least` on, in any order
  std::vector<GalleryHit> alike;  // from `alike` on, with their names
};

// An enrolment that the gallery does not take: duplicate claim, no consent, full, another model. Text for
// people.
struct GalleryRefusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Who is not active is found by no login. The customer pauses and resumes, the bank suspends.
enum class CustomerStatus { active, paused, suspended };
std::string_view to_string(CustomerStatus status);

// One line of a list of customers: nothing by which anybody could get in.
struct IdentityLine {
  std::string customer_id;
  std::string issuer;
  CustomerStatus status = CustomerStatus::active;
  std::string created;  // RFC 3339
  std::vector<std::string> claim_kinds;
  std::uint32_t enrolments = 0;
  std::string last_used{};     // day, 2026-11-24; "" never
  bool enrol_again = false;    // the template is older than the rules like it
  std::string deletion_due{};  // day after which retention deletes; "" no rule
  std::string damaged{};       // what of it was changed since it was written, for people; then no date is told
};

// What a customer is shown of what is kept.
struct HeldFace {
  CustomerStatus status = CustomerStatus::active;
  std::string enrolled;      // days, 2026-11-24
  std::string last_used;     // "" never
  std::string deletion_due;  // "" no rule
  std::string purpose;       // of the consent
  std::string text_version;
  bool enrol_again = false;
};

// "2026-11-24T01:44:22Z".
std::string rfc3339(std::chrono::sys_seconds time);
// "2026-11-24".
std::string day_of(std::chrono::sys_seconds time);

// At most `most` of them, each set of so many as likely as another; for one seed and order always the same.
std::vector<std::string> draw_names(std::vector<std::string> names, std::size_t most, std::uint32_t seed);

inline constexpr std::size_t most_pictures = 64;  // of a folder from which a customer is enrolled

// What became of one picture of a folder from which a customer was enrolled.
struct PictureVerdict {
  std::string name;     // of the file, without its folder
  std::string refused;  // why the picture is no part of the template, for people; "" when it is
};

// What an enrolment came to.
struct EnrolledCustomer {
  std::string token_pan;       // the one offered, or the one that the customer had before
  std::uint32_t captures = 0;  // pictures that made the template
  std::vector<PictureVerdict> pictures{};  // of a folder, each; empty for a video or a capture
};

// That a template's key was destroyed, for journal and printer: it names no customer.
struct DeletionReceipt {
  std::int64_t number = 0;
  std::string time;       // RFC 3339
  std::string enrolment;  // "" when there was no template
  std::string reason;     // "asked by customer", "replaced", ...
  std::string by;         // "operator root", "customer at atm-1", "retention", ...
  std::string key;        // SHA-256 of the wrapped key that was destroyed, hexadecimal
  std::string hash;       // of the receipt, which covers the one before
};
std::string to_line(const DeletionReceipt& receipt);

// What is left of a customer who was forgotten: the receipts, one a template.
struct ForgottenCustomer {
  bool known = false;
  std::vector<DeletionReceipt> receipts;
};

// The one refusal that another try may get past: with another token.
struct TokenTaken : GalleryRefusal {
  using GalleryRefusal::GalleryRefusal;
};

enum class Among { active, everybody };

class Gallery {
 public:
  virtual ~Gallery() = default;

  // Adds a customer, all or nothing. Throws GalleryRefusal, of the kind TokenTaken where another token would
  // do.
  virtual EnrolledCustomer enrol(const EnrolmentRecord& record) = 0;
  // The claim kind "customer" is the customer id itself and always known, whether or not it is among the
  // record's claims. The one customer with this claim, with the template opened; nullopt when nobody has it.
  // A kind and value name at most one customer. An implementation takes the same steps either way (the caller
  // compares with a decoy on nullopt).
  // `among`: whoever is not active is found only by who asks for it, to see and withdraw what is his own.
  virtual std::optional<EnrolmentRecord> find(const Claim& claim, Among among = Among::active) = 0;
  // Exact search over all templates: the `maximum` best rows, best first. `probe` has template_length floats
  // of unit length.
  virtual std::vector<GalleryHit> search(std::span<const float> probe, std::size_t maximum) = 0;
  // The names of at most `most` active customers, drawn by `seed`, without whoever has no template of this model.
  virtual std::vector<std::string> draw(std::size_t most, std::uint32_t seed) = 0;
  // The templates of one active customer against those of all other active ones; nobody when the customer is gone.
  virtual OtherCustomers compare_with_others(const std::string& customer_id, float least, float alike) = 0;
  // The customer's key and rows destroyed; `reason` and `by` (whom) stand in the receipt.
  virtual ForgottenCustomer forget(const std::string& customer_id, const std::string& reason,
                                   const std::string& by) = 0;
  // False when unknown.
  virtual bool set_status(const std::string& customer_id, CustomerStatus status) = 0;
  // A customer got in: the retention clock of who is not seen any more begins anew. Never throws for a disk.
  virtual void note_use(const std::string& customer_id) = 0;
  // nullopt when unknown.
  virtual std::optional<HeldFace> held(const std::string& customer_id) = 0;
  // In the order of their ids, after the one given.
  virtual std::vector<IdentityLine> identities(const std::string& after, std::size_t maximum) = 0;

  // Back-off, per claim and terminal and per claim over all terminals; an empty claim stands for 1:N at that
  // terminal. How long nobody may try; zero: now. The same for a claim that nobody has.
  virtual std::chrono::seconds back_off(const Claim& claim, const std::string& terminal) = 0;
  virtual void count_failure(const Claim& claim, const std::string& terminal) = 0;
  virtual void count_success(const Claim& claim, const std::string& terminal) = 0;
  virtual std::size_t size() const = 0;
};

}  // namespace sesame::biometric
