#include "tests/unit/contract/samples.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>
#include <deque>
#include <map>
#include <stdexcept>

namespace sesame::contract::samples {

namespace json = boost::json;

namespace {

// Breadth first over the automaton: the text found is the shortest that ends in an accepting state other than
// `refused`.
std::string search(const Pattern& pattern, std::size_t wanted) {
  std::map<std::uint16_t, std::string> reached{{pattern.start, ""}};
  std::deque<std::uint16_t> todo{pattern.start};
  std::string last;
  std::size_t found = 0;
  if (pattern.accepts[pattern.start] && found++ == wanted) return "";
  while (!todo.empty()) {
    const std::uint16_t state = todo.front();
    todo.pop_front();
    for (int c = '0'; c < 127; ++c) {
      const std::uint16_t next = pattern.next[state * pattern.class_count + pattern.classes[c]];
      if (next == 0) continue;
      const std::string text = reached[state] + static_cast<char>(c);
      if (pattern.accepts[next] && text != last) {
        last = text;
        if (found++ == wanted) return text;
      }
      if (reached.emplace(next, text).second) todo.push_back(next);
    }
    for (const char c : {' ', '+', '-', '.', ',', '='}) {
      const std::uint16_t next =
          pattern.next[state * pattern.class_count + pattern.classes[static_cast<int>(c)]];
      if (next != 0 && reached.emplace(next, reached[state] + c).second) todo.push_back(next);
    }
  }
  return last;
}

json::value sample_of_text(const TextInfo& type, Size size) {
  if (type.base64) return size == Size::smallest ? "AA==" : "c2VzYW1lIG9wZW4hIQ==";
  if (type.pattern) return json::string(matching(*type.pattern, size == Size::fullest));
  std::string text(type.minimum_length, 'x');
  if (size == Size::fullest && type.maximum_length > 12) text += "\u4e00 \"\\ \n\u00e9";
  return json::string(text);
}

json::value sample_of_integer(const IntegerInfo& type, Size size) {
  if (!type.values.empty()) return size == Size::smallest ? type.values.front() : type.values.back();
  if (size == Size::smallest) return type.minimum == INT64_MIN ? 0 : type.minimum;
  return type.maximum;
}

json::value sample_of_number(const NumberInfo& type, Size size) {
  const double low = std::isinf(type.minimum) ? 0.5 : type.minimum;
  return size == Size::smallest ? low : std::isinf(type.maximum) ? low + 1234.25 : type.maximum;
}

void fill_map(const MapInfo& type, const Pattern* pattern, std::uint32_t at_least, Size size,
              json::object& out) {
  const std::uint32_t count = size == Size::smallest ? at_least : std::max(at_least, 2u);
  for (std::uint32_t i = 0; i < count && i < type.maximum_properties; ++i) {
    const std::string key = pattern ? matching(*pattern, static_cast<int>(i)) : "acme" + std::to_string(i);
    out.emplace(key, sample(*type.item, size));
  }
}

json::value sample_of_object(const ObjectInfo& type, Size size) {
  json::object out;
  for (const FieldInfo& field : type.fields) {
    const bool wanted =
        size == Size::fullest ? out.size() < type.maximum_properties : (field.flags & is_required) != 0;
    if (wanted) out.emplace(field.name, sample(*field.type, size));
  }
  for (const FieldInfo& field : type.fields)
    if (out.size() < type.minimum_properties && !out.contains(field.name))
      out.emplace(field.name, sample(*field.type, size));
  if (type.others) {
    const std::uint32_t missing = out.size() < type.minimum_properties
                                      ? type.minimum_properties - static_cast<std::uint32_t>(out.size())
                                      : 0;
    fill_map(static_cast<const MapInfo&>(*type.others->type), type.others_pattern, missing, size, out);
  }
  return out;
}

json::value sample_of_array(const ArrayInfo& type, Size size) {
  json::array out;
  const std::uint32_t count = size == Size::smallest ? type.minimum_items : std::max(type.minimum_items, 2u);
  for (std::uint32_t i = 0; i < count && i < type.maximum_items; ++i)
    out.push_back(sample(*type.item, i > 0 && type.unique ? Size::smallest : size));
  return out;
}

}  // namespace

std::string matching(const Pattern& pattern, int variant) {
  return search(pattern, static_cast<std::size_t>(variant));
}

json::value sample(const TypeInfo& type, Size size) {
  switch (type.kind) {
    case Kind::boolean:
      return size == Size::fullest;
    case Kind::integer:
      return sample_of_integer(static_cast<const IntegerInfo&>(type), size);
    case Kind::number:
      return sample_of_number(static_cast<const NumberInfo&>(type), size);
    case Kind::text:
      return sample_of_text(static_cast<const TextInfo&>(type), size);
    case Kind::enumeration: {
      const auto& words = static_cast<const EnumerationInfo&>(type).words;
      return json::string(size == Size::smallest ? words.front() : words.back());
    }
    case Kind::object:
      return sample_of_object(static_cast<const ObjectInfo&>(type), size);
    case Kind::array:
    case Kind::one_or_many:
      return sample_of_array(static_cast<const ArrayInfo&>(type), size);
    case Kind::map: {
      json::object out;
      const auto& map = static_cast<const MapInfo&>(type);
      fill_map(map, map.key_pattern, map.minimum_properties, size, out);
      return out;
    }
    case Kind::json: {
      const TypeInfo* shape = static_cast<const JsonInfo&>(type).shape;
      return shape ? sample(*shape, size) : json::value(json::object_kind);
    }
  }
  return nullptr;
}

void for_each_message(const std::function<void(const std::string& name, const ObjectInfo& type)>& visit) {
  for (const InterfaceInfo* interface : interfaces()) {
    for (const CommandInfo* command : interface->commands) {
      visit(std::string(command->name), static_cast<const ObjectInfo&>(*command->payload));
      visit(std::string(command->name) + " completion", static_cast<const ObjectInfo&>(*command->completion));
    }
    for (const EventInfo* event : interface->events)
      visit(std::string(event->name), static_cast<const ObjectInfo&>(*event->payload));
  }
}

}  // namespace sesame::contract::samples
