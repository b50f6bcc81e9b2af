// The door's messages about customers who are enrolled: lists, what is held, receipts, retention, renewal.
#include <boost/json.hpp>

#include "biometric/process/door.hpp"

namespace sesame::biometric::door {

namespace {

namespace json = boost::json;
using json::object;

constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_digest = 128;
constexpr std::size_t longest_text = 1024;
constexpr std::size_t most_claim_kinds = 16;
constexpr std::size_t most_receipts = 10'000;
constexpr std::size_t most_notes = 1000;
constexpr std::uint64_t most = 1ULL << 40U;

std::vector<std::string> texts_field(const object& from, std::string_view name, std::size_t most_texts,
                                     std::size_t longest) {
  const json::value* list = from.if_contains(name);
  std::vector<std::string> texts;
  if (list == nullptr || !list->is_array() || list->get_array().size() > most_texts)
    throw DoorError("\"" + std::string(name) + "\" is not an array within its limit");
  for (const json::value& text : list->get_array()) {
    if (!text.is_string() || text.get_string().size() > longest)
      throw DoorError("\"" + std::string(name) + "\" is not an array of texts within their length");
    texts.emplace_back(text.get_string());
  }
  return texts;
}

object write_receipt(const DeletionReceipt& receipt) {
  return {{"number", receipt.number}, {"time", receipt.time}, {"enrolment", receipt.enrolment},
          {"reason", receipt.reason}, {"by", receipt.by},     {"key", receipt.key},
          {"hash", receipt.hash}};
}

json::array write_receipts(const std::vector<DeletionReceipt>& receipts) {
  json::array out;
  for (const DeletionReceipt& receipt : receipts) out.push_back(write_receipt(receipt));
  return out;
}

std::vector<DeletionReceipt> read_receipts(const object& from) {
  std::vector<DeletionReceipt> receipts;
  for (const object* receipt : objects_field(from, "receipts", most_receipts))
    receipts.push_back(
        {static_cast<std::int64_t>(number_field(*receipt, "number", most)),
         text_field(*receipt, "time", longest_word), text_field(*receipt, "enrolment", longest_word),
         text_field(*receipt, "reason", longest_text), text_field(*receipt, "by", longest_text),
         text_field(*receipt, "key", longest_digest), text_field(*receipt, "hash", longest_digest)});
  return receipts;
}

}  // namespace

object write(const ForgottenCustomer& gone) {
  return {{"known", gone.known}, {"receipts", write_receipts(gone.receipts)}};
}
ForgottenCustomer read_forgotten(const object& from) {
  return {flag_field(from, "known"), read_receipts(from)};
}

CustomerStatus read_status(const object& from) {
  const std::string word = text_field(from, "status", longest_word);
  for (const auto status : {CustomerStatus::active, CustomerStatus::paused, CustomerStatus::suspended})
    if (to_string(status) == word) return status;
  throw DoorError("\"status\" is not one of its words");
}

object write(const std::vector<IdentityLine>& lines) {
  json::array out;
  for (const IdentityLine& line : lines)
    out.push_back({{"customer", line.customer_id},
                   {"issuer", line.issuer},
                   {"status", to_string(line.status)},
                   {"created", line.created},
                   {"claimKinds", json::array(line.claim_kinds.begin(), line.claim_kinds.end())},
                   {"enrolments", line.enrolments},
                   {"lastUsed", line.last_used},
                   {"enrolAgain", line.enrol_again},
                   {"deletionDue", line.deletion_due},
                   {"damaged", line.damaged}});
  return {{"identities", out}};
}
std::vector<IdentityLine> read_identities(const object& from) {
  std::vector<IdentityLine> lines;
  for (const object* one : objects_field(from, "identities", most_identities))
    lines.push_back({text_field(*one, "customer", longest_text), text_field(*one, "issuer", longest_text),
                     read_status(*one), text_field(*one, "created", longest_word),
                     texts_field(*one, "claimKinds", most_claim_kinds, longest_word),
                     static_cast<std::uint32_t>(number_field(*one, "enrolments", UINT32_MAX)),
                     text_field(*one, "lastUsed", longest_word), flag_field(*one, "enrolAgain"),
                     text_field(*one, "deletionDue", longest_word),
                     text_field(*one, "damaged", longest_text)});
  return lines;
}

object write(const std::optional<HeldFace>& held) {
  if (!held) return {{"known", false}};
  return {{"known", true},
          {"status", to_string(held->status)},
          {"enrolled", held->enrolled},
          {"lastUsed", held->last_used},
          {"deletionDue", held->deletion_due},
          {"purpose", held->purpose},
          {"textVersion", held->text_version},
          {"enrolAgain", held->enrol_again}};
}
std::optional<HeldFace> read_held(const object& from) {
  if (!flag_field(from, "known")) return std::nullopt;
  return HeldFace{read_status(from),
                  text_field(from, "enrolled", longest_word),
                  text_field(from, "lastUsed", longest_word),
                  text_field(from, "deletionDue", longest_word),
                  text_field(from, "purpose", longest_text),
                  text_field(from, "textVersion", longest_word),
                  flag_field(from, "enrolAgain")};
}

object write(const Expiry& expiry) {
  json::array due;
  for (const Expiry::Due& one : expiry.due) due.push_back({{"customer", one.customer_id}, {"why", one.why}});
  return {{"due", std::move(due)},
          {"dueInAll", expiry.due_in_all},
          {"customers", expiry.customers},
          {"enrolAgain", expiry.enrol_again},
          {"damaged", json::array(expiry.damaged.begin(), expiry.damaged.end())},
          {"damagedInAll", expiry.damaged_in_all},
          {"receipts", write_receipts(expiry.receipts)}};
}
Expiry read_expiry(const object& from) {
  Expiry expiry;
  for (const object* one : objects_field(from, "due", most_due))
    expiry.due.push_back({text_field(*one, "customer", longest_text), text_field(*one, "why", longest_text)});
  expiry.due_in_all = number_field(from, "dueInAll", most);
  expiry.customers = number_field(from, "customers", most);
  expiry.enrol_again = number_field(from, "enrolAgain", most);
  expiry.damaged = texts_field(from, "damaged", most_due, longest_text);
  expiry.damaged_in_all = number_field(from, "damagedInAll", most);
  expiry.receipts = read_receipts(from);
  return expiry;
}

object write(const Rotation& rotation) {
  return {{"epoch", rotation.epoch},
          {"renewed", rotation.renewed},
          {"wanted", rotation.wanted},
          {"takenUp", rotation.taken_up},
          {"damaged", json::array(rotation.damaged.begin(), rotation.damaged.end())}};
}
Rotation read_rotation(const object& from) {
  return {static_cast<std::uint32_t>(number_field(from, "epoch", UINT32_MAX)),
          number_field(from, "renewed", most), number_field(from, "wanted", most),
          flag_field(from, "takenUp"), texts_field(from, "damaged", most_due, longest_text)};
}

object write(const CustodyNews& news) {
  return {{"receipts", write_receipts(news.receipts)},
          {"notes", json::array(news.notes.begin(), news.notes.end())}};
}
CustodyNews read_news(const object& from) {
  return {read_receipts(from), texts_field(from, "notes", most_notes, longest_text)};
}

}  // namespace sesame::biometric::door
