#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "spi/contract/codec.hpp"
#include "spi/contract/type_info.hpp"

namespace sesame::contract {

namespace json = boost::json;

namespace {

json::value any(const TypeInfo& type, const void* in);

// A value where it stands: null for an Optional<T> that is not present.
json::value slot(const TypeInfo& type, FieldFlags flags, const void* in) {
  if ((flags & is_optional) && !*reinterpret_cast<const bool*>(static_cast<const char*>(in) + type.size))
    return nullptr;
  return any(type, in);
}

void entries(const MapInfo& type, const void* in, json::object& out) {
  // VectorOperations serves reading too, hence the cast; nothing is changed here.
  void* vector = const_cast<void*>(in);
  const std::size_t size = type.operations.size(in);
  for (std::size_t i = 0; i < size; ++i) {
    const char* entry = static_cast<const char*>(type.operations.at(vector, i));
    out.insert_or_assign(*reinterpret_cast<const std::string*>(entry),
                         slot(*type.item, type.item_flags, entry + type.value_offset));
  }
}

json::value object(const ObjectInfo& type, const void* in) {
  json::object out;
  for (const FieldInfo& field : type.fields) {
    const char* member = static_cast<const char*>(in) + field.offset;
    const bool absent =
        (field.flags & is_optional) && !*reinterpret_cast<const bool*>(member + field.type->size);
    if (absent && !(field.flags & is_required)) continue;
    out.emplace(field.name, slot(*field.type, field.flags, member));
  }
  if (type.others)
    entries(static_cast<const MapInfo&>(*type.others->type),
            static_cast<const char*>(in) + type.others->offset, out);
  return out;
}

json::value array(const ArrayInfo& type, const void* in) {
  void* vector = const_cast<void*>(in);
  const std::size_t size = type.operations.size(in);
  if (type.kind == Kind::one_or_many && size == 1) return any(*type.item, type.operations.at(vector, 0));
  json::array out;
  out.reserve(size);
  for (std::size_t i = 0; i < size; ++i)
    out.push_back(slot(*type.item, type.item_flags, type.operations.at(vector, i)));
  return out;
}

json::value any(const TypeInfo& type, const void* in) {
  switch (type.kind) {
    case Kind::boolean:
      return *static_cast<const bool*>(in);
    case Kind::integer:
      return *static_cast<const std::int64_t*>(in);
    case Kind::number:
      return *static_cast<const double*>(in);
    case Kind::text:
      return json::string(*static_cast<const std::string*>(in));
    case Kind::enumeration:
      return json::string(
          word_of(static_cast<const EnumerationInfo&>(type), *static_cast<const std::uint8_t*>(in)));
    case Kind::object:
      return object(static_cast<const ObjectInfo&>(type), in);
    case Kind::array:
    case Kind::one_or_many:
      return array(static_cast<const ArrayInfo&>(type), in);
    case Kind::map: {
      json::object out;
      entries(static_cast<const MapInfo&>(type), in, out);
      return out;
    }
    case Kind::json:
      return static_cast<const Json*>(in)->value();
  }
  return nullptr;
}

}  // namespace

json::value write(const TypeInfo& type, const void* in) {
  json::value payload = any(type, in);
  if (const json::object* object = payload.if_object(); object && object->empty()) return nullptr;
  return payload;
}

}  // namespace sesame::contract
