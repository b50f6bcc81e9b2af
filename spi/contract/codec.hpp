// Between JSON and the generated structs: reading with full validation, writing, masking, and the difference
// of two states. Pure functions over constant tables; any thread. The rules are those of JSON Schema 2020-12
// and of XFS4IoT 2.3: unknown properties are ignored, null and absent are equal for nullable properties,
// lengths count code points, 1.0 is an integer.
#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "spi/contract/catalogue.hpp"
#include "spi/contract/value.hpp"

namespace sesame::contract {

// The first thing wrong. Neither text ever holds the offending value, which may be a secret.
struct Violation {
  std::string path;      // "payload.tracks[2].data"
  std::string expected;  // "a base64 string"
};

// Validates all of `payload` and fills `out`, a default constructed value of the described type. A null
// pointer or a JSON null is an absent payload, which is an object without properties. After a violation `out`
// is partly filled.
std::optional<Violation> read(const boost::json::value* payload, const TypeInfo& type, void* out);
std::optional<Violation> validate(const boost::json::value* payload, const TypeInfo& type);

// Defaults are written out, absent properties left out. JSON null when there is nothing to say: an absent
// payload.
boost::json::value write(const TypeInfo& type, const void* in);

// A copy to be shown: sensitive leaves, properties that the type does not know, and whatever does not fit the
// type are replaced by their kind ("<string>"), which tells neither content nor length. The copy lies in `storage`.
boost::json::value masked(const boost::json::value& payload, const TypeInfo& type, boost::json::storage_ptr storage = {});

// What Common.StatusChangedEvent says: the properties that differ, each nested object with its required
// properties so that it stays valid; a property that is gone becomes null. JSON null if nothing differs.
boost::json::value difference(const TypeInfo& type, const boost::json::value& before,
                              const boost::json::value& after);

// The same for generated types, found by their describe().
template <class T>
std::optional<Violation> read(const boost::json::value* payload, T& out) {
  return read(payload, describe(&out), &out);
}
template <class T>
boost::json::value write(const T& in) {
  return write(describe(&in), &in);
}

}  // namespace sesame::contract
