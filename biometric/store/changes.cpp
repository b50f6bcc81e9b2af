// What the search index reads.
#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

constexpr std::int64_t page = 256;

}  // namespace

std::int64_t IdentityStore::change() {
  return state_->database.query("SELECT change FROM store").at(0).number(0);
}

std::int64_t IdentityStore::changes(std::int64_t since, const std::string& model,
                                    const std::function<void(Change)>& visit,
                                    const std::function<void(const std::string&)>& damaged) {
  // Read first: what changes while we read is read again next time.
  const std::int64_t next = change();
  Database& database = state_->database;
  state_->load_epoch();
  if (since > 0) {
    for (const Row& gone :
         database.query("SELECT DISTINCT customer FROM receipts WHERE change > $1", {since})) {
      visit({gone.text(0), {}});
    }
  }
  std::string after;
  while (true) {
    std::map<std::string, std::pair<CustomerRow, Change>> found;
    for (const Row& row :
         database.query("SELECT " + customer_columns() +
                            " FROM customers WHERE change > $1 AND id > $2 ORDER BY id LIMIT $3",
                        {since, after, page})) {
      const std::string id = row.text(0);
      found.emplace(id, std::pair(to_customer(row), Change{id, {}}));
    }
    if (found.empty()) return next;
    const std::string last = found.rbegin()->first;
    for (const Row& row :
         database.query("SELECT " + enrolment_columns("e") +
                            " FROM enrolments e JOIN customers c ON c.id = e.customer WHERE c.change > $1 "
                            "AND c.id > $2 AND c.id <= $3 AND e.model = $4",
                        {since, after, last, model})) {
      const EnrolmentRow enrolment = to_enrolment(row);
      const auto owner = found.find(enrolment.customer);
      if (owner == found.end()) continue;
      auto& [customer, change] = owner->second;
      try {
        if (state_->checked(customer).status != CustomerStatus::active) continue;
        change.templates.push_back({enrolment.id, state_->open_in_index_space(enrolment, customer.issuer)});
      } catch (const StoreError& error) {
        if (error.trouble() != StoreTrouble::damaged) throw;
        damaged(enrolment.id);
      }
    }
    for (auto& [id, entry] : found) visit(std::move(entry.second));
    after = last;
  }
}

void IdentityStore::to_index_space(std::span<float> values) {
  state_->transform(state_->index_epoch, values.size()).apply(values);
}

}  // namespace sesame::biometric
