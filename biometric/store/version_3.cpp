// What version 3 added: tags that bind dates. Rows of before get theirs as they are found.
#include <array>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

constexpr std::size_t page = 256;
constexpr const char* rows_key_before = "rows";

constexpr std::array<const char*, 2> since_version_2{
    "ALTER TABLE enrolments ADD COLUMN tag {blob} NOT NULL DEFAULT ''",
    "ALTER TABLE uses ADD COLUMN tag {blob} NOT NULL DEFAULT ''"};

Bytes undated_claim_tag(const StoreKeys& keys, const ClaimRow& row) {
  Fields fields("claim");
  fields.add(row.kind).add(row.digest).add(row.customer);
  return row_tag(keys, fields);
}

}  // namespace

void IdentityStore::State::bind_dates() {
  keys.rows = store_key(rows_key_before);
  for (const char* change : since_version_2) database.define(change);
  Rows customers;
  std::string after;
  do {
    customers = database.query("SELECT id FROM customers WHERE id > $1 ORDER BY id LIMIT $2",
                               {after, static_cast<std::int64_t>(page)});
    for (const Row& row : customers) bind_dates_of(after = row.text(0));
  } while (customers.size() == page);
  put_store_key(rows_key, keys.rows);
  database.execute("DELETE FROM store_keys WHERE name = $1", {rows_key_before});
}

void IdentityStore::State::bind_dates_of(const std::string& customer_id) {
  const Rows use = database.query("SELECT day FROM uses WHERE customer = $1", {customer_id});
  put_use(customer_id, use.empty() ? not_used_yet : use.front().number(0));
  for (const EnrolmentRow& row : enrolments_of(customer_id))
    database.execute("UPDATE enrolments SET tag = $1 WHERE id = $2", {enrolment_tag(row), row.id});
  for (const Row& row :
       database.query("SELECT " + claim_columns() + " FROM claims WHERE customer = $1", {customer_id})) {
    const ClaimRow claim = to_claim(row);
    // One that was edited stays without a tag that says it is true.
    if (!equal_in_constant_time(undated_claim_tag(keys, claim), claim.tag)) continue;
    database.execute("UPDATE claims SET tag = $1 WHERE kind = $2 AND digest = $3",
                     {claim_tag(claim), claim.kind, claim.digest});
  }
}

}  // namespace sesame::biometric
