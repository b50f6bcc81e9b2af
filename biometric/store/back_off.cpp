// Counters of failed attempts. They know claims by digest alone: of a claim that nobody has, too.
#include <algorithm>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

// The row of a claim that counts over all terminals.
const std::string anywhere;

struct Counter {
  std::int64_t failures = 0;
  Time last;
  Time until;
};

Counter counter(Database& database, const Bytes& claim, const std::string& terminal, Time forget_before) {
  const Rows rows = database.query(
      "SELECT failures, last, until FROM back_off WHERE claim = $1 AND terminal = $2", {claim, terminal});
  if (rows.empty() || to_time(rows.front().number(1)) < forget_before) return {};
  return {rows.front().number(0), to_time(rows.front().number(1)), to_time(rows.front().number(2))};
}

Counter add_failure(Database& database, const BackOffPolicy& policy, const Bytes& claim,
                    const std::string& terminal, Time now) {
  Counter counted = counter(database, claim, terminal, now - policy.forget_after);
  ++counted.failures;
  counted.last = now;
  counted.until =
      now + wait_after(policy, counted.failures,
                       terminal == anywhere ? policy.free_attempts_anywhere : policy.free_attempts);
  database.execute("DELETE FROM back_off WHERE claim = $1 AND terminal = $2", {claim, terminal});
  database.execute(
      "INSERT INTO back_off (claim, terminal, failures, last, until) VALUES ($1, $2, $3, $4, $5)",
      {claim, terminal, counted.failures, to_number(counted.last), to_number(counted.until)});
  return counted;
}

bool names_nobody(const Claim& claim) { return claim.kind.empty() && claim.value.empty(); }

void require_terminal(const std::string& terminal) {
  if (terminal.empty())
    throw StoreError(StoreTrouble::refused, "an attempt is counted at a terminal: none was named");
}

}  // namespace

BackOff IdentityStore::back_off(const Claim& claim, const std::string& terminal) {
  require_terminal(terminal);
  const Bytes digest = claim_digest(state_->keys, claim);
  const Time forget_before = state_->now() - state_->options.back_off.forget_after;
  const Counter here = counter(state_->database, digest, terminal, forget_before);
  const Counter everywhere = counter(state_->database, digest, anywhere, forget_before);
  return {here.failures, std::max(here.until, everywhere.until)};
}

BackOff IdentityStore::count_failure(const Claim& claim, const std::string& terminal) {
  require_terminal(terminal);
  const BackOffPolicy& policy = state_->options.back_off;
  const Bytes digest = claim_digest(state_->keys, claim);
  const Time now = state_->now();
  Database::Transaction transaction(state_->database);
  // Claims that nobody has leave counters too: what is forgotten goes, or guessing would fill the disk.
  state_->database.execute("DELETE FROM back_off WHERE last < $1", {to_number(now - policy.forget_after)});
  const Counter here = add_failure(state_->database, policy, digest, terminal, now);
  BackOff result{here.failures, here.until};
  if (!names_nobody(claim)) {
    result.until = std::max(result.until, add_failure(state_->database, policy, digest, anywhere, now).until);
  }
  transaction.commit();
  return result;
}

void IdentityStore::count_success(const Claim& claim, const std::string& terminal) {
  require_terminal(terminal);
  const Bytes digest = claim_digest(state_->keys, claim);
  // Nothing to take back is the rule, and costs no write.
  if (state_->database.query("SELECT failures FROM back_off WHERE claim = $1", {digest}).empty()) return;
  Database::Transaction transaction(state_->database);
  state_->database.execute("DELETE FROM back_off WHERE claim = $1 AND terminal = $2", {digest, terminal});
  state_->database.execute("DELETE FROM back_off WHERE claim = $1 AND terminal = $2", {digest, anywhere});
  transaction.commit();
}

}  // namespace sesame::biometric
