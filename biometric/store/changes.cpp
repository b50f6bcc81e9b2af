// What the search index reads, and renewing all that it was made of.
#include <set>

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
        change.templates.push_back({enrolment.id, state_->open_in_gallery_space(enrolment, customer.issuer)});
      } catch (const StoreError& error) {
        if (error.trouble() != StoreTrouble::damaged) throw;
        damaged(enrolment.id);
      }
    }
    for (auto& [id, entry] : found) visit(std::move(entry.second));
    after = last;
  }
}

void IdentityStore::to_gallery_space(std::span<float> values) {
  state_->load_epoch();
  state_->transform(values.size()).apply(values);
}

std::uint32_t IdentityStore::renew_gallery() {
  Database& database = state_->database;
  {
    Database::Transaction transaction(database);
    state_->load_epoch();
    const std::uint32_t next = state_->epoch + 1;
    const Secret key = Secret::random(key_bytes);
    std::map<std::size_t, GalleryTransform> transforms;
    std::string after;
    while (true) {
      const Rows rows = database.query(
          "SELECT " + enrolment_columns("e") +
              ", c.issuer FROM enrolments e JOIN customers c ON c.id = e.customer WHERE e.id > $1 "
              "ORDER BY e.id LIMIT $2",
          {after, page});
      if (rows.empty()) break;
      for (const Row& row : rows) {
        EnrolmentRow enrolment = to_enrolment(row);
        const std::string& issuer = row.text(9);
        Secret values = state_->open_in_model_space(enrolment, issuer);
        const std::size_t dimension = values.size() / sizeof(float);
        transforms.try_emplace(dimension, key, next, dimension).first->second.apply(as_floats(values));
        enrolment.epoch = next;
        enrolment.sealed =
            seal_template(as_floats(values), binding_of(enrolment, issuer), state_->master_key);
        database.execute(
            "UPDATE enrolments SET epoch = $1, wrapped_key = $2, box = $3 WHERE id = $4",
            {std::int64_t{next}, enrolment.sealed.wrapped_key, enrolment.sealed.box, enrolment.id});
        after = enrolment.id;
      }
    }
    database.execute("DELETE FROM store_keys WHERE name = $1", {"gallery " + std::to_string(state_->epoch)});
    state_->put_store_key("gallery " + std::to_string(next), key);
    database.execute("UPDATE store SET epoch = $1", {std::int64_t{next}});
    database.execute("UPDATE customers SET change = $1", {state_->next_change()});
    transaction.commit();
  }
  static_cast<void>(database.erase_log());
  state_->load_epoch();
  return state_->epoch;
}

}  // namespace sesame::biometric
