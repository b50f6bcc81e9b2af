#include "biometric/process/door.hpp"

#include <openssl/evp.h>

#include <array>
#include <boost/json.hpp>
#include <cmath>

namespace sesame::biometric::door {
namespace {

namespace json = boost::json;
using json::object;

constexpr std::size_t longest_word = 64;
constexpr std::size_t longest_text = 1024;
constexpr std::size_t most_claims = 16;
constexpr std::size_t most_attributes = 32;
constexpr std::uint64_t longest_milliseconds = 24ULL * 3600 * 1000;

[[noreturn]] void refuse(std::string_view name, const char* expected) {
  throw DoorError("\"" + std::string(name) + "\" is not " + expected);
}

const json::value& field(const object& from, std::string_view name) {
  const json::value* found = from.if_contains(name);
  if (found == nullptr) throw DoorError("\"" + std::string(name) + "\" is missing");
  return *found;
}

bool flag(const object& from, std::string_view name) {
  const json::value& value = field(from, name);
  if (!value.is_bool()) refuse(name, "a boolean");
  return value.get_bool();
}

double number(const object& from, std::string_view name) {
  const json::value& value = field(from, name);
  if (!value.is_number()) refuse(name, "a number");
  const double result = value.to_number<double>();
  if (!std::isfinite(result)) refuse(name, "a finite number");
  return result;
}

const object& object_field(const object& from, std::string_view name) {
  const json::value& value = field(from, name);
  if (!value.is_object()) refuse(name, "an object");
  return value.get_object();
}

const json::array& array_field(const object& from, std::string_view name, std::size_t most) {
  const json::value& value = field(from, name);
  if (!value.is_array() || value.get_array().size() > most) refuse(name, "an array within its limit");
  return value.get_array();
}

const object& item(const json::value& value, std::string_view name) {
  if (!value.is_object()) refuse(name, "an array of objects");
  return value.get_object();
}

// The enumerator whose word this is.
template <class Enum>
Enum word_field(const object& from, std::string_view name, Enum last) {
  const std::string word = text_field(from, name, longest_word);
  for (int i = 0; i <= static_cast<int>(last); ++i)
    if (to_string(static_cast<Enum>(i)) == word) return static_cast<Enum>(i);
  refuse(name, "one of its words");
}

std::chrono::milliseconds milliseconds_field(const object& from, std::string_view name) {
  return std::chrono::milliseconds(number_field(from, name, longest_milliseconds));
}

object write_attributes(const std::map<std::string, std::string>& attributes) {
  object out;
  for (const auto& [name, value] : attributes) out[name] = value;
  return out;
}

std::map<std::string, std::string> read_attributes(const object& from) {
  const object& attributes = object_field(from, "attributes");
  if (attributes.size() > most_attributes) refuse("attributes", "within its limit of 32");
  std::map<std::string, std::string> out;
  for (const auto& entry : attributes) {
    if (entry.key().size() > longest_word) refuse("attributes", "named by at most 64 characters");
    out[entry.key()] = text_field(attributes, entry.key(), longest_text);
  }
  return out;
}

object write_facts(const CustomerFacts& facts) {
  return {{"customer", facts.customer_id},
          {"issuer", facts.issuer},
          {"tokenPan", facts.token_pan},
          {"attributes", write_attributes(facts.attributes)},
          {"gazeStart", facts.gaze_start}};
}

CustomerFacts read_facts(const object& from) {
  CustomerFacts facts;
  facts.customer_id = text_field(from, "customer", longest_text);
  facts.issuer = text_field(from, "issuer", longest_text);
  facts.token_pan = text_field(from, "tokenPan", longest_word);
  facts.attributes = read_attributes(from);
  facts.gaze_start = flag(from, "gazeStart");
  return facts;
}

std::string base64(const Bytes& bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                     static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

Bytes bytes_of_base64(const std::string& text) {
  if (text.size() % 4 != 0) refuse("data", "base64");
  Bytes bytes(text.size() / 4 * 3);
  if (text.empty()) return bytes;
  const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  if (length < 0) refuse("data", "base64");
  // EVP_DecodeBlock counts the padding as bytes.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  bytes.resize(static_cast<std::size_t>(length) - padding);
  return bytes;
}

}  // namespace

object parse(std::string_view line) {
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  json::value value = json::parse(line, error, {}, options);
  if (error) throw DoorError("the line is not JSON within a depth of 8");
  if (!value.is_object()) throw DoorError("the line is not a JSON object");
  return std::move(value.get_object());
}

std::string text_field(const object& from, std::string_view name, std::size_t longest) {
  const json::value& value = field(from, name);
  if (!value.is_string() || value.get_string().size() > longest) refuse(name, "a text within its length");
  return std::string(value.get_string());
}

std::uint64_t number_field(const object& from, std::string_view name, std::uint64_t largest) {
  const json::value& value = field(from, name);
  boost::system::error_code error;
  const auto result = value.is_number() ? value.to_number<std::uint64_t>(error) : 0;
  if (!value.is_number() || error || result > largest) refuse(name, "a whole number within its range");
  return result;
}

std::vector<const object*> objects_field(const object& from, std::string_view name, std::size_t most) {
  std::vector<const object*> objects;
  for (const json::value& entry : array_field(from, name, most)) objects.push_back(&item(entry, name));
  return objects;
}

double rate_field(const object& from, std::string_view name) { return number(from, name); }
bool flag_field(const object& from, std::string_view name) { return flag(from, name); }

object write(const EngineInfo& info) {
  json::array models;
  for (const ModelInfo& model : info.models)
    models.push_back({{"role", model.role}, {"file", model.file}, {"sha256", model.sha256}});
  object stages;
  for (const auto& [stage, time] : info.stage_milliseconds) stages[stage] = time;
  return {{"models", models},
          {"loosest", info.loosest_false_match_rate},
          {"strictest", info.strictest_false_match_rate},
          {"gallerySize", info.gallery_size},
          {"camera", info.camera},
          {"templatesGiven", info.gives_templates_away},
          {"picturesGiven", info.gives_pictures_away},
          {"stages", stages},
          {"residentMegabytes", info.resident_megabytes}};
}

EngineInfo read_info(const object& from) {
  EngineInfo info;
  for (const json::value& entry : array_field(from, "models", 16)) {
    const object& model = item(entry, "models");
    info.models.push_back({text_field(model, "role", longest_word), text_field(model, "file", longest_text),
                           text_field(model, "sha256", longest_word)});
  }
  info.loosest_false_match_rate = number(from, "loosest");
  info.strictest_false_match_rate = number(from, "strictest");
  info.gallery_size = number_field(from, "gallerySize", 1ULL << 40U);
  info.camera = text_field(from, "camera", longest_text);
  info.gives_templates_away = flag(from, "templatesGiven");
  info.gives_pictures_away = flag(from, "picturesGiven");
  const object& stages = object_field(from, "stages");
  for (const auto& stage : stages) info.stage_milliseconds[stage.key()] = number(stages, stage.key());
  info.resident_megabytes = number(from, "residentMegabytes");
  return info;
}

object write(const PresenceRequest& request) {
  return {{"wanted", request.wanted}, {"gaze", request.gaze}, {"steadyMs", request.steady.count()}};
}
PresenceRequest read_presence_request(const object& from) {
  return {flag(from, "wanted"), flag(from, "gaze"), milliseconds_field(from, "steadyMs")};
}
object write(const Presence& presence) { return {{"present", presence.present}, {"faces", presence.faces}}; }
Presence read_presence(const object& from) {
  return {flag(from, "present"), number_field(from, "faces", 1000)};
}

object write(const CaptureRequest& request) {
  return {{"giveUpMs", request.give_up_after.count()},
          {"liveness", request.liveness},
          {"naturalMotion", request.natural_motion},
          {"headMotion", to_string(request.head_motion)}};
}
CaptureRequest read_capture_request(const object& from) {
  return {milliseconds_field(from, "giveUpMs"), flag(from, "liveness"), flag(from, "naturalMotion"),
          word_field(from, "headMotion", HeadMotion::any)};
}

object write(const CaptureProgress& progress) {
  return {{"kind", to_string(progress.kind)},
          {"hint", to_string(progress.hint)},
          {"headMotion", to_string(progress.head_motion)}};
}
CaptureProgress read_progress(const object& from) {
  return {word_field(from, "kind", CaptureProgress::Kind::subject_lost),
          word_field(from, "hint", last_quality_hint), word_field(from, "headMotion", HeadMotion::any)};
}

object write(const CaptureResult& result) {
  return {{"outcome", to_string(result.outcome)},
          {"hint", to_string(result.hint)},
          {"attackCheck", result.attack_check},
          {"frames", result.frames},
          {"inViewUs", result.in_view.count()}};
}
CaptureResult read_capture_result(const object& from) {
  return {word_field(from, "outcome", CaptureResult::Outcome::attack_suspected),
          word_field(from, "hint", last_quality_hint), text_field(from, "attackCheck", longest_word),
          number_field(from, "frames", 1ULL << 40U),
          std::chrono::microseconds(number_field(from, "inViewUs", 1ULL << 50U))};
}

object write(const EnrolRequest& request) {
  json::array claims;
  for (const Claim& claim : request.claims) claims.push_back({{"kind", claim.kind}, {"value", claim.value}});
  return {{"customer", request.customer_id},
          {"issuer", request.issuer},
          {"claims", claims},
          {"consent", object{{"reference", request.consent.reference},
                             {"textVersion", request.consent.text_version},
                             {"givenAt", request.consent.given_at},
                             {"gazeStart", request.consent.gaze_start},
                             {"purpose", request.consent.purpose},
                             {"language", request.consent.language},
                             {"givenBy", request.consent.given_by},
                             {"age", request.consent.age},
                             {"guardian", request.consent.guardian}}},
          {"tokenPan", request.token_pan},
          {"attributes", write_attributes(request.attributes)}};
}
EnrolRequest read_enrol_request(const object& from) {
  EnrolRequest request;
  request.customer_id = text_field(from, "customer", longest_text);
  request.issuer = text_field(from, "issuer", longest_text);
  for (const json::value& entry : array_field(from, "claims", most_claims)) {
    const object& claim = item(entry, "claims");
    request.claims.push_back(
        {text_field(claim, "kind", longest_word), text_field(claim, "value", longest_text)});
  }
  const object& consent = object_field(from, "consent");
  request.consent.reference = text_field(consent, "reference", longest_text);
  request.consent.text_version = text_field(consent, "textVersion", longest_word);
  request.consent.given_at = text_field(consent, "givenAt", longest_word);
  request.consent.gaze_start = flag(consent, "gazeStart");
  request.consent.purpose = text_field(consent, "purpose", longest_text);
  request.consent.guardian = text_field(consent, "guardian", longest_text);
  const double age = number(consent, "age");
  if (age < unknown_age || age > 150) refuse("age", "a number of years, or -1");
  request.consent.age = static_cast<int>(age);
  request.consent.language = text_field(consent, "language", longest_word);
  request.consent.given_by = text_field(consent, "givenBy", longest_word);
  request.token_pan = text_field(from, "tokenPan", longest_word);
  request.attributes = read_attributes(from);
  return request;
}

object write(const Recognition& recognition) {
  object out{{"tookUs", recognition.took.count()},
             {"retryAfter", recognition.retry_after.count()},
             {"customer", nullptr}};
  if (recognition.customer) out["customer"] = write_facts(*recognition.customer);
  return out;
}
Recognition read_recognition(const object& from) {
  Recognition recognition;
  recognition.took = std::chrono::microseconds(number_field(from, "tookUs", 1ULL << 50U));
  recognition.retry_after = std::chrono::seconds(number_field(from, "retryAfter", 1ULL << 32U));
  if (!field(from, "customer").is_null()) recognition.customer = read_facts(object_field(from, "customer"));
  return recognition;
}

object write(const TakeProgress& progress) {
  return {{"frames", progress.frames}, {"good", progress.good}, {"wanted", progress.wanted}};
}
TakeProgress read_take_progress(const object& from) {
  return {number_field(from, "frames", 1ULL << 40U), number_field(from, "good", 1ULL << 40U),
          number_field(from, "wanted", 1ULL << 40U)};
}

object write(const EnrolledCustomer& enrolled) {
  json::array pictures;
  for (const PictureVerdict& picture : enrolled.pictures)
    pictures.push_back({{"name", picture.name}, {"refused", picture.refused}});
  return {{"tokenPan", enrolled.token_pan}, {"captures", enrolled.captures}, {"pictures", pictures}};
}
EnrolledCustomer read_enrolled(const object& from) {
  EnrolledCustomer enrolled{text_field(from, "tokenPan", longest_word),
                            static_cast<std::uint32_t>(number_field(from, "captures", UINT32_MAX))};
  for (const json::value& entry : array_field(from, "pictures", most_pictures)) {
    const object& one = item(entry, "pictures");
    enrolled.pictures.push_back(
        {text_field(one, "name", longest_text), text_field(one, "refused", longest_text)});
  }
  return enrolled;
}

std::string_view to_string(ReferenceFormat format) {
  constexpr std::array<std::string_view, 3> words = {"isoFaceImage", "jpeg", "ownTemplate"};
  return words.at(static_cast<std::size_t>(format));
}
ReferenceFormat read_format(const object& from) {
  return word_field(from, "format", ReferenceFormat::own_template);
}

object write_bytes(const Bytes& bytes) { return {{"data", base64(bytes)}}; }
Bytes read_bytes(const object& from) { return bytes_of_base64(text_field(from, "data", longest_line)); }
object write(const Reference& reference) {
  return {{"format", to_string(reference.format)}, {"data", base64(reference.data)}};
}
Reference read_reference(const object& from) { return {read_format(from), read_bytes(from)}; }

EngineRefusal::Reason read_reason(const object& from) {
  return word_field(from, "refused", EngineRefusal::Reason::failed);
}

}  // namespace sesame::biometric::door
