#include "biometric/store/master_key_change.hpp"

#include <set>
#include <utility>

#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

constexpr std::size_t page = 64;
constexpr std::size_t most_names = 10;

Database alone(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file))
    throw StoreError(StoreTrouble::not_writable, "there is no identity store " + file.string());
  try {
    return Database(file, Database::Use::alone);
  } catch (const StoreError& error) {
    if (error.trouble() != StoreTrouble::busy) throw;
    throw StoreError(StoreTrouble::busy,
                     "the identity store " + file.string() +
                         " is in use: stop the host that serves its faces first; the store was not changed");
  }
}

// Every row that has a wrapped key, in the caller's transaction.
class Wrapping {
 public:
  Wrapping(IdentityStore::State& state, MasterKey& next,
           const std::function<void(std::size_t, std::size_t)>& progress)
      : state_(state), next_(next), progress_(progress) {
    for (const char* table : {"store_keys", "customers", "enrolments"})
      wanted_ +=
          static_cast<std::size_t>(state_.database.number(std::string("SELECT count(*) FROM ") + table));
  }

  MasterKeyChanged all() {
    MasterKeyChanged changed;
    changed.store_keys = store_keys();
    changed.customers = by_pages("SELECT " + customer_columns() + " FROM customers WHERE id > $1 ORDER BY id",
                                 [this](const Row& row) { customer(row); });
    changed.templates = by_pages("SELECT " + enrolment_columns("e") +
                                     ", c.issuer FROM enrolments e JOIN customers c ON c.id = e.customer "
                                     "WHERE e.id > $1 ORDER BY e.id",
                                 [this](const Row& row) { enrolment(row); });
    if (!damaged_.empty()) throw does_not_open();
    if (done_ != wanted_) throw state_.damaged("a template without its customer");
    return changed;
  }

 private:
  std::size_t store_keys() {
    const Rows rows = state_.database.query("SELECT name, wrapped FROM store_keys");
    for (const Row& row : rows) {
      const std::string& name = row.text(0);
      try {
        state_.database.execute("UPDATE store_keys SET wrapped = $1 WHERE name = $2",
                                {state_.store_key_anew(name, row.bytes(1), next_), name});
      } catch (const DoesNotOpen&) {
        throw state_.damaged("its key \"" + name + "\"");
      }
      tell();
    }
    return rows.size();
  }

  std::size_t by_pages(const std::string& sql, const std::function<void(const Row&)>& each) {
    std::size_t count = 0;
    std::string after;
    for (;;) {
      const Rows rows = state_.database.query(sql + " LIMIT $2", {after, static_cast<std::int64_t>(page)});
      for (const Row& row : rows) {
        each(row);
        tell();
      }
      count += rows.size();
      if (rows.size() < page) return count;
      after = rows.back().text(0);
    }
  }

  // What does not open is not wrapped, and stops the change when all of it is known by name.
  void named(const std::string& customer, const std::function<void()>& wrap) {
    try {
      wrap();
    } catch (const DoesNotOpen&) {
      damaged_.insert(customer);
    } catch (const StoreError& error) {
      if (error.trouble() != StoreTrouble::damaged) throw;
      damaged_.insert(customer);
    }
  }

  void customer(const Row& row) {
    named(row.text(0), [&] {
      // A new tag says that the row is true: not of one that was edited.
      CustomerRow customer = state_.checked(to_customer(row));
      customer.wrapped_key = customer_key_anew(customer, state_.master_key, next_);
      state_.database.execute("UPDATE customers SET wrapped_key = $1, tag = $2 WHERE id = $3",
                              {customer.wrapped_key, state_.customer_tag(customer), customer.id});
    });
  }

  void enrolment(const Row& row) {
    const EnrolmentRow enrolment = to_enrolment(row);
    named(enrolment.customer, [&] {
      state_.check(enrolment);
      state_.database.execute(
          "UPDATE enrolments SET wrapped_key = $1 WHERE id = $2",
          {wrap_key_anew(enrolment.sealed, binding_of(enrolment, row.text(10)), state_.master_key, next_),
           enrolment.id});
    });
  }

  StoreError does_not_open() const {
    std::string names;
    std::size_t count = 0;
    for (const std::string& name : damaged_) {
      if (++count > most_names) break;
      names += (names.empty() ? "" : ", ") + name;
    }
    if (damaged_.size() > most_names)
      names += " and " + std::to_string(damaged_.size() - most_names) + " more";
    return {
        StoreTrouble::damaged,
        "the identity store " + state_.options.file.string() + " is damaged: what it keeps of " + names +
            " was changed, moved or put back since it was written. The master key was not changed; restore "
            "the store from a backup, or forget these customers and enrol them again, then change the key"};
  }

  void tell() {
    ++done_;
    if (progress_ && (done_ % page == 0 || done_ == wanted_)) progress_(done_, wanted_);
  }

  IdentityStore::State& state_;
  MasterKey& next_;
  const std::function<void(std::size_t, std::size_t)>& progress_;
  std::size_t wanted_ = 0;
  std::size_t done_ = 0;
  std::set<std::string> damaged_;
};

}  // namespace

MasterKeyChange::MasterKeyChange(std::filesystem::path store) : database_(alone(store)) {
  if (!database_.has_table("store"))
    throw StoreError(StoreTrouble::damaged, store.string() + " is no identity store; it was not changed");
}

MasterKeyChanged MasterKeyChange::run(MasterKey& present, MasterKey& next,
                                      const std::function<void(std::size_t, std::size_t)>& progress) {
  const bool changed_before =
      !database_.query("SELECT id FROM store WHERE master_key = $1", {next.id()}).empty();
  if (changed_before && present.id() == next.id())
    throw StoreError(StoreTrouble::refused,
                     "the identity store " + database_.file().string() + " is under the master key " +
                         next.id() + " already: the new key is the old one; the store was not changed");
  StoreOptions options{database_.file(), {}, {}};
  IdentityStore::State state(std::move(database_), std::move(options), changed_before ? next : present);
  state.open_or_make();
  MasterKeyChanged changed;
  if (!changed_before) {
    Database::Transaction transaction(state.database);
    changed = Wrapping(state, next, progress).all();
    state.database.execute("UPDATE store SET master_key = $1", {next.id()});
    transaction.commit();
  }
  changed.from = present.id();
  changed.to = next.id();
  changed.changed_before = changed_before;
  try {
    changed.old_erased = state.database.erase_log();
  } catch (const StoreError&) {
    // It is changed all the same: the log has it.
  }
  return changed;
}

}  // namespace sesame::biometric
