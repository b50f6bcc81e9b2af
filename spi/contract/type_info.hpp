// The tables that describe generated types to the engine: constant data, written by the generator into one
// source file per interface, read by codec.cpp from any thread. Only generated sources and the engine include
// this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spi/contract/catalogue.hpp"
#include "spi/contract/value.hpp"

namespace sesame::contract {

enum class Kind : std::uint8_t {
  boolean,
  integer,
  number,
  text,
  enumeration,
  object,
  array,
  one_or_many,
  map,
  json
};

// Each kind has its own table, which begins with this; `kind` says which it is.
struct TypeInfo {
  Kind kind;
  std::uint32_t size;     // of the C++ value, so that the engine finds Optional<T>::present behind it
  std::string_view name;  // "CardReader.ReadRawData"; empty for scalars
};

// A regular expression compiled by the generator to a deterministic automaton: matching takes one step a
// character, whatever the text (std::regex recurses, and a long text ends the process).
struct Pattern {
  std::string_view text;  // as in the YAML, for messages
  const std::uint8_t*
      classes;                // [129]: the class of each ASCII character, then that of every other character
  const std::uint16_t* next;  // [state * class_count + class]; state 0 never accepts again
  const std::uint8_t* accepts;  // [state]
  std::uint8_t class_count;
  std::uint16_t start;
};

using FieldFlags = std::uint8_t;
inline constexpr FieldFlags is_required = 1;   // must be there
inline constexpr FieldFlags is_nullable = 2;   // may be null
inline constexpr FieldFlags is_optional = 4;   // held as Optional<T>
inline constexpr FieldFlags is_sensitive = 8;  // never shown

struct FieldInfo {
  std::string_view name;
  const TypeInfo* type;
  std::uint32_t offset;
  FieldFlags flags;
};

struct IntegerInfo : TypeInfo {
  std::int64_t minimum, maximum;
  std::span<const std::int64_t> values;  // empty: any in the range
};
struct NumberInfo : TypeInfo {
  double minimum, maximum;
};
struct TextInfo : TypeInfo {
  const Pattern* pattern;
  bool base64;
  std::uint32_t minimum_length, maximum_length;  // code points
};
struct EnumerationInfo : TypeInfo {
  std::span<const std::string_view> words;  // the C++ value is the index
};
struct ObjectInfo : TypeInfo {
  std::span<const FieldInfo> fields;
  const FieldInfo* others;  // what any further property holds, a Map<T>; null: further properties are ignored
  const Pattern* others_pattern;
  std::uint32_t minimum_properties, maximum_properties;
  void* (*create)();
  void (*destroy)(void*);
};

// What the engine does with a std::vector of unknown element type.
struct VectorOperations {
  std::size_t (*size)(const void*);
  void* (*at)(void*, std::size_t);
  void* (*append)(void*);
  void (*clear)(void*);
};
struct ArrayInfo : TypeInfo {  // also of one_or_many: JSON has one string, or an array of strings
  const TypeInfo* item;
  FieldFlags item_flags;
  VectorOperations operations;
  std::uint32_t minimum_items, maximum_items;
  bool unique;
};
struct MapInfo : TypeInfo {
  const TypeInfo* item;
  FieldFlags item_flags;
  std::uint16_t value_offset;  // of Entry<T>::value
  VectorOperations operations;
  const Pattern* key_pattern;  // keys that do not match are ignored, as in JSON Schema; null: any
  std::uint32_t minimum_properties, maximum_properties;
};
struct JsonInfo : TypeInfo {
  const TypeInfo* shape;  // null: any object
};

inline constexpr std::uint32_t unlimited = 0xffffffff;
extern const TypeInfo boolean_type;
extern const IntegerInfo integer_type;
extern const NumberInfo number_type;
extern const TextInfo text_type;
extern const TextInfo base64_type;
extern const JsonInfo json_type;

template <class T>
constexpr VectorOperations vector_operations() {
  return {[](const void* v) -> std::size_t { return static_cast<const std::vector<T>*>(v)->size(); },
          [](void* v, std::size_t i) -> void* { return &(*static_cast<std::vector<T>*>(v))[i]; },
          [](void* v) -> void* { return &static_cast<std::vector<T>*>(v)->emplace_back(); },
          [](void* v) { static_cast<std::vector<T>*>(v)->clear(); }};
}
template <class T>
void* create() {
  return std::make_unique<T>().release();
}
template <class T>
void destroy(void* value) {
  const std::unique_ptr<T> last(static_cast<T*>(value));
}

// The words of an enumeration by its values, and back: generated functions stand on these.
std::string_view word_of(const EnumerationInfo& type, std::uint8_t value);
bool value_of(const EnumerationInfo& type, std::string_view word, std::uint8_t& value);

}  // namespace sesame::contract
