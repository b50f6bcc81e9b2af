#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cmath>

#include "spi/contract/codec.hpp"
#include "spi/contract/text_rules.hpp"
#include "tests/unit/contract/samples.hpp"

namespace sesame::contract {
namespace {

namespace json = boost::json;
using samples::Size;

std::string path_of(const json::value& payload, const TypeInfo& type) {
  const auto violation = validate(&payload, type);
  return violation ? violation->path : "accepted";
}

std::string judge(std::string_view command, const json::value& payload) {
  const auto violation = validate(&payload, *find_command(command)->payload);
  return violation ? violation->path + ": " + violation->expected : "ok";
}

// A value that no type of the kind takes.
json::value of_another_kind(const TypeInfo& type) {
  switch (type.kind) {
    case Kind::text:
    case Kind::enumeration:
    case Kind::one_or_many:
      return 7;
    case Kind::json:
      return json::array{1};
    default:
      return "wrong";
  }
}

// Every way to break one property, whatever holds it.
std::vector<json::value> broken(const FieldInfo& field) {
  std::vector<json::value> values{of_another_kind(*field.type)};
  if (!(field.flags & is_nullable)) values.emplace_back(nullptr);
  switch (field.type->kind) {
    case Kind::boolean:
      values.emplace_back(1);
      break;
    case Kind::integer: {
      const auto& type = static_cast<const IntegerInfo&>(*field.type);
      values.insert(values.end(), {1.5, true, UINT64_MAX, 0x1p63, -0x1.8p63, 1e300});
      if (!type.values.empty())
        values.emplace_back(type.values.back() + 1);
      else if (type.minimum != INT64_MIN)
        values.emplace_back(type.minimum - 1);
      if (type.maximum != INT64_MAX) values.emplace_back(type.maximum + 1);
      break;
    }
    case Kind::number: {
      const auto& type = static_cast<const NumberInfo&>(*field.type);
      if (!std::isinf(type.minimum)) values.emplace_back(type.minimum - 0.0001);
      if (!std::isinf(type.maximum)) values.emplace_back(type.maximum + 0.0001);
      break;
    }
    case Kind::text: {
      const auto& type = static_cast<const TextInfo&>(*field.type);
      if (type.base64)
        values.insert(values.end(), {"", "A", "AAA", "AA=A", "A===", "AAA*", "AA==AA==", "AAAA="});
      if (type.pattern && !matches(*type.pattern, "\x7f\x7f")) values.emplace_back("\x7f\x7f");
      break;
    }
    case Kind::enumeration:
      values.insert(values.end(), {"", "noSuchWord", json::array{}});
      break;
    case Kind::array: {
      const auto& type = static_cast<const ArrayInfo&>(*field.type);
      if (type.minimum_items > 0) values.emplace_back(json::array{});
      if (type.unique)
        values.emplace_back(json::array{samples::sample(*type.item, Size::smallest),
                                        samples::sample(*type.item, Size::smallest)});
      break;
    }
    case Kind::object: {
      const auto& type = static_cast<const ObjectInfo&>(*field.type);
      if (type.minimum_properties > 0) values.emplace_back(json::object{});
      break;
    }
    case Kind::map:
      if (static_cast<const MapInfo&>(*field.type).minimum_properties > 0)
        values.emplace_back(json::object{});
      break;
    default:
      break;
  }
  return values;
}

TEST(EveryProperty, of_every_message_refuses_each_wrong_value_with_its_path) {
  std::size_t tried = 0;
  samples::for_each_message([&](const std::string& name, const ObjectInfo& type) {
    for (const FieldInfo& field : type.fields) {
      const std::string path = "payload." + std::string(field.name);
      for (const json::value& wrong : broken(field)) {
        json::value payload = samples::sample(type, Size::smallest);
        payload.get_object()[field.name] = wrong;
        // The path may lead further in: an empty object lacks what it requires.
        EXPECT_EQ(path_of(payload, type).substr(0, path.size()), path)
            << name << ' ' << json::serialize(wrong);
        ++tried;
      }
      if (!(field.flags & is_required)) continue;
      json::value payload = samples::sample(type, Size::smallest);
      payload.get_object().erase(field.name);
      EXPECT_EQ(path_of(payload, type), path) << name;
      ++tried;
    }
  });
  EXPECT_GT(tried, 2000u);
}

// Walks into whatever is nested and breaks it there.
void break_inside(const json::value& root, json::value* at, const TypeInfo& type, const ObjectInfo& message,
                  const std::string& path, std::size_t& tried) {
  const auto try_wrong = [&](json::value& place, const TypeInfo& inner, const std::string& where) {
    json::value kept = std::exchange(place, of_another_kind(inner));
    EXPECT_EQ(path_of(root, message).substr(0, where.size()), where) << message.name;
    place = std::move(kept);
    ++tried;
  };
  if (type.kind == Kind::object) {
    for (const FieldInfo& field : static_cast<const ObjectInfo&>(type).fields) {
      json::value* inner = at->get_object().if_contains(field.name);
      if (!inner) continue;
      const std::string where = path + '.' + std::string(field.name);
      try_wrong(*inner, *field.type, where);
      break_inside(root, inner, *field.type, message, where, tried);
    }
  } else if (type.kind == Kind::array) {
    const TypeInfo& item = *static_cast<const ArrayInfo&>(type).item;
    for (std::size_t i = 0; i < at->get_array().size(); ++i) {
      const std::string where = path + '[' + std::to_string(i) + ']';
      try_wrong(at->get_array()[i], item, where);
      break_inside(root, &at->get_array()[i], item, message, where, tried);
    }
  } else if (type.kind == Kind::map) {
    for (auto& pair : at->get_object()) {
      const TypeInfo& item = *static_cast<const MapInfo&>(type).item;
      const std::string where = path + '.' + std::string(pair.key());
      try_wrong(pair.value(), item, where);
      break_inside(root, &pair.value(), item, message, where, tried);
    }
  }
}

TEST(EveryProperty, however_deep_is_named_by_its_path) {
  std::size_t tried = 0;
  samples::for_each_message([&](const std::string&, const ObjectInfo& type) {
    json::value payload = samples::sample(type, Size::fullest);
    break_inside(payload, &payload, type, type, "payload", tried);
  });
  EXPECT_GT(tried, 3000u);
}

TEST(Violation, says_what_was_expected_and_never_what_was_given) {
  EXPECT_EQ(judge("Biometric.Match", {{"compareMode", "verify"}, {"threshold", 101}}),
            "payload.threshold: an integer from 0 to 100");
  EXPECT_EQ(judge("Biometric.Match", {{"compareMode", "both"}, {"threshold", 1}}),
            "payload.compareMode: one of verify, identity");
  EXPECT_EQ(judge("Biometric.Match", {{"threshold", 1}}),
            "payload.compareMode: one of verify, identity, which is required");
  EXPECT_EQ(judge("Biometric.Match", {{"compareMode", "verify"}, {"threshold", nullptr}}),
            "payload.threshold: an integer from 0 to 100, not null");
  EXPECT_EQ(judge("CardReader.ReadRawData", json::object{}), "payload: at least 1 property");
  EXPECT_EQ(judge("CardReader.ChipIO", {{"chipData", "4929"}, {"chipProtocol", 0}}).find("4929"),
            std::string::npos);
  EXPECT_EQ(judge("CardReader.WriteRawData", {{"track2", {{"data", "not base64"}}}}),
            "payload.track2.data: a base64 string");
  EXPECT_EQ(judge("Common.Cancel", {{"requestIds", {1, 2, 1.0}}}),
            "payload.requestIds: items that all differ");
  EXPECT_EQ(judge("Common.Cancel", {{"requestIds", json::array{}}}),
            "payload.requestIds: an array of at least 1 item");
  EXPECT_EQ(judge("Common.Cancel", {{"requestIds", {1, 0}}}),
            "payload.requestIds[1]: an integer of at least 1");
  EXPECT_EQ(judge("Common.Cancel", {{"requestIds", {0x1p63}}}),
            "payload.requestIds[0]: an integer between -2^63 and 2^63-1");
  EXPECT_EQ(judge("Common.Cancel", {{"requestIds", {9223372036854775808ull}}}),
            "payload.requestIds[0]: an integer of at most 9223372036854775807");
  EXPECT_EQ(
      judge("Keyboard.PinEntry", {{"maxLen", 4}, {"activeKeys", json::object{}}, {"echo", "\u00e9\u00e9"}})
          .substr(0, 13),
      "payload.minLe");
  EXPECT_EQ(judge("Keyboard.SecureKeyEntry", {{"keyLen", 17}}), "payload.keyLen: one of 16, 32, 48, 64");
  EXPECT_EQ(judge("CardReader.Move", {{"to", "unit-1"}}),
            "payload.to: a string that matches ^exit$|^transport$|^unit[0-9A-Za-z]+$");
}

TEST(Violation, a_payload_is_an_object) {
  EXPECT_EQ(judge("CardReader.Move", json::array{}), "payload: an object");
  EXPECT_EQ(judge("CardReader.Move", "exit"), "payload: an object");
}

TEST(Violation, lengths_count_code_points) {
  const auto pin_entry = [](json::string echo) {
    return json::value{
        {"minLen", 4}, {"maxLen", 4}, {"activeKeys", {{"one", {{"terminate", false}}}}}, {"echo", echo}};
  };
  EXPECT_EQ(judge("Keyboard.PinEntry", pin_entry("\u25cf")), "ok");
  EXPECT_EQ(judge("Keyboard.PinEntry", pin_entry("\U0001f600")), "ok");
  EXPECT_EQ(judge("Keyboard.PinEntry", pin_entry("ab")), "payload.echo: a string of 1 characters");
}

TEST(Violation, a_path_from_a_hostile_key_stays_one_printable_line) {
  const json::value payload = json::value{{"ev\nil\x1b[31m", json::object{}}};
  EXPECT_EQ(judge("CardReader.WriteRawData", payload),
            "payload.ev?il?[31m.data: a base64 string, which is required");
}

TEST(Patterns, take_time_in_proportion_to_the_text) {
  const json::string text(4'000'000, 'A');
  const auto begin = std::chrono::steady_clock::now();
  json::value dispense = samples::sample(*find_command("CashDispenser.Dispense")->payload, Size::smallest);
  dispense.get_object()["token"] = text;
  EXPECT_EQ(judge("CashDispenser.Dispense", dispense).substr(0, 13), "payload.token");
  EXPECT_EQ(judge("CardReader.ChipIO", {{"chipData", text}}), "ok");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
}

TEST(Patterns, refuse_what_only_begins_right_or_goes_on) {
  for (const char* unit : {"", "exi", "unit", "exit2", "exit ", " exit", "exit\n", "unit1 "})
    EXPECT_NE(judge("CardReader.Move", {{"to", unit}}), "ok") << unit;
  for (const char* unit : {"exit", "transport", "unitA9"})
    EXPECT_EQ(judge("CardReader.Move", {{"to", unit}}), "ok") << unit;
}

TEST(Patterns, take_a_character_of_several_bytes_as_one) {
  const TypeInfo& completion = *find_command("German.GetHSMTData")->completion;  // zkaId is ^.{16}$
  const auto zka_id = [](std::size_t characters) {
    std::string text;
    for (std::size_t i = 0; i < characters; ++i) text += "\u00e9";
    return json::value{{"zkaId", text}};
  };
  EXPECT_EQ(path_of(zka_id(16), completion), "accepted");
  EXPECT_EQ(path_of(zka_id(8), completion), "payload.zkaId");
  EXPECT_EQ(path_of(zka_id(17), completion), "payload.zkaId");
}

TEST(Patterns, find_a_text_anywhere_unless_they_are_anchored) {
  samples::for_each_message([](const std::string&, const ObjectInfo& type) {
    for (const FieldInfo& field : type.fields) {
      if (field.type->kind != Kind::text) continue;
      const Pattern* pattern = static_cast<const TextInfo&>(*field.type).pattern;
      if (!pattern) continue;
      EXPECT_TRUE(matches(*pattern, samples::matching(*pattern))) << pattern->text;
      EXPECT_TRUE(matches(*pattern, samples::matching(*pattern, 1))) << pattern->text;
    }
  });
}

}  // namespace
}  // namespace sesame::contract
