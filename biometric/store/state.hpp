// What IdentityStore is made of: its database, its keys, and the steps that several of its functions share.
// Part of IdentityStore; same thread rule.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "biometric/store/database.hpp"
#include "biometric/store/identity_store.hpp"
#include "biometric/store/row_seal.hpp"
#include "biometric/template/sealed_template.hpp"
#include "biometric/template/transform.hpp"

namespace sesame::biometric {

struct CustomerRow {
  std::string id;
  std::string issuer;
  CustomerStatus status = CustomerStatus::active;
  Time created;
  Bytes wrapped_key;
  Bytes attributes;  // sealed under that key
  Bytes tag;
};

struct EnrolmentRow {
  std::string id;
  std::string customer;
  std::string consent;
  std::string model;
  std::uint32_t epoch = 0;
  Time created;
  std::uint32_t captures = 0;
  SealedTemplate sealed;
  Bytes tag;
};

struct ClaimRow {
  std::string kind;
  Bytes digest;
  std::string customer;
  Time created;
  Bytes tag;
};

struct IdentityStore::State {
  State(StoreOptions store_options, MasterKey& key)
      : State(Database(store_options.file), store_options, key) {}
  State(Database opened, StoreOptions store_options, MasterKey& key)
      : options(std::move(store_options)), master_key(key), database(std::move(opened)) {}

  StoreOptions options;
  MasterKey& master_key;
  Database database;
  std::string store_id;
  StoreKeys keys;
  std::uint32_t epoch = 0;        // that rows are sealed in
  std::uint32_t index_epoch = 0;  // that the search index is in
  std::map<std::pair<std::uint32_t, std::size_t>, GalleryTransform> transforms;  // by epoch and dimension
  // Somebody who does not exist, opened for a claim that nobody has.
  CustomerRow decoy_customer;
  EnrolmentRow decoy_enrolment;
  Bytes decoy_token;

  Time now() const;
  // What the file holds is not what was written: `what` of it.
  StoreError damaged(const std::string& what) const;

  // schema.cpp
  void open_or_make();
  void load_epoch();  // takes up what another process renewed
  Secret store_key(const std::string& name);
  bool has_gallery_key(std::uint32_t of_epoch);  // on the disk
  void put_store_key(const std::string& name, const Secret& key);
  Bytes store_key_anew(const std::string& name, const Bytes& wrapped, MasterKey& next);
  std::int64_t next_change();

  // version_3.cpp
  void bind_dates();
  void bind_dates_of(const std::string& customer);

  // rows.cpp: a row that does not agree with its tag is told as damaged.
  std::optional<CustomerRow> stored_customer(const std::string& id);  // tag not looked at
  std::optional<CustomerRow> customer(const std::string& id);
  bool agrees(const CustomerRow& row) const;
  bool agrees(const EnrolmentRow& row) const;
  CustomerRow checked(CustomerRow row) const;
  ClaimRow checked(ClaimRow row) const;
  void check(const EnrolmentRow& row) const;
  void put_customer(CustomerRow& row, std::int64_t change, bool is_new);
  Bytes customer_tag(const CustomerRow& row) const;
  // Of all that stays when a key changes; what changes is bound by the sealed template.
  Bytes enrolment_tag(const EnrolmentRow& row) const;
  std::vector<EnrolmentRow> enrolments_of(const std::string& customer);
  void put_consent(const std::string& id, const std::string& customer, const ConsentRecord& record);
  std::vector<std::pair<std::string, ConsentRecord>> consents_of(const std::string& customer);
  std::optional<std::string> customer_with(const std::string& kind, const Bytes& digest);
  Bytes claim_tag(const ClaimRow& row) const;

  // rows.cpp: opening.
  Secret customer_key(const CustomerRow& row);
  Bytes sealed_token(const std::string& customer);
  const GalleryTransform& transform(std::uint32_t of_epoch, std::size_t dimension);
  Secret open_in_gallery_space(const EnrolmentRow& row, const std::string& issuer);
  Secret open_in_model_space(const EnrolmentRow& row, const std::string& issuer);
  Secret open_in_index_space(const EnrolmentRow& row, const std::string& issuer);
  // In that of the row's epoch.
  SealedTemplate seal_in_gallery_space(std::span<const float> values, const EnrolmentRow& row,
                                       const std::string& issuer);

  // retention.cpp. Every customer has a use from enrolment on: one that is missing was taken out.
  std::optional<Time> last_use(const std::string& customer);  // nullopt: not used yet
  void put_use(const std::string& customer, std::int64_t day);
  Bytes use_tag(const std::string& customer, std::int64_t day) const;

  // identity_store.cpp: what was changed is told in it, so that one customer's rows hide nobody else.
  IdentitySummary summary(const Row& customer);

  // find.cpp
  std::optional<StoredIdentity> open_identity(const std::optional<std::string>& id, const std::string& model,
                                              Among among);

  // forget.cpp: in the caller's transaction, before the row goes.
  Receipt add_receipt(const CustomerRow& row, const EnrolmentRow* enrolment, const std::string& reason,
                      const std::string& by, std::int64_t change);
};

TemplateBinding binding_of(const EnrolmentRow& row, const std::string& issuer);
EnrolmentRow to_enrolment(const Row& row);
CustomerRow to_customer(const Row& row);
ClaimRow to_claim(const Row& row);
// In the order that to_enrolment, to_customer and to_claim read them.
std::string enrolment_columns(const std::string& table);
std::string customer_columns();
std::string claim_columns();

// In the place of a day. Days are midnights, so it is none.
inline constexpr std::int64_t not_used_yet = -1;
// The key of the rows' tags, by a name that no store of an earlier version has: one that knows it was brought
// to version 3, whatever its head says.
inline constexpr const char* rows_key = "rows 3";

// Small things sealed under a customer's own key, bound to the customer and to what they are.
Bytes seal_for_customer(const std::string& what, const CustomerRow& row, const Secret& key, ByteView text);
Secret open_for_customer(const std::string& what, const CustomerRow& row, const Secret& key, ByteView box);
Bytes wrap_customer_key(MasterKey& master_key, const CustomerRow& row, const Secret& key);
Bytes customer_key_anew(const CustomerRow& row, MasterKey& from, MasterKey& to);

inline std::int64_t to_number(Time time) { return time.time_since_epoch().count(); }
inline Time to_time(std::int64_t number) { return Time(std::chrono::seconds(number)); }
inline std::span<const float> as_floats(const Secret& values) {
  return {reinterpret_cast<const float*>(values.view().data()), values.size() / sizeof(float)};
}
inline std::span<float> as_floats(Secret& values) {
  return {reinterpret_cast<float*>(values.bytes().data()), values.size() / sizeof(float)};
}

}  // namespace sesame::biometric
