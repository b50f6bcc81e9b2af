#include <gtest/gtest.h>

#include "spi/host/configuration.hpp"

namespace sesame::spi {
namespace {

std::string error_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const ConfigurationError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Configuration, errors_say_file_line_key_and_what_was_expected) {
  const Section atm = Section::from_text("vendor: Acme\nservices:\n  - name: reader\n    timeout: soon\n", "atm.yaml");
  const Section service = atm.sections("services").at(0);
  EXPECT_EQ(error_of([&] { service.integer("timeout", 1, 60); }),
            "atm.yaml:4: services[0].timeout: expected a whole number from 1 to 60");
  EXPECT_EQ(error_of([&] { service.text("provider"); }), "atm.yaml:3: services[0].provider: expected a text");
  EXPECT_EQ(error_of([&] { service.word("name", {"a", "b"}); }), "atm.yaml:3: services[0].name: expected one of a, b");
}

TEST(Configuration, a_key_that_nobody_reads_is_an_error) {
  const Section atm = Section::from_text("listen:\n  adress: 127.0.0.1\n", "atm.yaml");
  EXPECT_EQ(error_of([&] { atm.section("listen").allow_only({"address", "ports"}); }),
            "atm.yaml:2: unknown key listen.adress; expected one of address, ports");
}

TEST(Configuration, a_key_that_none_of_several_readers_asks_for_is_an_error) {
  const Section atm = Section::from_text("name: reader\ntipe: dip\n", "atm.yaml");
  atm.text("name");
  atm.word("type", {"motor", "dip"}, "motor");
  EXPECT_EQ(error_of([&] { atm.allow_only_asked(); }), "atm.yaml:2: unknown key tipe; expected one of name, type");
  atm.has("tipe");
  EXPECT_EQ(error_of([&] { atm.allow_only_asked(); }), "no error");
}

TEST(Configuration, text_that_is_no_yaml_says_where) {
  EXPECT_THAT(error_of([] { Section::from_text("a: [1, 2\nb: 3\n", "atm.yaml"); }), testing::StartsWith("atm.yaml:2: not YAML"));
  EXPECT_THAT(error_of([] { Section::from_text("- 1\n", "atm.yaml"); }), testing::HasSubstr("expected a mapping"));
  EXPECT_THAT(error_of([] { Section::from_file("/no/such/atm.yaml"); }), testing::HasSubstr("No such file"));
}

TEST(Configuration, paths_are_relative_to_the_file) {
  const Section atm = Section::from_text("a: key.pem\nb: /etc/key.pem\n", "/etc/sesame/atm.yaml");
  EXPECT_EQ(atm.path("a"), "/etc/sesame/key.pem");
  EXPECT_EQ(atm.path("b"), "/etc/key.pem");
  EXPECT_EQ(atm.path("c"), "");
}

}  // namespace
}  // namespace sesame::spi
