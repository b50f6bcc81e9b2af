#include <algorithm>
#include <cmath>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

constexpr std::size_t longest_name = 256;
constexpr int token_attempts = 1000;

[[noreturn]] void refuse(const std::string& sentence) { throw StoreError(StoreTrouble::refused, sentence); }

// The shape of RFC 3339 (2026-03-14T09:26:53Z, +09:00), not the calendar.
bool is_time(const std::string& text) {
  constexpr std::string_view shape = "dddd-dd-ddTdd:dd:dd";
  if (text.size() <= shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == 'd' ? !digit : text[i] != shape[i]) return false;
  }
  return true;
}

void require_consent(const EnrolmentRequest& request, const PrivacyRules& rules) {
  const ConsentRecord& consent = request.consent;
  const auto missing = [&](const char* what) {
    throw StoreError(StoreTrouble::no_consent, "customer " + request.customer +
                                                   " is not enrolled: the consent record has no " + what +
                                                   ", and without consent no face is kept");
  };
  if (consent.purpose.empty()) missing("purpose");
  if (consent.text_version.empty()) missing("text version");
  if (consent.language.empty()) missing("language");
  if (consent.given_by.empty()) missing("word of who gave it");
  if (!is_time(consent.given_at)) missing("time (RFC 3339)");
  const std::string lacks = guardian_lacks(rules, consent.age, consent.given_by, consent.guardian);
  if (!lacks.empty())
    throw StoreError(StoreTrouble::no_consent, "customer " + request.customer + " is not enrolled: " + lacks);
}

void require_complete(const EnrolmentRequest& request) {
  if (request.customer.empty() || request.customer.size() > longest_name || request.customer == "-") {
    refuse("a customer's name has 1 to 256 characters");
  }
  if (request.issuer.empty() || request.issuer.size() > longest_name)
    refuse("an issuer's name has 1 to 256 characters");
  if (request.model.empty()) refuse("customer " + request.customer + " is not enrolled: no model is named");
  for (const Claim& claim : request.claims) {
    if (claim.kind.empty() || normalised_claim_value(claim.value).empty()) {
      refuse("customer " + request.customer + " is not enrolled: a claim (" + claim.kind + ") is empty");
    }
  }
  double squares = 0;
  for (const float value : request.values) squares += static_cast<double>(value) * static_cast<double>(value);
  if (request.values.size() < 8 || !is_length_of_template(std::sqrt(squares))) {
    refuse("customer " + request.customer + " is not enrolled: the template is too long or too short");
  }
}

}  // namespace

// One enrolment, step by step, inside one transaction.
class Enrolling {
 public:
  Enrolling(IdentityStore::State& state, const EnrolmentRequest& request)
      : state_(state), request_(request), change_(state.next_change()) {}

  Enrolled run() {
    take_customer();
    replace_claims();
    Enrolled enrolled;
    enrolled.token_pan = take_token();
    enrolled.consent = new_identifier();
    state_.put_consent(enrolled.consent, customer_.id, request_.consent);
    replace_template(enrolled);
    return enrolled;
  }
  bool destroyed_something() const { return destroyed_something_; }

 private:
  void take_customer() {
    const std::optional<CustomerRow> known = state_.customer(request_.customer);
    if (known && known->issuer != request_.issuer) {
      refuse("customer " + request_.customer + " belongs to another issuer, " + known->issuer);
    }
    if (known) {
      customer_ = *known;
      key_ = state_.customer_key(customer_);
    } else {
      customer_ = {request_.customer, request_.issuer, CustomerStatus::active, state_.now(), {}, {}, {}};
      key_ = Secret::random(key_bytes);
      customer_.wrapped_key = wrap_customer_key(state_.master_key, customer_, key_);
    }
    customer_.attributes = seal_for_customer("attributes", customer_, key_, packed(request_.attributes));
    state_.put_customer(customer_, change_, !known);
    if (!known) state_.put_use(customer_.id, not_used_yet);
  }

  void replace_claims() {
    for (const Claim& claim : request_.claims) {
      state_.database.execute("DELETE FROM claims WHERE customer = $1 AND kind = $2",
                              {customer_.id, claim.kind});
    }
    for (const Claim& claim : request_.claims) {
      const Bytes digest = claim_digest(state_.keys, claim);
      const std::optional<std::string> holder = state_.customer_with(claim.kind, digest);
      if (holder == customer_.id) continue;
      if (holder) {
        refuse("customer " + customer_.id + " is not enrolled: the claim given (" + claim.kind +
               ") is another customer's");
      }
      const ClaimRow row{claim.kind, digest, customer_.id, state_.now(), {}};
      state_.database.execute(
          "INSERT INTO claims (kind, digest, customer, created, tag) VALUES ($1, $2, $3, $4, $5)",
          {row.kind, row.digest, row.customer, to_number(row.created), state_.claim_tag(row)});
    }
  }

  std::string take_token() {
    const Bytes box = state_.sealed_token(customer_.id);
    if (!box.empty()) {
      const Secret pan = open_for_customer("token", customer_, key_, box);
      return {pan.view().begin(), pan.view().end()};
    }
    if (!request_.allot_token) refuse("customer " + customer_.id + " is not enrolled: nobody allots a token");
    bool offered = false;
    for (int attempt = 0; attempt < token_attempts; ++attempt) {
      const std::string pan = request_.allot_token();
      if (pan.empty()) break;
      offered = true;
      const Bytes digest = token_digest(state_.keys, pan);
      if (!state_.database.query("SELECT customer FROM tokens WHERE digest = $1", {digest}).empty()) continue;
      state_.database.execute("INSERT INTO tokens (digest, customer, created, box) VALUES ($1, $2, $3, $4)",
                              {digest, customer_.id, to_number(state_.now()),
                               seal_for_customer("token", customer_, key_, as_bytes(pan))});
      return pan;
    }
    if (!offered) refuse("customer " + customer_.id + " is not enrolled: no token was allotted");
    throw StoreError(
        StoreTrouble::token_taken,
        "customer " + customer_.id + " is not enrolled: the token allotted is another customer's");
  }

  void replace_template(Enrolled& enrolled) {
    for (const EnrolmentRow& earlier : state_.enrolments_of(customer_.id)) {
      if (earlier.model != request_.model) continue;
      state_.add_receipt(customer_, &earlier, "replaced", "enrolment", change_);
      state_.database.execute("DELETE FROM enrolments WHERE id = $1", {earlier.id});
      destroyed_something_ = true;
    }
    EnrolmentRow row{new_identifier(),  customer_.id, enrolled.consent,
                     request_.model,    state_.epoch, state_.now(),
                     request_.captures, {},           {}};
    row.sealed = state_.seal_in_gallery_space(request_.values, row, customer_.issuer);
    state_.database.execute(
        "INSERT INTO enrolments (id, customer, consent, model, epoch, created, captures, wrapped_key, box, "
        "tag) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        {row.id, row.customer, row.consent, row.model, std::int64_t{row.epoch}, to_number(row.created),
         std::int64_t{row.captures}, row.sealed.wrapped_key, row.sealed.box, state_.enrolment_tag(row)});
    enrolled.enrolment = row.id;
  }

  IdentityStore::State& state_;
  const EnrolmentRequest& request_;
  std::int64_t change_;
  CustomerRow customer_;
  Secret key_;
  bool destroyed_something_ = false;
};

Enrolled IdentityStore::enrol(const EnrolmentRequest& request) {
  require_consent(request, state_->options.rules);
  require_complete(request);
  Database::Transaction transaction(state_->database);
  state_->load_epoch();
  try {
    Enrolling enrolling(*state_, request);
    Enrolled enrolled = enrolling.run();
    transaction.commit();
    if (enrolling.destroyed_something()) static_cast<void>(state_->database.erase_log());
    return enrolled;
  } catch (const DoesNotOpen&) {
    throw state_->damaged("the row of customer " + request.customer);
  }
}

}  // namespace sesame::biometric
