// IdentityStore: customers, claims, consents, enrolments, tokens, back-off counters and deletion receipts, in
// one SQLite file. Templates are sealed, claims are keyed digests, card numbers and attributes sealed; rows
// that decide something are bound to each other and to their dates, so that editing the file moves nobody's
// face, card or claim to somebody else and makes nobody's younger or older. Safe against kill -9 and power
// cuts. Owned by the face process or the command line, several at once; call one object from one thread at a
// time; calls block on disk.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "biometric/store/records.hpp"
#include "biometric/template/master_key.hpp"

namespace sesame::biometric {

struct StoreOptions {
  std::filesystem::path file;   // made, with mode 0600, when it is not there
  std::function<Time()> clock;  // none: the system's
  BackOffPolicy back_off;
  PrivacyRules rules{};
};

// Every function throws StoreError. It is guaranteed that one that throws changed nothing.
class IdentityStore {
 public:
  // `master_key` outlives the store.
  IdentityStore(StoreOptions options, MasterKey& master_key);
  ~IdentityStore();
  IdentityStore(const IdentityStore&) = delete;
  IdentityStore& operator=(const IdentityStore&) = delete;

  // Refused without a consent record. A customer's earlier template of the same model is destroyed, with a
  // receipt; the token stays what it was.
  Enrolled enrol(const EnrolmentRequest& request);

  // The active customer with this claim, enrolled with this model; nullopt otherwise. It takes the same steps
  // and opens as much either way. Blanks, hyphens, dots, parentheses and a leading '+' in the claim's value
  // do not count, nor does case.
  std::optional<StoredIdentity> find(const Claim& claim, const std::string& model,
                                     Among among = Among::active);
  // By name, as after a search.
  std::optional<StoredIdentity> find_customer(const std::string& customer, const std::string& model,
                                              Among among = Among::active);

  // Back-off. `claim` with empty kind and value stands for "none" (1:N): then it counts the terminal.
  BackOff back_off(const Claim& claim, const std::string& terminal);
  BackOff count_failure(const Claim& claim, const std::string& terminal);
  void count_success(const Claim& claim, const std::string& terminal);

  // Customers in the order of their names, at most `limit`, after the one given.
  std::vector<IdentitySummary> identities(const std::string& after = "", std::size_t limit = 1000);
  std::size_t customers();
  // Templates of active customers, of this model.
  std::size_t enrolments(const std::string& model);
  // Customers whose templates are all of other models: nobody can be compared with them.
  std::size_t customers_without(const std::string& model);

  void set_status(const std::string& customer, CustomerStatus status);
  // Kept as a day: retention needs no more, and a day costs one write. Unknown customers are nobody's use. In
  // the place of a day that was edited it is true again.
  void note_use(const std::string& customer);

  // Destroys the keys, then the rows: templates, card number, claims, consents, attributes, counters. What
  // remains is receipts.
  Forgotten forget(const std::string& customer, const std::string& reason, const std::string& by = "");

  // What the rules say of the next `limit` customers after the one given, in the order of their names. Of
  // dates that were edited or taken out they say nothing.
  DuePage due(const std::string& after, std::size_t limit);

  enum class Templates { left_out, opened };
  HeldOnPerson held_on(const std::string& customer, Templates templates = Templates::left_out);

  // Receipts from `number` on, at most 1000.
  std::vector<Receipt> receipts(std::int64_t number = 1);
  // Number of the first receipt that does not follow from the one before; nullopt when the chain is whole.
  std::optional<std::int64_t> broken_receipt();

  // The last receipt that the host has in its journal; it asks for what comes after.
  std::int64_t journaled();
  void set_journaled(std::int64_t number);

  // Revokes all templates as they are stored now: next epoch, new transform, new keys. Nobody enrols again.
  // What enrols from here on is of the new epoch; what was there opens as before until its row is renewed,
  // a batch a transaction, so that everybody is served meanwhile and a process killed in between has lost
  // nothing: whoever renews next goes on. With the last row the old gallery keys are destroyed; they stay
  // while a template is left that did not open, for a token that fails must not cost a customer's face.
  Renewal begin_renewal();
  Renewal renewal();
  // Renews the next `rows` after enrolment `after`, which becomes the last one looked at; "" to begin with.
  Renewed renew_some(std::size_t rows, std::string& after);
  // All of it at once. Returns the new epoch.
  std::uint32_t renew_gallery();
  std::uint32_t epoch();

  // For the search index: grows with every change to customers and templates, by whatever process.
  std::int64_t change();
  struct Change {
    struct Template {
      std::string enrolment;
      Secret values;  // floats, in the space of the index
    };
    std::string customer;
    std::vector<Template> templates;  // none: take the customer out
  };
  // Calls `visit` with every customer changed after `since` (0: all), templates of `model` opened. Returns
  // what to ask from next. A row that does not open is left out, and its enrolment told to `damaged`.
  std::int64_t changes(std::int64_t since, const std::string& model, const std::function<void(Change)>& visit,
                       const std::function<void(const std::string& enrolment)>& damaged);
  // In place: from the model's own space into that of the index. It is the space of the epoch that this
  // object opened the store in, and stays so: renewing rows on the disk does not disturb who searches.
  void to_index_space(std::span<float> values);

  // The store's clock.
  Time now() const;
  const PrivacyRules& rules() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

// RFC 8259, UTF-8, indented for people. In target sesame_store_json.
std::string to_json(const HeldOnPerson& held);

}  // namespace sesame::biometric
