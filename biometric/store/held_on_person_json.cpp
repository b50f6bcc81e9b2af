#include <boost/json.hpp>

#include "biometric/store/identity_store.hpp"
#include "biometric/store/state.hpp"

namespace sesame::biometric {

namespace {

namespace json = boost::json;

// RFC 3339, UTC.
std::string text(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 32> line{};
  std::snprintf(line.data(), line.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return line.data();
}

json::value to_value(const std::string& id, const ConsentRecord& consent) {
  return {{"consent", id},
          {"purpose", consent.purpose},
          {"textVersion", consent.text_version},
          {"language", consent.language},
          {"givenAt", consent.given_at},
          {"givenBy", consent.given_by},
          {"reference", consent.reference},
          {"gazeStart", consent.gaze_start}};
}

json::value to_value(const HeldOnPerson::EnrolmentHeld& enrolment) {
  return {{"enrolment", enrolment.enrolment}, {"consent", enrolment.consent},
          {"model", enrolment.model},         {"epoch", enrolment.epoch},
          {"captures", enrolment.captures},   {"created", text(enrolment.created)},
          {"values", enrolment.values}};
}

json::value to_value(const Receipt& receipt) {
  return {{"number", receipt.number},
          {"time", text(receipt.time)},
          {"enrolment", receipt.enrolment},
          {"consent", receipt.consent},
          {"model", receipt.model},
          {"reason", receipt.reason},
          {"destroyedKey", to_hex(receipt.destroyed_key)},
          {"previous", to_hex(receipt.previous)},
          {"hash", to_hex(receipt.hash)}};
}

}  // namespace

std::string to_json(const HeldOnPerson& held) {
  json::object person{{"customer", held.customer},
                      {"issuer", held.issuer},
                      {"status", to_text(held.status)},
                      {"created", text(held.created)},
                      {"tokenPan", held.token_pan_masked}};
  json::object& attributes = person["attributes"].emplace_object();
  for (const auto& [name, value] : held.attributes) attributes[name] = value;
  json::array& claims = person["claims"].emplace_array();
  for (const auto& claim : held.claims)
    claims.push_back({{"kind", claim.kind}, {"since", text(claim.since)}});
  json::array& consents = person["consents"].emplace_array();
  for (const auto& [id, consent] : held.consents) consents.push_back(to_value(id, consent));
  json::array& enrolments = person["enrolments"].emplace_array();
  for (const auto& enrolment : held.enrolments) enrolments.push_back(to_value(enrolment));
  json::array& counters = person["failedAttempts"].emplace_array();
  for (const auto& counter : held.back_off) {
    counters.push_back({{"claimKind", counter.claim_kind},
                        {"terminal", counter.terminal},
                        {"failures", counter.failures},
                        {"last", text(counter.last)}});
  }
  json::array& receipts = person["deletionReceipts"].emplace_array();
  for (const Receipt& receipt : held.receipts) receipts.push_back(to_value(receipt));
  return json::serialize(person);
}

}  // namespace sesame::biometric
