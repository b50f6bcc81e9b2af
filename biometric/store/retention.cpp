// The retention clock: when customers were last seen, and whom the rules delete.
#include <map>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

std::optional<Time> IdentityStore::State::last_use(const std::string& customer_id) {
  const Rows rows = database.query("SELECT day FROM uses WHERE customer = $1", {customer_id});
  if (rows.empty()) return std::nullopt;
  return to_time(rows.front().number(0));
}

void IdentityStore::note_use(const std::string& customer) {
  const Time today = std::chrono::floor<std::chrono::days>(state_->now());
  if (state_->last_use(customer) == today) return;
  Database::Transaction transaction(state_->database);
  if (!state_->stored_customer(customer)) return;
  state_->database.execute("DELETE FROM uses WHERE customer = $1", {customer});
  state_->database.execute("INSERT INTO uses (customer, day) VALUES ($1, $2)", {customer, to_number(today)});
  transaction.commit();
}

DuePage IdentityStore::due(const std::string& after, std::size_t limit) {
  Database& database = state_->database;
  const PrivacyRules& rules = state_->options.rules;
  DuePage page;
  std::map<std::string, FaceAge> ages;
  for (const Row& row : database.query("SELECT id, created FROM customers WHERE id > $1 ORDER BY id LIMIT $2",
                                       {after, static_cast<std::int64_t>(limit)})) {
    ages[row.text(0)].enrolled = to_time(row.number(1));
    page.last = row.text(0);
  }
  page.customers = ages.size();
  if (ages.empty()) return page;
  for (const Row& row :
       database.query("SELECT customer, created FROM enrolments WHERE customer > $1 AND customer <= $2",
                      {after, page.last})) {
    const auto found = ages.find(row.text(0));
    if (found != ages.end())
      found->second.enrolled = std::max(found->second.enrolled, to_time(row.number(1)));
  }
  for (const Row& row : database.query(
           "SELECT customer, day FROM uses WHERE customer > $1 AND customer <= $2", {after, page.last})) {
    const auto found = ages.find(row.text(0));
    if (found != ages.end()) found->second.last_used = to_time(row.number(1));
  }
  const Time now = state_->now();
  for (const auto& [customer, age] : ages) {
    std::string why = why_due(rules, age, now);
    if (!why.empty())
      page.due.push_back({customer, std::move(why)});
    else if (asks_for_enrolment(rules, age, now))
      ++page.enrol_again;
  }
  return page;
}

}  // namespace sesame::biometric
