#include <algorithm>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

// Whoever it is, or is not: the same queries, one unwrapped customer key, two boxes and one template opened.
std::optional<StoredIdentity> IdentityStore::State::open_identity(const std::optional<std::string>& id,
                                                                  const std::string& model, Among among) {
  load_epoch();
  const std::string name = id.value_or(decoy_customer.id);
  std::optional<CustomerRow> row = customer(name);
  const std::vector<EnrolmentRow> enrolments = enrolments_of(name);
  const auto consents = consents_of(name);
  Bytes token = sealed_token(name);
  const auto enrolment = std::ranges::find(enrolments, model, &EnrolmentRow::model);
  const bool real = row && (row->status == CustomerStatus::active || among == Among::everybody) &&
                    enrolment != enrolments.end() && !token.empty();
  const CustomerRow& opened = real ? *row : decoy_customer;
  const EnrolmentRow& face = real ? *enrolment : decoy_enrolment;
  if (!real) token = decoy_token;

  StoredIdentity identity;
  try {
    const Secret key = customer_key(opened);
    const Secret pan = open_for_customer("token", opened, key, token);
    identity.token_pan.assign(pan.view().begin(), pan.view().end());
    const auto unpacked_attributes =
        unpacked(open_for_customer("attributes", opened, key, opened.attributes).view());
    if (!unpacked_attributes) throw DoesNotOpen("no attributes");
    identity.attributes = *unpacked_attributes;
  } catch (const DoesNotOpen&) {
    throw damaged("the token or the attributes of customer " + opened.id);
  }
  identity.values = open_in_model_space(face, opened.issuer);
  if (!real) return std::nullopt;

  const auto consent =
      std::ranges::find(consents, face.consent, &std::pair<std::string, ConsentRecord>::first);
  if (consent == consents.end()) throw damaged("the consent of enrolment " + face.id);
  identity.consent = consent->second;
  identity.customer = opened.id;
  identity.issuer = opened.issuer;
  identity.enrolment = face.id;
  identity.model = face.model;
  return identity;
}

std::optional<StoredIdentity> IdentityStore::find(const Claim& claim, const std::string& model, Among among) {
  return state_->open_identity(state_->customer_with(claim.kind, claim_digest(state_->keys, claim)), model,
                               among);
}

std::optional<StoredIdentity> IdentityStore::find_customer(const std::string& customer,
                                                           const std::string& model, Among among) {
  return state_->open_identity(customer, model, among);
}

}  // namespace sesame::biometric
