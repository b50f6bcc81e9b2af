// Opening, and what is small.
#include "biometric/store/identity_store.hpp"

#include "biometric/store/state.hpp"

namespace sesame::biometric {

Time IdentityStore::State::now() const {
  return options.clock ? options.clock()
                       : std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

StoreError IdentityStore::State::damaged(const std::string& what) const {
  return {StoreTrouble::damaged,
          "the identity store " + options.file.string() + " is damaged: " + what +
              " was changed, moved or put back since it was written. Nothing was done with it; "
              "restore it from a backup, or forget that customer and enrol again"};
}

IdentityStore::IdentityStore(StoreOptions options, MasterKey& master_key)
    : state_(std::make_unique<State>(std::move(options), master_key)) {
  state_->open_or_make();
}

IdentityStore::~IdentityStore() = default;

IdentitySummary IdentityStore::State::summary(const Row& row) {
  IdentitySummary summary;
  summary.customer = row.text(0);
  for (const Row& claim :
       database.query("SELECT kind FROM claims WHERE customer = $1 ORDER BY kind", {summary.customer}))
    summary.claim_kinds.push_back(claim.text(0));
  try {
    const CustomerRow customer = to_customer(row);
    summary.issuer = customer.issuer;
    summary.status = customer.status;
    summary.created = summary.age.enrolled = customer.created;
    const std::vector<EnrolmentRow> enrolments = enrolments_of(customer.id);
    summary.enrolments = enrolments.size();
    checked(customer);
    for (const EnrolmentRow& enrolment : enrolments) {
      check(enrolment);
      summary.age.enrolled = std::max(summary.age.enrolled, enrolment.created);
    }
    summary.age.last_used = last_use(customer.id);
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::damaged) throw;
    summary.damaged = error.what();
  }
  return summary;
}

std::vector<IdentitySummary> IdentityStore::identities(const std::string& after, std::size_t limit) {
  std::vector<IdentitySummary> identities;
  for (const Row& row : state_->database.query(
           "SELECT " + customer_columns() + " FROM customers WHERE id > $1 ORDER BY id LIMIT $2",
           {after, static_cast<std::int64_t>(limit)})) {
    identities.push_back(state_->summary(row));
  }
  return identities;
}

std::size_t IdentityStore::customers() {
  return static_cast<std::size_t>(state_->database.number("SELECT count(*) FROM customers"));
}

std::size_t IdentityStore::enrolments(const std::string& model) {
  return static_cast<std::size_t>(state_->database.number(
      "SELECT count(*) FROM enrolments e JOIN customers c ON c.id = e.customer WHERE c.status = 'active' AND "
      "e.model = $1",
      {model}));
}

std::size_t IdentityStore::customers_without(const std::string& model) {
  return static_cast<std::size_t>(state_->database.number(
      "SELECT count(*) FROM customers c WHERE NOT EXISTS (SELECT 1 FROM enrolments e WHERE e.customer = c.id "
      "AND e.model = $1)",
      {model}));
}

void IdentityStore::set_status(const std::string& customer, CustomerStatus status) {
  Database::Transaction transaction(state_->database);
  std::optional<CustomerRow> row = state_->customer(customer);
  if (!row) throw StoreError(StoreTrouble::unknown_customer, "no customer is named \"" + customer + "\"");
  row->status = status;
  state_->put_customer(*row, state_->next_change(), false);
  transaction.commit();
}

std::uint32_t IdentityStore::epoch() {
  state_->load_epoch();
  return state_->epoch;
}

Time IdentityStore::now() const { return state_->now(); }
const PrivacyRules& IdentityStore::rules() const { return state_->options.rules; }

}  // namespace sesame::biometric
