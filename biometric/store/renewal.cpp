// Renewing the gallery: another key and transform, row by row, while everybody goes on.
#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

constexpr std::size_t rows_at_once = 32;

void destroy_old_keys(IdentityStore::State& state) {
  for (const Row& row : state.database.query("SELECT name FROM store_keys WHERE name LIKE 'gallery %'")) {
    if (row.text(0) != "gallery " + std::to_string(state.epoch))
      state.database.execute("DELETE FROM store_keys WHERE name = $1", {row.text(0)});
  }
}

void renew(IdentityStore::State& state, EnrolmentRow row, const std::string& issuer) {
  const Secret values = state.open_in_model_space(row, issuer);
  row.epoch = state.epoch;
  row.sealed = state.seal_in_gallery_space(as_floats(values), row, issuer);
  state.database.execute("UPDATE enrolments SET epoch = $1, wrapped_key = $2, box = $3 WHERE id = $4",
                         {std::int64_t{row.epoch}, row.sealed.wrapped_key, row.sealed.box, row.id});
}

}  // namespace

Renewal IdentityStore::begin_renewal() {
  {
    Database::Transaction transaction(state_->database);
    state_->load_epoch();
    const std::uint32_t next = state_->epoch + 1;
    state_->put_store_key("gallery " + std::to_string(next), Secret::random(key_bytes));
    state_->database.execute("UPDATE store SET epoch = $1", {std::int64_t{next}});
    transaction.commit();
  }
  return renewal();
}

Renewal IdentityStore::renewal() {
  state_->load_epoch();
  Database& database = state_->database;
  return {state_->epoch,
          static_cast<std::size_t>(database.number("SELECT count(*) FROM enrolments WHERE epoch < $1",
                                                   {std::int64_t{state_->epoch}})),
          database.number("SELECT count(*) FROM store_keys WHERE name LIKE 'gallery %'") > 1};
}

Renewed IdentityStore::renew_some(std::size_t rows, std::string& after) {
  Renewed renewed;
  std::string last = after;
  Database::Transaction transaction(state_->database);
  state_->load_epoch();
  const Rows old =
      state_->database.query("SELECT " + enrolment_columns("e") +
                                 ", c.issuer FROM enrolments e JOIN customers c ON c.id = e.customer WHERE "
                                 "e.epoch < $1 AND e.id > $2 "
                                 "ORDER BY e.id LIMIT $3",
                             {std::int64_t{state_->epoch}, last, static_cast<std::int64_t>(rows)});
  for (const Row& row : old) {
    const EnrolmentRow enrolment = to_enrolment(row);
    last = enrolment.id;
    try {
      renew(*state_, enrolment, row.text(10));
      ++renewed.rows;
    } catch (const StoreError& error) {
      if (error.trouble() != StoreTrouble::damaged) throw;
      renewed.damaged.push_back(enrolment.customer);
    }
  }
  renewed.done = old.size() < rows;
  if (renewed.done && renewal().remaining == 0) destroy_old_keys(*state_);
  transaction.commit();
  after = std::move(last);
  if (renewed.done) static_cast<void>(state_->database.erase_log());
  return renewed;
}

std::uint32_t IdentityStore::renew_gallery() {
  begin_renewal();
  std::string after;
  while (!renew_some(rows_at_once, after).done) {
  }
  return state_->epoch;
}

}  // namespace sesame::biometric
