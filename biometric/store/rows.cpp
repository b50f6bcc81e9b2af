// Rows to values and back, with what binds them.
#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

// A word that nobody wrote is none of a customer's who may get in.
CustomerStatus to_status(const std::string& word) {
  for (const auto status : {CustomerStatus::active, CustomerStatus::paused})
    if (to_string(status) == word) return status;
  return CustomerStatus::suspended;
}

}  // namespace

std::string customer_columns() { return "id, issuer, status, created, wrapped_key, attributes, tag"; }

CustomerRow to_customer(const Row& row) {
  return {row.text(0),  row.text(1), to_status(row.text(2)), to_time(row.number(3)), row.bytes(4),
          row.bytes(5), row.bytes(6)};
}

std::string enrolment_columns(const std::string& table) {
  std::string columns;
  for (const char* column :
       {"id", "customer", "consent", "model", "epoch", "created", "captures", "wrapped_key", "box", "tag"}) {
    columns += (columns.empty() ? "" : ", ") + table + "." + column;
  }
  return columns;
}

EnrolmentRow to_enrolment(const Row& row) {
  return {row.text(0),
          row.text(1),
          row.text(2),
          row.text(3),
          static_cast<std::uint32_t>(row.number(4)),
          to_time(row.number(5)),
          static_cast<std::uint32_t>(row.number(6)),
          {row.bytes(7), row.bytes(8)},
          row.bytes(9)};
}

std::string claim_columns() { return "kind, digest, customer, created, tag"; }

ClaimRow to_claim(const Row& row) {
  return {row.text(0), row.bytes(1), row.text(2), to_time(row.number(3)), row.bytes(4)};
}

TemplateBinding binding_of(const EnrolmentRow& row, const std::string& issuer) {
  return {row.customer, issuer, row.id, row.consent, row.epoch, row.model};
}

namespace {

Fields& bind_customer(Fields& fields, const CustomerRow& row) { return fields.add(row.id).add(row.issuer); }

Bytes consent_tag(const StoreKeys& keys, const std::string& id, const std::string& customer,
                  const ConsentRecord& record) {
  Fields fields("consent");
  fields.add(id)
      .add(customer)
      .add(record.purpose)
      .add(record.text_version)
      .add(record.language)
      .add(record.given_at);
  fields.add(record.given_by).add(record.reference).add_number(record.gaze_start ? 1 : 0);
  // Records of version 1 have neither.
  if (record.age != unknown_age || !record.guardian.empty())
    fields.add_number(static_cast<std::uint64_t>(record.age + 1)).add(record.guardian);
  return row_tag(keys, fields);
}

}  // namespace

Bytes seal_for_customer(const std::string& what, const CustomerRow& row, const Secret& key, ByteView text) {
  Fields context("sesame customer box 1");
  return seal(key.view(), text, bind_customer(context.add(what), row).view());
}

Secret open_for_customer(const std::string& what, const CustomerRow& row, const Secret& key, ByteView box) {
  Fields context("sesame customer box 1");
  return open(key.view(), box, bind_customer(context.add(what), row).view());
}

Bytes wrap_customer_key(MasterKey& master_key, const CustomerRow& row, const Secret& key) {
  Fields context("sesame customer key 1");
  return master_key.wrap(key, bind_customer(context, row).view());
}

Bytes customer_key_anew(const CustomerRow& row, MasterKey& from, MasterKey& to) {
  Fields context("sesame customer key 1");
  return wrap_anew(row.wrapped_key, bind_customer(context, row).view(), from, to);
}

Secret IdentityStore::State::customer_key(const CustomerRow& row) {
  Fields context("sesame customer key 1");
  return master_key.unwrap(row.wrapped_key, bind_customer(context, row).view());
}

Bytes IdentityStore::State::customer_tag(const CustomerRow& row) const {
  Fields fields("customer");
  bind_customer(fields, row)
      .add(to_string(row.status))
      .add_number(static_cast<std::uint64_t>(to_number(row.created)));
  fields.add(row.wrapped_key);
  return row_tag(keys, fields);
}

std::optional<CustomerRow> IdentityStore::State::stored_customer(const std::string& id) {
  const Rows rows = database.query("SELECT " + customer_columns() + " FROM customers WHERE id = $1", {id});
  if (rows.empty()) return std::nullopt;
  return to_customer(rows.front());
}

bool IdentityStore::State::agrees(const CustomerRow& row) const {
  return equal_in_constant_time(customer_tag(row), row.tag);
}

CustomerRow IdentityStore::State::checked(CustomerRow row) const {
  if (!agrees(row)) throw damaged("the row of customer " + row.id);
  return row;
}

std::optional<CustomerRow> IdentityStore::State::customer(const std::string& id) {
  std::optional<CustomerRow> row = stored_customer(id);
  if (row) row = checked(std::move(*row));
  return row;
}

void IdentityStore::State::put_customer(CustomerRow& row, std::int64_t change, bool is_new) {
  row.tag = customer_tag(row);
  if (is_new) {
    database.execute(
        "INSERT INTO customers (id, issuer, status, created, change, wrapped_key, attributes, tag) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        {row.id, row.issuer, std::string(to_string(row.status)), to_number(row.created), change,
         row.wrapped_key, row.attributes, row.tag});
  } else {
    database.execute("UPDATE customers SET status = $1, change = $2, attributes = $3, tag = $4 WHERE id = $5",
                     {std::string(to_string(row.status)), change, row.attributes, row.tag, row.id});
  }
}

Bytes IdentityStore::State::enrolment_tag(const EnrolmentRow& row) const {
  Fields fields("enrolment");
  fields.add(row.id)
      .add(row.customer)
      .add(row.consent)
      .add(row.model)
      .add_number(static_cast<std::uint64_t>(to_number(row.created)))
      .add_number(row.captures);
  return row_tag(keys, fields);
}

bool IdentityStore::State::agrees(const EnrolmentRow& row) const {
  return equal_in_constant_time(enrolment_tag(row), row.tag);
}

void IdentityStore::State::check(const EnrolmentRow& row) const {
  if (!agrees(row)) throw damaged("the enrolment " + row.id + " of customer " + row.customer);
}

std::vector<EnrolmentRow> IdentityStore::State::enrolments_of(const std::string& customer_id) {
  std::vector<EnrolmentRow> enrolments;
  for (const Row& row : database.query("SELECT " + enrolment_columns("enrolments") +
                                           " FROM enrolments WHERE customer = $1 ORDER BY created, id",
                                       {customer_id})) {
    enrolments.push_back(to_enrolment(row));
  }
  return enrolments;
}

void IdentityStore::State::put_consent(const std::string& id, const std::string& customer_id,
                                       const ConsentRecord& record) {
  database.execute(
      "INSERT INTO consents (id, customer, purpose, text_version, language, given_at, given_by, reference, "
      "gaze_start, age, guardian, tag) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
      {id, customer_id, record.purpose, record.text_version, record.language, record.given_at,
       record.given_by, record.reference, std::int64_t{record.gaze_start ? 1 : 0}, std::int64_t{record.age},
       record.guardian, consent_tag(keys, id, customer_id, record)});
}

std::vector<std::pair<std::string, ConsentRecord>> IdentityStore::State::consents_of(
    const std::string& customer_id) {
  std::vector<std::pair<std::string, ConsentRecord>> consents;
  for (const Row& row : database.query("SELECT id, purpose, text_version, language, given_at, given_by, "
                                       "reference, gaze_start, tag, age, guardian FROM consents "
                                       "WHERE customer = $1 ORDER BY given_at, id",
                                       {customer_id})) {
    const ConsentRecord record{row.text(1), row.text(2), row.text(3),        row.text(4),
                               row.text(5), row.text(6), row.number(7) != 0, static_cast<int>(row.number(9)),
                               row.text(10)};
    if (!equal_in_constant_time(consent_tag(keys, row.text(0), customer_id, record), row.bytes(8))) {
      throw damaged("the consent " + row.text(0) + " of customer " + customer_id);
    }
    consents.emplace_back(row.text(0), record);
  }
  return consents;
}

Bytes IdentityStore::State::claim_tag(const ClaimRow& row) const {
  Fields fields("claim");
  fields.add(row.kind)
      .add(row.digest)
      .add(row.customer)
      .add_number(static_cast<std::uint64_t>(to_number(row.created)));
  return row_tag(keys, fields);
}

ClaimRow IdentityStore::State::checked(ClaimRow row) const {
  if (!equal_in_constant_time(claim_tag(row), row.tag))
    throw damaged("a claim (" + row.kind + ") of customer " + row.customer);
  return row;
}

std::optional<std::string> IdentityStore::State::customer_with(const std::string& kind, const Bytes& digest) {
  const Rows rows = database.query(
      "SELECT " + claim_columns() + " FROM claims WHERE kind = $1 AND digest = $2", {kind, digest});
  if (rows.empty()) return std::nullopt;
  return checked(to_claim(rows.front())).customer;
}

Bytes IdentityStore::State::sealed_token(const std::string& customer_id) {
  const Rows rows = database.query("SELECT box FROM tokens WHERE customer = $1", {customer_id});
  return rows.empty() ? Bytes() : rows.front().bytes(0);
}

const GalleryTransform& IdentityStore::State::transform(std::uint32_t of_epoch, std::size_t dimension) {
  return transforms
      .try_emplace(std::pair(of_epoch, dimension), keys.galleries.at(of_epoch), of_epoch, dimension)
      .first->second;
}

Secret IdentityStore::State::open_in_gallery_space(const EnrolmentRow& row, const std::string& issuer) {
  check(row);
  // Another process may renew the gallery, or has: then this row was put back, whatever keys are in memory.
  if (row.epoch != epoch) load_epoch();
  const bool over = row.epoch != epoch && !has_gallery_key(row.epoch);
  const std::size_t dimension = values_in(row.sealed.box);
  try {
    if (over || dimension < 8) throw DoesNotOpen("of an epoch that is over");
    Secret values(dimension * sizeof(float));
    open_template(row.sealed, binding_of(row, issuer), master_key, as_floats(values));
    return values;
  } catch (const DoesNotOpen&) {
    throw damaged("the template of enrolment " + row.id + " of customer " + row.customer);
  }
}

Secret IdentityStore::State::open_in_model_space(const EnrolmentRow& row, const std::string& issuer) {
  Secret values = open_in_gallery_space(row, issuer);
  transform(row.epoch, values.size() / sizeof(float)).invert(as_floats(values));
  return values;
}

Secret IdentityStore::State::open_in_index_space(const EnrolmentRow& row, const std::string& issuer) {
  if (row.epoch == index_epoch) return open_in_gallery_space(row, issuer);
  Secret values = open_in_model_space(row, issuer);
  transform(index_epoch, values.size() / sizeof(float)).apply(as_floats(values));
  return values;
}

SealedTemplate IdentityStore::State::seal_in_gallery_space(std::span<const float> values,
                                                           const EnrolmentRow& row,
                                                           const std::string& issuer) {
  Secret moved(ByteView(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()));
  transform(row.epoch, values.size()).apply(as_floats(moved));
  return seal_template(as_floats(moved), binding_of(row, issuer), master_key);
}

}  // namespace sesame::biometric
