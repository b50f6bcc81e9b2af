#include <boost/json/serialize.hpp>
#include <cmath>
#include <set>

#include "spi/contract/codec.hpp"
#include "spi/contract/text_rules.hpp"
#include "spi/contract/type_info.hpp"

namespace sesame::contract {

namespace json = boost::json;

const TypeInfo boolean_type{Kind::boolean, sizeof(bool), {}};
const IntegerInfo integer_type{{Kind::integer, sizeof(std::int64_t), {}}, INT64_MIN, INT64_MAX, {}};
const NumberInfo number_type{{Kind::number, sizeof(double), {}}, -HUGE_VAL, HUGE_VAL};
const TextInfo text_type{{Kind::text, sizeof(std::string), {}}, nullptr, false, 0, unlimited};
const TextInfo base64_type{{Kind::text, sizeof(std::string), {}}, nullptr, true, 0, unlimited};
const JsonInfo json_type{{Kind::json, sizeof(Json), {}}, nullptr};

namespace {

// Where the reader is: a chain on the stack, spelled out only for a violation.
struct Place {
  const Place* up = nullptr;
  std::string_view name;
  std::size_t index = 0;
  bool is_index = false;
};

void spell(const Place& place, std::string& path) {
  if (place.up) spell(*place.up, path);
  if (place.is_index) {
    path += '[' + std::to_string(place.index) + ']';
    return;
  }
  if (place.up) path += '.';
  // A key can be anything a client sent: keep the path one short printable line.
  for (const char c : place.name.substr(0, 64)) path += c > ' ' && c < 0x7f ? c : '?';
}

std::string range_text(const std::string& lowest, const std::string& highest) {
  if (!lowest.empty() && !highest.empty()) return " from " + lowest + " to " + highest;
  if (!lowest.empty()) return " of at least " + lowest;
  return highest.empty() ? "" : " of at most " + highest;
}

std::string number_text(double number) {
  return std::isinf(number) ? ""
                            : json::serialize(json::value(number == std::trunc(number)
                                                              ? json::value(static_cast<std::int64_t>(number))
                                                              : json::value(number)));
}

std::string words_text(std::span<const std::string_view> words) {
  std::string text = "one of ";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i == 12) return text + ", ...";
    if (i) text += ", ";
    text += words[i];
  }
  return text;
}

std::string text_description(const TextInfo& type) {
  if (type.base64) return "a base64 string";
  std::string text = "a string";
  if (type.minimum_length == type.maximum_length) {
    text += " of " + std::to_string(type.minimum_length) + " characters";
  } else if (type.minimum_length > 0 || type.maximum_length != unlimited) {
    text += " with a length" +
            range_text(type.minimum_length ? std::to_string(type.minimum_length) : "",
                       type.maximum_length != unlimited ? std::to_string(type.maximum_length) : "");
  }
  if (type.pattern) text += " that matches " + std::string(type.pattern->text);
  return text;
}

std::string integer_description(const IntegerInfo& type) {
  if (!type.values.empty()) {
    std::string text = "one of ";
    for (const std::int64_t value : type.values)
      text += (text.size() > 7 ? ", " : "") + std::to_string(value);
    return text;
  }
  return "an integer" + range_text(type.minimum != INT64_MIN ? std::to_string(type.minimum) : "",
                                   type.maximum != INT64_MAX ? std::to_string(type.maximum) : "");
}

std::string describe_type(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::boolean:
      return "a boolean";
    case Kind::integer:
      return integer_description(static_cast<const IntegerInfo&>(type));
    case Kind::number: {
      const auto& number = static_cast<const NumberInfo&>(type);
      return "a number" + range_text(number_text(number.minimum), number_text(number.maximum));
    }
    case Kind::text:
      return text_description(static_cast<const TextInfo&>(type));
    case Kind::enumeration:
      return words_text(static_cast<const EnumerationInfo&>(type).words);
    case Kind::array:
      return "an array";
    case Kind::one_or_many:
      return "a string or an array of strings";
    case Kind::json: {
      const TypeInfo* shape = static_cast<const JsonInfo&>(type).shape;
      return shape ? describe_type(*shape) : "an object";
    }
    case Kind::object:
    case Kind::map:
      return "an object";
  }
  return "";
}

class Reader {
 public:
  bool object(const json::object& value, const ObjectInfo& type, void* out, const Place& place);
  std::optional<Violation> take() { return std::move(violation_); }
  bool fail(const Place& place, std::string expected) {
    std::string path;
    spell(place, path);
    violation_ = Violation{std::move(path), std::move(expected)};
    return false;
  }

 private:
  bool any(const json::value& value, const TypeInfo& type, void* out, const Place& place);
  bool slot(const json::value& value, const TypeInfo& type, FieldFlags flags, void* out, const Place& place);
  bool integer(const json::value& value, const IntegerInfo& type, std::int64_t* out, const Place& place);
  bool number(const json::value& value, const NumberInfo& type, double* out, const Place& place);
  bool text(const json::value& value, const TextInfo& type, std::string* out, const Place& place);
  bool enumeration(const json::value& value, const EnumerationInfo& type, std::uint8_t* out,
                   const Place& place);
  bool array(const json::value& value, const ArrayInfo& type, void* out, const Place& place);
  bool map(const json::value& value, const MapInfo& type, void* out, const Place& place);
  bool free_json(const json::value& value, const JsonInfo& type, void* out, const Place& place);
  bool entry(std::string_view key, const json::value& value, const MapInfo& type, void* out,
             const Place& place);
  bool others(const json::object& value, const ObjectInfo& type, void* out, const Place& place);
  bool count(std::size_t size, std::uint32_t minimum, std::uint32_t maximum, const Place& place);

  std::optional<Violation> violation_;
};

bool Reader::any(const json::value& value, const TypeInfo& type, void* out, const Place& place) {
  switch (type.kind) {
    case Kind::boolean: {
      if (!value.is_bool()) return fail(place, "a boolean");
      if (out) *static_cast<bool*>(out) = value.get_bool();
      return true;
    }
    case Kind::integer:
      return integer(value, static_cast<const IntegerInfo&>(type), static_cast<std::int64_t*>(out), place);
    case Kind::number:
      return number(value, static_cast<const NumberInfo&>(type), static_cast<double*>(out), place);
    case Kind::text:
      return text(value, static_cast<const TextInfo&>(type), static_cast<std::string*>(out), place);
    case Kind::enumeration:
      return enumeration(value, static_cast<const EnumerationInfo&>(type), static_cast<std::uint8_t*>(out),
                         place);
    case Kind::object: {
      if (!value.is_object()) return fail(place, "an object");
      return object(value.get_object(), static_cast<const ObjectInfo&>(type), out, place);
    }
    case Kind::array:
    case Kind::one_or_many:
      return array(value, static_cast<const ArrayInfo&>(type), out, place);
    case Kind::map:
      return map(value, static_cast<const MapInfo&>(type), out, place);
    case Kind::json:
      return free_json(value, static_cast<const JsonInfo&>(type), out, place);
  }
  return true;
}

// A value where it stands: null where it may be, and the Optional<T> around it.
bool Reader::slot(const json::value& value, const TypeInfo& type, FieldFlags flags, void* out,
                  const Place& place) {
  bool* present =
      out && (flags & is_optional) ? reinterpret_cast<bool*>(static_cast<char*>(out) + type.size) : nullptr;
  if (value.is_null()) {
    if (!(flags & is_nullable)) return fail(place, describe_type(type) + ", not null");
    // A free JSON value that is there and null differs from none: KeyManagement.StartAuthenticate counts its
    // properties.
    if (present) *present = type.kind == Kind::json && !static_cast<const JsonInfo&>(type).shape;
    return true;
  }
  if (!any(value, type, out, place)) return false;
  if (present) *present = true;
  return true;
}

bool Reader::integer(const json::value& value, const IntegerInfo& type, std::int64_t* out,
                     const Place& place) {
  std::int64_t number = 0;
  if (const std::int64_t* exact = value.if_int64()) {
    number = *exact;
  } else if (value.is_uint64()) {
    return fail(place, "an integer of at most 9223372036854775807");
  } else if (const double* real = value.if_double(); real && *real == std::trunc(*real)) {
    if (*real >= 0x1p63 || *real < -0x1p63) return fail(place, "an integer between -2^63 and 2^63-1");
    number = static_cast<std::int64_t>(*real);
  } else {
    return fail(place, describe_type(type));
  }
  bool fits = number >= type.minimum && number <= type.maximum;
  if (!type.values.empty())
    fits = std::find(type.values.begin(), type.values.end(), number) != type.values.end();
  if (!fits) return fail(place, describe_type(type));
  if (out) *out = number;
  return true;
}

bool Reader::number(const json::value& value, const NumberInfo& type, double* out, const Place& place) {
  if (!value.is_number()) return fail(place, describe_type(type));
  const double real = value.is_double()  ? value.get_double()
                      : value.is_int64() ? static_cast<double>(value.get_int64())
                                         : static_cast<double>(value.get_uint64());
  if (!(real >= type.minimum && real <= type.maximum)) return fail(place, describe_type(type));
  if (out) *out = real;
  return true;
}

bool Reader::text(const json::value& value, const TextInfo& type, std::string* out, const Place& place) {
  const json::string* string = value.if_string();
  if (!string) return fail(place, describe_type(type));
  const std::string_view text(string->data(), string->size());
  bool fits = !type.base64 || is_base64(text);
  if (fits && (type.minimum_length > 0 || type.maximum_length != unlimited)) {
    const std::size_t length = count_code_points(text);
    fits = length >= type.minimum_length && length <= type.maximum_length;
  }
  if (!fits || (type.pattern && !matches(*type.pattern, text))) return fail(place, describe_type(type));
  if (out) out->assign(text);
  return true;
}

bool Reader::enumeration(const json::value& value, const EnumerationInfo& type, std::uint8_t* out,
                         const Place& place) {
  const json::string* string = value.if_string();
  std::uint8_t word = 0;
  if (!string || !value_of(type, {string->data(), string->size()}, word))
    return fail(place, describe_type(type));
  if (out) *out = word;
  return true;
}

bool Reader::count(std::size_t size, std::uint32_t minimum, std::uint32_t maximum, const Place& place) {
  if (size < minimum)
    return fail(place, "at least " + std::to_string(minimum) + (minimum == 1 ? " property" : " properties"));
  if (size > maximum)
    return fail(place, "at most " + std::to_string(maximum) + (maximum == 1 ? " property" : " properties"));
  return true;
}

bool Reader::object(const json::object& value, const ObjectInfo& type, void* out, const Place& place) {
  for (const FieldInfo& field : type.fields) {
    const json::value* found = value.if_contains(field.name);
    const Place inside{&place, field.name};
    if (!found) {
      if (!(field.flags & is_required)) continue;
      return fail(inside, describe_type(*field.type) + ", which is required");
    }
    void* member = out ? static_cast<char*>(out) + field.offset : nullptr;
    if (!slot(*found, *field.type, field.flags, member, inside)) return false;
  }
  if (!count(value.size(), type.minimum_properties, type.maximum_properties, place)) return false;
  return !type.others || others(value, type, out, place);
}

bool is_field(const ObjectInfo& type, std::string_view name) {
  return std::any_of(type.fields.begin(), type.fields.end(),
                     [&](const FieldInfo& f) { return f.name == name; });
}

bool Reader::others(const json::object& value, const ObjectInfo& type, void* out, const Place& place) {
  const auto& map = static_cast<const MapInfo&>(*type.others->type);
  void* entries = out ? static_cast<char*>(out) + type.others->offset : nullptr;
  for (const json::key_value_pair& pair : value) {
    const std::string_view key(pair.key().data(), pair.key().size());
    if (is_field(type, key) || (type.others_pattern && !matches(*type.others_pattern, key))) continue;
    if (!entry(key, pair.value(), map, entries, place)) return false;
  }
  return true;
}

bool Reader::entry(std::string_view key, const json::value& value, const MapInfo& type, void* out,
                   const Place& place) {
  void* slot_of_value = nullptr;
  if (out) {
    void* added = type.operations.append(out);
    static_cast<std::string*>(added)->assign(key);  // Entry<T>::key stands first
    slot_of_value = static_cast<char*>(added) + type.value_offset;
  }
  return slot(value, *type.item, type.item_flags, slot_of_value, Place{&place, key});
}

bool Reader::map(const json::value& value, const MapInfo& type, void* out, const Place& place) {
  const json::object* object = value.if_object();
  if (!object) return fail(place, "an object");
  if (!count(object->size(), type.minimum_properties, type.maximum_properties, place)) return false;
  if (out) type.operations.clear(out);
  for (const json::key_value_pair& pair : *object) {
    const std::string_view key(pair.key().data(), pair.key().size());
    if (type.key_pattern && !matches(*type.key_pattern, key)) continue;
    if (!entry(key, pair.value(), type, out, place)) return false;
  }
  return true;
}

bool all_different(const json::array& array) {
  std::set<std::string> seen;
  for (const json::value& value : array) {
    // 1 and 1.0 are the same number.
    const double* real = value.if_double();
    const bool whole = real && *real == std::trunc(*real) && std::fabs(*real) < 0x1p63;
    if (!seen.insert(whole ? std::to_string(static_cast<std::int64_t>(*real)) : json::serialize(value))
             .second)
      return false;
  }
  return true;
}

bool Reader::array(const json::value& value, const ArrayInfo& type, void* out, const Place& place) {
  if (out) type.operations.clear(out);
  if (type.kind == Kind::one_or_many && value.is_string())
    return any(value, *type.item, out ? type.operations.append(out) : nullptr, place);
  const json::array* array = value.if_array();
  if (!array) return fail(place, describe_type(type));
  if (array->size() < type.minimum_items)
    return fail(place, "an array of at least " + std::to_string(type.minimum_items) +
                           (type.minimum_items == 1 ? " item" : " items"));
  if (array->size() > type.maximum_items)
    return fail(place, "an array of at most " + std::to_string(type.maximum_items) +
                           (type.maximum_items == 1 ? " item" : " items"));
  for (std::size_t i = 0; i < array->size(); ++i) {
    void* item = out ? type.operations.append(out) : nullptr;
    if (!slot((*array)[i], *type.item, type.item_flags, item, Place{&place, {}, i, true})) return false;
  }
  return !type.unique || all_different(*array) || fail(place, "items that all differ");
}

bool Reader::free_json(const json::value& value, const JsonInfo& type, void* out, const Place& place) {
  if (type.shape ? !any(value, *type.shape, nullptr, place) : !value.is_object() && !fail(place, "an object"))
    return false;
  if (out) *static_cast<Json*>(out) = Json(value);
  return true;
}

}  // namespace

std::optional<Violation> read(const json::value* payload, const TypeInfo& type, void* out) {
  static const json::object nothing;
  Reader reader;
  const Place root{nullptr, "payload"};
  const bool absent = !payload || payload->is_null();
  if (!absent && !payload->is_object()) {
    reader.fail(root, "an object");
  } else {
    reader.object(absent ? nothing : payload->get_object(), static_cast<const ObjectInfo&>(type), out, root);
  }
  return reader.take();
}

std::optional<Violation> validate(const json::value* payload, const TypeInfo& type) {
  return read(payload, type, nullptr);
}

}  // namespace sesame::contract
