// Forgetting, and the receipts that remain.
#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

constexpr const char* receipt_columns =
    "number, time, customer, issuer, enrolment, consent, model, reason, destroyed_key, previous, hash, "
    "by_whom";

Bytes hash_of(const Receipt& receipt) {
  Fields fields("sesame receipt 1");
  fields.add_number(static_cast<std::uint64_t>(receipt.number))
      .add_number(static_cast<std::uint64_t>(to_number(receipt.time)));
  fields.add(receipt.customer)
      .add(receipt.issuer)
      .add(receipt.enrolment)
      .add(receipt.consent)
      .add(receipt.model);
  fields.add(receipt.reason).add(receipt.destroyed_key).add(receipt.previous);
  if (!receipt.by.empty()) fields.add(receipt.by);
  const Digest digest = sha256(fields.view());
  return {digest.begin(), digest.end()};
}

Receipt to_receipt(const Row& row) {
  return {row.number(0), to_time(row.number(1)),
          row.text(2),   row.text(3),
          row.text(4),   row.text(5),
          row.text(6),   row.text(7),
          row.bytes(8),  row.bytes(9),
          row.bytes(10), row.text(11)};
}

}  // namespace

Receipt IdentityStore::State::add_receipt(const CustomerRow& row, const EnrolmentRow* enrolment,
                                          const std::string& reason, const std::string& by,
                                          std::int64_t change) {
  const Rows last = database.query("SELECT number, hash FROM receipts ORDER BY number DESC LIMIT 1");
  Receipt receipt;
  receipt.number = last.empty() ? 1 : last.front().number(0) + 1;
  receipt.time = now();
  receipt.customer = row.id;
  receipt.issuer = row.issuer;
  receipt.reason = reason;
  receipt.by = by;
  if (enrolment != nullptr) {
    receipt.enrolment = enrolment->id;
    receipt.consent = enrolment->consent;
    receipt.model = enrolment->model;
  }
  const Digest destroyed = sha256(enrolment != nullptr ? enrolment->sealed.wrapped_key : row.wrapped_key);
  receipt.destroyed_key.assign(destroyed.begin(), destroyed.end());
  receipt.previous = last.empty() ? Bytes(32, 0) : last.front().bytes(1);
  receipt.hash = hash_of(receipt);
  database.execute(std::string("INSERT INTO receipts (") + receipt_columns +
                       ", change) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                   {receipt.number, to_number(receipt.time), receipt.customer, receipt.issuer,
                    receipt.enrolment, receipt.consent, receipt.model, receipt.reason, receipt.destroyed_key,
                    receipt.previous, receipt.hash, receipt.by, change});
  return receipt;
}

// Takes no notice of tags: a customer whose rows were damaged has the same right to be forgotten.
Forgotten IdentityStore::forget(const std::string& customer, const std::string& reason,
                                const std::string& by) {
  Forgotten forgotten;
  Database& database = state_->database;
  Database::Transaction transaction(database);
  const std::optional<CustomerRow> row = state_->stored_customer(customer);
  if (!row) throw StoreError(StoreTrouble::unknown_customer, "no customer is named \"" + customer + "\"");
  const std::int64_t change = state_->next_change();
  const std::vector<EnrolmentRow> enrolments = state_->enrolments_of(customer);
  for (const EnrolmentRow& enrolment : enrolments) {
    forgotten.receipts.push_back(state_->add_receipt(*row, &enrolment, reason, by, change));
  }
  if (enrolments.empty())
    forgotten.receipts.push_back(state_->add_receipt(*row, nullptr, reason, by, change));
  database.execute("DELETE FROM back_off WHERE claim IN (SELECT digest FROM claims WHERE customer = $1)",
                   {customer});
  for (const char* table : {"enrolments", "tokens", "claims", "consents", "uses"}) {
    database.execute(std::string("DELETE FROM ") + table + " WHERE customer = $1", {customer});
  }
  database.execute("DELETE FROM customers WHERE id = $1", {customer});
  transaction.commit();
  forgotten.log_erased = database.erase_log();
  return forgotten;
}

DeletionReceipt to_deletion_receipt(const Receipt& receipt) {
  return {receipt.number, rfc3339(receipt.time),         receipt.enrolment,   receipt.reason,
          receipt.by,     to_hex(receipt.destroyed_key), to_hex(receipt.hash)};
}

std::int64_t IdentityStore::journaled() {
  return state_->database.query("SELECT journaled FROM store").at(0).number(0);
}

void IdentityStore::set_journaled(std::int64_t number) {
  state_->database.execute("UPDATE store SET journaled = $1 WHERE journaled < $2", {number, number});
}

std::vector<Receipt> IdentityStore::receipts(std::int64_t number) {
  std::vector<Receipt> receipts;
  for (const Row& row :
       state_->database.query(std::string("SELECT ") + receipt_columns +
                                  " FROM receipts WHERE number >= $1 ORDER BY number LIMIT 1000",
                              {number})) {
    receipts.push_back(to_receipt(row));
  }
  return receipts;
}

std::optional<std::int64_t> IdentityStore::broken_receipt() {
  Bytes previous(32, 0);
  std::int64_t number = 1;
  while (true) {
    const std::vector<Receipt> page = receipts(number);
    if (page.empty()) return std::nullopt;
    for (const Receipt& receipt : page) {
      if (receipt.number != number || receipt.previous != previous || receipt.hash != hash_of(receipt))
        return number;
      previous = receipt.hash;
      ++number;
    }
  }
}

}  // namespace sesame::biometric
