#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

std::string masked(const std::string& pan) {
  if (pan.size() < 12) return std::string(pan.size(), '*');
  return pan.substr(0, 6) + std::string(pan.size() - 10, '*') + pan.substr(pan.size() - 4);
}

}  // namespace

HeldOnPerson IdentityStore::held_on(const std::string& customer, Templates templates) {
  Database& database = state_->database;
  const std::optional<CustomerRow> row = state_->customer(customer);
  if (!row) throw StoreError(StoreTrouble::unknown_customer, "no customer is named \"" + customer + "\"");
  HeldOnPerson held;
  held.customer = row->id;
  held.issuer = row->issuer;
  held.status = row->status;
  held.created = row->created;
  held.age = {row->created, state_->last_use(customer)};
  try {
    const Secret key = state_->customer_key(*row);
    held.attributes = unpacked(open_for_customer("attributes", *row, key, row->attributes).view())
                          .value_or(held.attributes);
    const Bytes token = state_->sealed_token(customer);
    if (!token.empty()) {
      const Secret pan = open_for_customer("token", *row, key, token);
      held.token_pan_masked = masked({pan.view().begin(), pan.view().end()});
    }
  } catch (const DoesNotOpen&) {
    throw state_->damaged("the token or the attributes of customer " + customer);
  }
  for (const Row& claim :
       database.query("SELECT " + claim_columns() + " FROM claims WHERE customer = $1 ORDER BY kind, created",
                      {customer})) {
    const ClaimRow known = state_->checked(to_claim(claim));
    held.claims.push_back({known.kind, known.created});
  }
  held.consents = state_->consents_of(customer);
  for (const EnrolmentRow& enrolment : state_->enrolments_of(customer)) {
    state_->check(enrolment);
    held.age.enrolled = std::max(held.age.enrolled, enrolment.created);
    held.enrolments.push_back({enrolment.id, enrolment.consent, enrolment.model, enrolment.epoch,
                               enrolment.captures, enrolment.created, values_in(enrolment.sealed.box)});
    if (templates == Templates::opened)
      held.enrolments.back().opened = state_->open_in_model_space(enrolment, row->issuer);
  }
  held.deletion_due = deletion_due(state_->options.rules, held.age);
  held.enrol_again = asks_for_enrolment(state_->options.rules, held.age, state_->now());
  for (const Row& counter : database.query("SELECT c.kind, b.terminal, b.failures, b.last FROM back_off b "
                                           "JOIN claims c ON c.digest = b.claim "
                                           "WHERE c.customer = $1 ORDER BY c.kind, b.terminal",
                                           {customer})) {
    held.back_off.push_back(
        {counter.text(0), counter.text(1), counter.number(2), to_time(counter.number(3))});
  }
  for (const Row& number :
       database.query("SELECT number FROM receipts WHERE customer = $1 ORDER BY number", {customer})) {
    held.receipts.push_back(receipts(number.number(0)).at(0));
  }
  return held;
}

}  // namespace sesame::biometric
