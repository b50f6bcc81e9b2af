// The retention clock: when customers were last seen, and whom the rules delete.
#include <map>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

// What the rules look at, and how much of it is as it was written.
struct Dates {
  FaceAge age;
  bool enrolled_true = false;
  bool use_true = false;
};
using DatesByCustomer = std::map<std::string, Dates>;

std::optional<Time> to_use(std::int64_t day) {
  if (day == not_used_yet) return std::nullopt;
  return to_time(day);
}

void add_enrolments(IdentityStore::State& state, const std::string& after, const std::string& last,
                    DatesByCustomer& customers) {
  for (const Row& row : state.database.query("SELECT " + enrolment_columns("enrolments") +
                                                 " FROM enrolments WHERE customer > $1 AND customer <= $2",
                                             {after, last})) {
    const EnrolmentRow enrolment = to_enrolment(row);
    const auto found = customers.find(enrolment.customer);
    if (found == customers.end()) continue;
    Dates& dates = found->second;
    dates.enrolled_true = dates.enrolled_true && state.agrees(enrolment);
    dates.age.enrolled = std::max(dates.age.enrolled, enrolment.created);
  }
}

void add_uses(IdentityStore::State& state, const std::string& after, const std::string& last,
              DatesByCustomer& customers) {
  for (const Row& row : state.database.query(
           "SELECT customer, day, tag FROM uses WHERE customer > $1 AND customer <= $2", {after, last})) {
    const auto found = customers.find(row.text(0));
    if (found == customers.end()) continue;
    found->second.age.last_used = to_use(row.number(1));
    found->second.use_true = equal_in_constant_time(state.use_tag(row.text(0), row.number(1)), row.bytes(2));
  }
}

// Without a use to go by, only the rule that no use changes deletes.
std::string why_due_by(const PrivacyRules& rules, const Dates& dates, Time now) {
  if (!dates.enrolled_true) return "";
  PrivacyRules known = rules;
  if (!dates.use_true) known.unused = std::chrono::days(0);
  return why_due(known, dates.age, now);
}

}  // namespace

Bytes IdentityStore::State::use_tag(const std::string& customer_id, std::int64_t day) const {
  Fields fields("use");
  fields.add(customer_id).add_number(static_cast<std::uint64_t>(day));
  return row_tag(keys, fields);
}

std::optional<Time> IdentityStore::State::last_use(const std::string& customer_id) {
  const Rows rows = database.query("SELECT day, tag FROM uses WHERE customer = $1", {customer_id});
  if (rows.empty() ||
      !equal_in_constant_time(use_tag(customer_id, rows.front().number(0)), rows.front().bytes(1)))
    throw damaged("the date of last use of customer " + customer_id);
  return to_use(rows.front().number(0));
}

void IdentityStore::State::put_use(const std::string& customer_id, std::int64_t day) {
  database.execute("DELETE FROM uses WHERE customer = $1", {customer_id});
  database.execute("INSERT INTO uses (customer, day, tag) VALUES ($1, $2, $3)",
                   {customer_id, day, use_tag(customer_id, day)});
}

// Whatever the row says: that today is a use is known.
void IdentityStore::note_use(const std::string& customer) {
  const std::int64_t today = to_number(std::chrono::floor<std::chrono::days>(state_->now()));
  if (!state_->database
           .query("SELECT customer FROM uses WHERE customer = $1 AND day = $2 AND tag = $3",
                  {customer, today, state_->use_tag(customer, today)})
           .empty())
    return;
  Database::Transaction transaction(state_->database);
  if (!state_->stored_customer(customer)) return;
  state_->put_use(customer, today);
  transaction.commit();
}

DuePage IdentityStore::due(const std::string& after, std::size_t limit) {
  const PrivacyRules& rules = state_->options.rules;
  DuePage page;
  DatesByCustomer customers;
  for (const Row& row : state_->database.query(
           "SELECT " + customer_columns() + " FROM customers WHERE id > $1 ORDER BY id LIMIT $2",
           {after, static_cast<std::int64_t>(limit)})) {
    const CustomerRow customer = to_customer(row);
    customers[customer.id] = {{customer.created, std::nullopt}, state_->agrees(customer), false};
    page.last = customer.id;
  }
  page.customers = customers.size();
  if (customers.empty()) return page;
  add_enrolments(*state_, after, page.last, customers);
  add_uses(*state_, after, page.last, customers);
  const Time now = state_->now();
  for (const auto& [customer, dates] : customers) {
    std::string why = why_due_by(rules, dates, now);
    if (!why.empty())
      page.due.push_back({customer, std::move(why)});
    else if (!dates.enrolled_true || !dates.use_true)
      page.damaged.push_back(customer);
    else if (asks_for_enrolment(rules, dates.age, now))
      ++page.enrol_again;
  }
  return page;
}

}  // namespace sesame::biometric
