// What the identity store takes and gives: plain values, and its error. Times are seconds of the store's
// clock, UTC. Thread rule: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "biometric/back_off.hpp"
#include "biometric/gallery.hpp"
#include "biometric/privacy_rules.hpp"
#include "biometric/template/secret.hpp"

namespace sesame::biometric {

using Time = std::chrono::sys_seconds;

enum class StoreTrouble {
  no_consent,   // enrolment without a complete consent record
  refused,      // a claim or token that is another customer's, a missing field, another issuer's customer
  token_taken,  // every token offered is another customer's
  unknown_customer,  // nobody by that name
  disk_full,
  not_writable,   // read-only, or not ours
  busy,           // another process kept it locked for 5 s, or has it open where that may not be
  damaged,        // file or row changed since it was written
  newer_version,  // written by a later release
  wrong_master_key,
  failed  // anything else the database says
};

// One clear sentence for people. Never a claim value, a card number or a template.
class StoreError : public std::runtime_error {
 public:
  StoreError(StoreTrouble trouble, const std::string& sentence)
      : std::runtime_error(sentence), trouble_(trouble) {}
  StoreTrouble trouble() const { return trouble_; }

 private:
  StoreTrouble trouble_;
};

// That a customer agreed, to what, and how it is proved. All but `reference` must be there.
struct ConsentRecord {
  std::string purpose;       // "login at the ATM"
  std::string text_version;  // which wording, "en-2"
  std::string language;      // BCP 47, "ja"
  std::string given_at;      // RFC 3339
  std::string given_by;      // "customer", "guardian"
  std::string reference;     // where the signed text is kept
  bool gaze_start = false;   // a session may start on gaze
  int age = unknown_age;     // the customer's, in years, at that time
  std::string guardian{};    // how the bank knows who consented for the customer
};

struct EnrolmentRequest {
  std::string customer;  // opaque: the issuer's own name for the customer
  std::string issuer;
  ConsentRecord consent;
  std::vector<Claim> claims;  // of each kind given, they replace the customer's earlier ones
  std::map<std::string, std::string> attributes;
  std::string model;
  std::uint32_t captures = 1;     // pictures that made the template
  std::span<const float> values;  // in the model's own space
  // Asked for the card number of a customer who has none yet; asked again for one that is taken.
  std::function<std::string()> allot_token;
};

struct Enrolled {
  std::string enrolment;
  std::string consent;
  std::string token_pan;
};

// One enrolment, opened.
struct StoredIdentity {
  std::string customer;
  std::string issuer;
  std::string enrolment;
  std::string model;
  std::string token_pan;
  std::map<std::string, std::string> attributes;
  ConsentRecord consent;
  Secret values;  // floats, in the model's own space

  std::span<const float> floats() const {
    return {reinterpret_cast<const float*>(values.view().data()), values.size() / sizeof(float)};
  }
};

// One line of a list of customers.
struct IdentitySummary {
  std::string customer;
  std::string issuer;
  CustomerStatus status = CustomerStatus::active;
  Time created;
  std::vector<std::string> claim_kinds;
  std::size_t enrolments = 0;
  FaceAge age;
  std::string damaged{};  // what of it was changed since it was written, for people: then none of it is sure; "" nothing
};

// A customer whom the rules delete now.
struct DueCustomer {
  std::string customer;
  std::string why;  // "not used since 2026-01-04"
};
struct DuePage {
  std::vector<DueCustomer> due;
  std::vector<std::string> damaged;  // whose dates are not those that were written: no rule goes by them
  std::size_t enrol_again = 0;       // of the others: whose template the rules call old
  std::size_t customers = 0;         // looked at
  std::string last;                  // the last of them; "": there are no more
};

// How far a change of the gallery's key is.
struct Renewal {
  std::uint32_t epoch = 0;    // what templates are sealed in now
  std::size_t remaining = 0;  // templates of earlier epochs
  bool under_way = false;     // keys of earlier epochs are still there
};
// What one batch of it came to.
struct Renewed {
  std::size_t rows = 0;
  std::vector<std::string> damaged;  // customers with a template that did not open: it stays what it is
  bool done = false;                 // the last row was looked at
};

// That a template was destroyed. Each receipt's hash covers the one before: none can be changed or taken out
// of the middle.
struct Receipt {
  std::int64_t number = 0;  // 1, 2, ...
  Time time;
  std::string customer;
  std::string issuer;
  std::string enrolment;  // empty: the customer had none
  std::string consent;
  std::string model;
  std::string reason;   // "asked by customer", "replaced", ...
  Bytes destroyed_key;  // SHA-256 of the wrapped key that was destroyed
  Bytes previous;       // hash of the receipt before; 32 zeros for the first
  Bytes hash;           // SHA-256 over all of this
  std::string by{};     // who did it; receipts of version 1 do not say
};
DeletionReceipt to_deletion_receipt(const Receipt& receipt);

struct Forgotten {
  std::vector<Receipt> receipts;  // one a template; the caller journals them
  // True when the write-ahead log is rid of it too. False while another process reads: then at its next
  // checkpoint.
  bool log_erased = false;
};

// All that is held on one person. The template's values are left out unless they are asked for.
struct HeldOnPerson {
  struct ClaimHeld {
    std::string kind;  // the value is kept as a keyed digest only, and cannot be given back
    Time since;
  };
  struct EnrolmentHeld {
    std::string enrolment;
    std::string consent;
    std::string model;
    std::uint32_t epoch = 0;
    std::uint32_t captures = 0;
    Time created;
    std::size_t values = 0;
    Secret opened{};  // the template, floats in the model's own space; only where it was asked for
  };
  struct BackOffHeld {
    std::string claim_kind;
    std::string terminal;  // empty: over all terminals
    std::int64_t failures = 0;
    Time last;
  };
  std::string customer;
  std::string issuer;
  CustomerStatus status = CustomerStatus::active;
  Time created;
  FaceAge age;
  std::optional<Time> deletion_due;  // by the rules of retention
  bool enrol_again = false;
  std::string token_pan_masked;  // first six and last four digits
  std::map<std::string, std::string> attributes;
  std::vector<ClaimHeld> claims;
  std::vector<std::pair<std::string, ConsentRecord>> consents;  // by consent id
  std::vector<EnrolmentHeld> enrolments;
  std::vector<BackOffHeld> back_off;
  std::vector<Receipt> receipts;
};

struct BackOff {
  std::int64_t failures = 0;  // at this terminal
  Time until;                 // no attempt before; in the past: none to wait for
};

}  // namespace sesame::biometric
