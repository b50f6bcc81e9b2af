// The tables, and opening a file that has them or does not yet.
#include <array>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

constexpr std::int64_t schema_version = 3;

constexpr std::array<const char*, 12> tables{
    "CREATE TABLE store (id TEXT NOT NULL PRIMARY KEY, schema_version BIGINT NOT NULL, master_key TEXT NOT "
    "NULL, "
    "epoch BIGINT NOT NULL, change BIGINT NOT NULL)",
    "CREATE TABLE store_keys (name TEXT NOT NULL PRIMARY KEY, wrapped {blob} NOT NULL)",
    "CREATE TABLE customers (id TEXT NOT NULL PRIMARY KEY, issuer TEXT NOT NULL, status TEXT NOT NULL, "
    "created BIGINT NOT NULL, change BIGINT NOT NULL, wrapped_key {blob} NOT NULL, attributes {blob} NOT "
    "NULL, "
    "tag {blob} NOT NULL)",
    "CREATE TABLE claims (kind TEXT NOT NULL, digest {blob} NOT NULL, customer TEXT NOT NULL REFERENCES "
    "customers(id), "
    "created BIGINT NOT NULL, tag {blob} NOT NULL, PRIMARY KEY (kind, digest))",
    "CREATE TABLE consents (id TEXT NOT NULL PRIMARY KEY, customer TEXT NOT NULL REFERENCES customers(id), "
    "purpose TEXT NOT NULL, text_version TEXT NOT NULL, language TEXT NOT NULL, given_at TEXT NOT NULL, "
    "given_by TEXT NOT NULL, reference TEXT NOT NULL, gaze_start BIGINT NOT NULL, tag {blob} NOT NULL)",
    "CREATE TABLE enrolments (id TEXT NOT NULL PRIMARY KEY, customer TEXT NOT NULL REFERENCES customers(id), "
    "consent TEXT NOT NULL REFERENCES consents(id), model TEXT NOT NULL, epoch BIGINT NOT NULL, created "
    "BIGINT NOT NULL, "
    "captures BIGINT NOT NULL, wrapped_key {blob} NOT NULL, box {blob} NOT NULL)",
    "CREATE TABLE tokens (digest {blob} NOT NULL PRIMARY KEY, customer TEXT NOT NULL UNIQUE REFERENCES "
    "customers(id), "
    "created BIGINT NOT NULL, box {blob} NOT NULL)",
    "CREATE TABLE back_off (claim {blob} NOT NULL, terminal TEXT NOT NULL, failures BIGINT NOT NULL, last "
    "BIGINT NOT NULL, "
    "until BIGINT NOT NULL, PRIMARY KEY (claim, terminal))",
    "CREATE TABLE receipts (number BIGINT NOT NULL PRIMARY KEY, time BIGINT NOT NULL, customer TEXT NOT "
    "NULL, "
    "issuer TEXT NOT NULL, enrolment TEXT NOT NULL, consent TEXT NOT NULL, model TEXT NOT NULL, reason TEXT "
    "NOT NULL, "
    "destroyed_key {blob} NOT NULL, previous {blob} NOT NULL, hash {blob} NOT NULL, change BIGINT NOT NULL)",
    "CREATE INDEX claims_by_customer ON claims(customer)",
    "CREATE INDEX consents_by_customer ON consents(customer)",
    "CREATE INDEX enrolments_by_customer ON enrolments(customer)"};

// What version 2 added: made of version 1, also where the file is new. What version 3 added: version_3.cpp.
constexpr std::array<const char*, 6> since_version_1{
    "ALTER TABLE consents ADD COLUMN age BIGINT NOT NULL DEFAULT -1",
    "ALTER TABLE consents ADD COLUMN guardian TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE receipts ADD COLUMN by_whom TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE store ADD COLUMN journaled BIGINT NOT NULL DEFAULT 0",
    "CREATE TABLE uses (customer TEXT NOT NULL PRIMARY KEY REFERENCES customers(id), day BIGINT NOT NULL)",
    "CREATE INDEX enrolments_by_epoch ON enrolments(epoch)"};

constexpr std::string_view gallery_key = "gallery ";

constexpr std::string_view store_key_domain = "sesame store key 1";

}  // namespace

Secret IdentityStore::State::store_key(const std::string& name) {
  const Rows rows = database.query("SELECT wrapped FROM store_keys WHERE name = $1", {name});
  if (rows.empty()) throw damaged("its key \"" + name + "\" is missing");
  Fields context(store_key_domain);
  try {
    return master_key.unwrap(rows.front().bytes(0), context.add(store_id).add(name).view());
  } catch (const DoesNotOpen&) {
    throw damaged("its key \"" + name + "\" does not open under the master key " + master_key.id());
  }
}

void IdentityStore::State::put_store_key(const std::string& name, const Secret& key) {
  Fields context(store_key_domain);
  database.execute("INSERT INTO store_keys (name, wrapped) VALUES ($1, $2)",
                   {name, master_key.wrap(key, context.add(store_id).add(name).view())});
}

Bytes IdentityStore::State::store_key_anew(const std::string& name, const Bytes& wrapped, MasterKey& next) {
  Fields context(store_key_domain);
  return wrap_anew(wrapped, context.add(store_id).add(name).view(), master_key, next);
}

void IdentityStore::State::open_or_make() {
  Database::Transaction transaction(database);
  if (!database.has_table("store")) {
    for (const char* table : tables) database.define(table);
    store_id = new_identifier();
    database.execute(
        "INSERT INTO store (id, schema_version, master_key, epoch, change) VALUES ($1, $2, $3, $4, $5)",
        {store_id, std::int64_t{1}, master_key.id(), std::int64_t{1}, std::int64_t{1}});
    for (const char* name : {"claims", "rows", "gallery 1"}) put_store_key(name, Secret::random(key_bytes));
  }
  const Rows rows = database.query("SELECT id, schema_version, master_key FROM store");
  if (rows.size() != 1) throw damaged("it has no head");
  if (rows.front().number(1) > schema_version) {
    throw StoreError(StoreTrouble::newer_version,
                     "the identity store " + options.file.string() + " is of version " +
                         std::to_string(rows.front().number(1)) + ", this program knows " +
                         std::to_string(schema_version) + ": use a newer release; the store was not changed");
  }
  if (rows.front().text(2) != master_key.id()) {
    throw StoreError(StoreTrouble::wrong_master_key, "the identity store " + options.file.string() +
                                                         " was sealed under the master key " +
                                                         rows.front().text(2) + ", the one given is " +
                                                         master_key.id() + "; the store was not changed");
  }
  store_id = rows.front().text(0);
  if (rows.front().number(1) < 2)
    for (const char* change : since_version_1) database.define(change);
  if (rows.front().number(1) < 3) bind_dates();
  if (rows.front().number(1) < schema_version)
    database.execute("UPDATE store SET schema_version = $1", {schema_version});
  transaction.commit();
  keys.claims = store_key("claims");
  keys.rows = store_key(rows_key);
  load_epoch();
}

void IdentityStore::State::load_epoch() {
  const Rows rows = database.query("SELECT epoch FROM store");
  if (rows.size() != 1) throw damaged("it has no head");
  const auto stored = static_cast<std::uint32_t>(rows.front().number(0));
  if (stored == epoch) return;
  for (const Row& row : database.query("SELECT name FROM store_keys")) {
    const std::string& name = row.text(0);
    if (!name.starts_with(gallery_key)) continue;
    const auto of_epoch = static_cast<std::uint32_t>(std::stoul(name.substr(gallery_key.size())));
    if (!keys.galleries.contains(of_epoch)) keys.galleries.emplace(of_epoch, store_key(name));
  }
  if (!keys.galleries.contains(stored)) throw damaged("the key of its epoch is missing");
  epoch = stored;
  if (index_epoch == 0) index_epoch = stored;

  const std::vector<float> nobody(template_length, 1.0F);
  decoy_customer = {"-", "-", CustomerStatus::active, Time(), {}, {}, {}};
  const Secret key = Secret::random(key_bytes);
  decoy_customer.wrapped_key = wrap_customer_key(master_key, decoy_customer, key);
  decoy_customer.attributes = seal_for_customer("attributes", decoy_customer, key, packed({}));
  decoy_customer.tag = customer_tag(decoy_customer);
  decoy_token = seal_for_customer("token", decoy_customer, key, as_bytes("0000000000000000"));
  decoy_enrolment = {"-", "-", "-", "-", epoch, Time(), 0, {}, {}};
  decoy_enrolment.sealed = seal_in_gallery_space(nobody, decoy_enrolment, "-");
  decoy_enrolment.tag = enrolment_tag(decoy_enrolment);
}

bool IdentityStore::State::has_gallery_key(std::uint32_t of_epoch) {
  return !database
              .query("SELECT name FROM store_keys WHERE name = $1",
                     {std::string(gallery_key) + std::to_string(of_epoch)})
              .empty();
}

std::int64_t IdentityStore::State::next_change() {
  database.execute("UPDATE store SET change = change + 1");
  return database.query("SELECT change FROM store").at(0).number(0);
}

}  // namespace sesame::biometric
