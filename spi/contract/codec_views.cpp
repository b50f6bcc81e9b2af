// What is made of payloads that are JSON already: the masked copy and the difference of two states.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "spi/contract/codec.hpp"
#include "spi/contract/text_rules.hpp"
#include "spi/contract/type_info.hpp"

namespace sesame::contract {

namespace json = boost::json;

namespace {

// What a key of an object means: the table entry for it, or nothing.
struct Meaning {
  const TypeInfo* type = nullptr;
  FieldFlags flags = 0;
};

Meaning meaning_in(const MapInfo& type, const Pattern* pattern, std::string_view key) {
  if (pattern && !matches(*pattern, key)) return {};
  return {type.item, type.item_flags};
}

Meaning meaning_of(const TypeInfo& type, std::string_view key) {
  if (type.kind == Kind::map) {
    const auto& map = static_cast<const MapInfo&>(type);
    return meaning_in(map, map.key_pattern, key);
  }
  if (type.kind != Kind::object) return {};
  const auto& object = static_cast<const ObjectInfo&>(type);
  for (const FieldInfo& field : object.fields)
    if (field.name == key) return {field.type, field.flags};
  if (!object.others) return {};
  return meaning_in(static_cast<const MapInfo&>(*object.others->type), object.others_pattern, key);
}

const TypeInfo& behind_json(const TypeInfo& type) {
  if (type.kind != Kind::json) return type;
  const TypeInfo* shape = static_cast<const JsonInfo&>(type).shape;
  return shape ? *shape : type;
}

json::value mask(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return nullptr;
    case json::kind::bool_:
      return "<boolean>";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "<number>";
    case json::kind::string:
      return "<string>";
    case json::kind::array:
      return "<array>";
    case json::kind::object:
      return "<object>";
  }
  return nullptr;
}

bool is_leaf_of(const json::value& value, const TypeInfo& type) {
  switch (type.kind) {
    case Kind::boolean:
      return value.is_bool();
    case Kind::integer:
    case Kind::number:
      return value.is_number();
    case Kind::text:
      return value.is_string();
    case Kind::enumeration: {  // a word that is none of the type's can be anything
      std::uint8_t word = 0;
      const json::string* string = value.if_string();
      return string &&
             value_of(static_cast<const EnumerationInfo&>(type), {string->data(), string->size()}, word);
    }
    case Kind::one_or_many:
      return value.is_string();
    default:
      return false;
  }
}

json::value masked_copy(const json::value& value, const TypeInfo& outer, FieldFlags flags, const json::storage_ptr& storage) {
  const TypeInfo& type = behind_json(outer);
  if (value.is_null()) return nullptr;
  if (flags & is_sensitive) return mask(value);
  const bool keyed = type.kind == Kind::object || type.kind == Kind::map;
  if (const json::object* object = value.if_object(); object && keyed) {
    json::object out(storage);
    out.reserve(object->size());
    for (const json::key_value_pair& pair : *object) {
      const Meaning meaning = meaning_of(type, {pair.key().data(), pair.key().size()});
      out.emplace(pair.key(), meaning.type ? masked_copy(pair.value(), *meaning.type, meaning.flags, storage)
                                           : mask(pair.value()));
    }
    return out;
  }
  if (const json::array* array = value.if_array();
      array && (type.kind == Kind::array || type.kind == Kind::one_or_many)) {
    const auto& info = static_cast<const ArrayInfo&>(type);
    json::array out(storage);
    for (const json::value& item : *array) out.push_back(masked_copy(item, *info.item, info.item_flags, storage));
    return out;
  }
  return is_leaf_of(value, type) ? json::value(value, storage) : mask(value);
}

// Null for an absent property, since the two mean the same.
const json::value& at(const json::object& object, std::string_view key) {
  static const json::value null;
  const json::value* found = object.if_contains(key);
  return found ? *found : null;
}

void add_required(const TypeInfo& type, const json::object& after, json::object& out) {
  if (type.kind != Kind::object) return;
  for (const FieldInfo& field : static_cast<const ObjectInfo&>(type).fields) {
    if (!(field.flags & is_required) || out.contains(field.name)) continue;
    if (const json::value* value = after.if_contains(field.name)) out.emplace(field.name, *value);
  }
}

json::object changed(const TypeInfo& type, const json::object& before, const json::object& after);

void add_changed(const TypeInfo& type, std::string_view key, const json::value& before,
                 const json::value& after, json::object& out) {
  if (before == after) return;
  const Meaning meaning = meaning_of(type, key);
  const TypeInfo* inner = meaning.type ? &behind_json(*meaning.type) : nullptr;
  const bool nested = inner && (inner->kind == Kind::object || inner->kind == Kind::map);
  if (nested && before.is_object() && after.is_object()) {
    json::object part = changed(*inner, before.get_object(), after.get_object());
    if (!part.empty()) out.emplace(key, std::move(part));
  } else if (!after.is_null() || !meaning.type || (meaning.flags & is_nullable)) {
    out.emplace(key, after);
  }
}

json::object changed(const TypeInfo& type, const json::object& before, const json::object& after) {
  json::object out;
  for (const json::key_value_pair& pair : after)
    add_changed(type, pair.key(), at(before, pair.key()), pair.value(), out);
  for (const json::key_value_pair& pair : before)
    if (!after.contains(pair.key())) add_changed(type, pair.key(), pair.value(), nullptr, out);
  if (!out.empty()) add_required(type, after, out);
  return out;
}

}  // namespace

json::value masked(const json::value& payload, const TypeInfo& type, json::storage_ptr storage) { return masked_copy(payload, type, 0, storage); }

json::value difference(const TypeInfo& type, const json::value& before, const json::value& after) {
  if (before == after) return nullptr;
  if (!before.is_object() || !after.is_object()) return after;
  json::object out = changed(behind_json(type), before.get_object(), after.get_object());
  if (out.empty()) return nullptr;
  return out;
}

}  // namespace sesame::contract
