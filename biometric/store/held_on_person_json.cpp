#include <boost/json.hpp>

#include "biometric/store/identity_store.hpp"
#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

namespace json = boost::json;

// Indented by two blanks a level; lists of numbers stay on one line.
void print(std::string& out, const json::value& value, std::size_t level) {
  const std::string line = "\n" + std::string(2 * level + 2, ' ');
  const char* separator = "";
  if (const json::object* object = value.if_object(); object != nullptr && !object->empty()) {
    out += '{';
    for (const auto& [key, member] : *object) {
      out += std::exchange(separator, ",") + line + json::serialize(json::string(key)) + ": ";
      print(out, member, level + 1);
    }
    out += "\n" + std::string(2 * level, ' ') + '}';
  } else if (const json::array* array = value.if_array();
             array != nullptr && !array->empty() && !array->front().is_number()) {
    out += '[';
    for (const json::value& member : *array) {
      out += std::exchange(separator, ",") + line;
      print(out, member, level + 1);
    }
    out += "\n" + std::string(2 * level, ' ') + ']';
  } else {
    out += json::serialize(value);
  }
}

json::value day(const std::optional<Time>& time) {
  if (!time) return nullptr;
  return json::string(day_of(*time));
}

json::value to_value(const std::string& id, const ConsentRecord& consent) {
  return {{"consent", id},
          {"purpose", consent.purpose},
          {"textVersion", consent.text_version},
          {"language", consent.language},
          {"givenAt", consent.given_at},
          {"givenBy", consent.given_by},
          {"reference", consent.reference},
          {"guardian", consent.guardian},
          {"age", consent.age == unknown_age ? json::value(nullptr) : json::value(consent.age)},
          {"gazeStart", consent.gaze_start}};
}

json::value to_value(const HeldOnPerson::EnrolmentHeld& enrolment) {
  json::object out{{"enrolment", enrolment.enrolment}, {"consent", enrolment.consent},
                   {"model", enrolment.model},         {"epoch", enrolment.epoch},
                   {"captures", enrolment.captures},   {"created", rfc3339(enrolment.created)},
                   {"values", enrolment.values}};
  if (!enrolment.opened.empty()) {
    const std::span<const float> values = as_floats(enrolment.opened);
    out["template"] = json::array(values.begin(), values.end());
  }
  return out;
}

json::value to_value(const Receipt& receipt) {
  return {{"number", receipt.number},
          {"time", rfc3339(receipt.time)},
          {"enrolment", receipt.enrolment},
          {"consent", receipt.consent},
          {"model", receipt.model},
          {"reason", receipt.reason},
          {"by", receipt.by},
          {"destroyedKey", to_hex(receipt.destroyed_key)},
          {"previous", to_hex(receipt.previous)},
          {"hash", to_hex(receipt.hash)}};
}

}  // namespace

std::string to_json(const HeldOnPerson& held) {
  json::object person{{"customer", held.customer},
                      {"issuer", held.issuer},
                      {"status", to_string(held.status)},
                      {"created", rfc3339(held.created)},
                      {"lastUsed", day(held.age.last_used)},
                      {"deletionDue", day(held.deletion_due)},
                      {"askedToEnrolAgain", held.enrol_again},
                      {"tokenPan", held.token_pan_masked}};
  json::object& attributes = person["attributes"].emplace_object();
  for (const auto& [name, value] : held.attributes) attributes[name] = value;
  json::array& claims = person["claims"].emplace_array();
  for (const auto& claim : held.claims)
    claims.push_back({{"kind", claim.kind}, {"since", rfc3339(claim.since)}});
  json::array& consents = person["consents"].emplace_array();
  for (const auto& [id, consent] : held.consents) consents.push_back(to_value(id, consent));
  json::array& enrolments = person["enrolments"].emplace_array();
  for (const auto& enrolment : held.enrolments) enrolments.push_back(to_value(enrolment));
  json::array& counters = person["failedAttempts"].emplace_array();
  for (const auto& counter : held.back_off) {
    counters.push_back({{"claimKind", counter.claim_kind},
                        {"terminal", counter.terminal},
                        {"failures", counter.failures},
                        {"last", rfc3339(counter.last)}});
  }
  json::array& receipts = person["deletionReceipts"].emplace_array();
  for (const Receipt& receipt : held.receipts) receipts.push_back(to_value(receipt));
  std::string out;
  print(out, person, 0);
  return out + "\n";
}

}  // namespace sesame::biometric
